"""Counts the rows of the open dataset as they stand, unsaved edits included."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from tui.commands import key_of
from tui.dispatch import handles
from tui.screens.tokens.report.count import CountRequest, count_rows
from tui.screens.tokens.view import nothing_open
from tui.services.errors import LedgerError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from tui.core.dataset.lines import Lines
    from tui.core.money.terms import Budget
    from tui.screens.controller_context import ScreenContext
    from tui.screens.tokens.display import ReportDisplay
    from tui.screens.tokens.report.figures import FileFigures
    from tui.screens.tokens.state import TokenState
    from tui.screens.tokens.view import TokensView
    from tui.services.datasets import Document
    from tui.services.workspace import Workspace

# Long enough that a burst of edits is counted once, short enough to feel live.
_SETTLE_SECONDS = 0.3


class DatasetCounting:
    """Follows the open dataset, and counts when it is looked at and has changed."""

    def __init__(
        self, context: ScreenContext, state: TokenState, view: TokensView, display: ReportDisplay
    ) -> None:
        self._context, self._state, self._view, self._display = context, state, view, display
        self._stale = True
        self._asked = False  # by a key: that it is done is said, where nothing else tells
        self._settling: Timer | None = None
        self._unsubscribe: list[Callable[[], None]] = []

    # -- following the dataset ---------------------------------------------------------

    def follow(self, workspace: Workspace) -> None:
        """Follow the open dataset; another profile has another usual model."""
        self.unfollow()
        self._unsubscribe = [workspace.datasets.subscribe(self._look)]
        self._state.document = None
        self._look()

    def unfollow(self) -> None:
        """Stop following."""
        for end in self._unsubscribe:
            end()
        self._unsubscribe = []

    def look(self) -> None:
        """Count what has changed while nobody looked."""
        if self._unsubscribe:
            self._look()

    def _look(self) -> None:
        """Take up the document that is open, if it is another one, and count what is stale."""
        document = self._context.workspace.datasets.current
        if document is not self._state.document or document is None:
            self._take(document)
        if self._stale and document is not None and self._context.looked_at:
            self._context.run(self._count, group="count", description="count tokens")

    def _take(self, document: Document | None) -> None:
        for end in self._unsubscribe[1:]:
            end()
        del self._unsubscribe[1:]
        state = self._state
        state.document, state.files, state.parts, self._stale = document, [], 0, True
        self._display.forget()
        if document is None:
            self._wait_with(nothing_open())
        else:
            self._unsubscribe.append(document.subscribe(self._went_stale))
            self._wait_with(f"Counting the tokens of {document.path.name}…")

    def _went_stale(self) -> None:
        self._stale = True
        if self._settling is not None:
            self._settling.stop()
        self._settling = self._view.set_timer(_SETTLE_SECONDS, self._look)

    def _wait_with(self, sentence: str) -> None:
        self._view.wait_with(sentence)
        self._context.note("")

    # -- counting ----------------------------------------------------------------------

    @handles("tokens.recount")
    def count_anew(self) -> None:
        """Count again, the second file from disk."""
        self._context.clear_error()
        self._asked = True
        self.recount()

    def recount(self) -> None:
        """Count again: for other rows, another model or another number of epochs."""
        self._stale = True
        self._look()

    async def _count(self) -> None:
        worker, state = get_current_worker(), self._state
        document = state.document
        if document is None:
            return
        self._stale = False
        state.budget = None  # of another profile, it may be
        try:
            files = await self._counted(document, lambda: worker.is_cancelled)
        except ServiceError:
            if document is not self._context.workspace.datasets.current:
                return  # it was closed while being read; the next one is counted by now
            if not state.files:
                self._wait_with(f"Not counted. Press {key_of('tokens.recount')} to try again.")
            raise
        finally:
            if not worker.is_cancelled:
                self._context.working("tokens", "")
        budget = await self._budget_now()
        if files and document is state.document:
            self._context.cancel("part")
            state.budget, state.files, state.parts = budget, files, 0
            await self._display.show()
            if self._asked:
                self._asked = False
                self._context.tell("Counted again.", seconds=3)

    async def _budget_now(self) -> Budget | None:
        """Return what is left of the profile's budget; None when the ledger cannot be read."""
        try:
            return await self._context.workspace.spending.budget()
        except LedgerError:
            return None

    async def _counted(
        self, document: Document, cancelled: Callable[[], bool]
    ) -> list[FileFigures]:
        """Count the open rows and the file beside them; empty when cancelled."""
        first = await self._count_file(document.snapshot(), document.path.name, cancelled)
        beside = self._state.beside
        if first is None or beside is None:
            return [first] if first else []
        from tui.services.datasets.disk.file_lines import read_lines

        try:
            lines = await read_lines(beside)
        except ServiceError as error:
            self._state.beside = None
            self._context.show_error(error)
            return [first]
        try:
            second = await self._count_file(lines, beside.name, cancelled)
        finally:
            lines.close()
        return [first, second] if second else []

    async def _count_file(
        self, rows: Lines, name: str, cancelled: Callable[[], bool]
    ) -> FileFigures | None:
        told = -1

        def progress(done: int, of: int) -> None:
            nonlocal told
            percent = done * 100 // max(of, 1)
            if percent != told and not cancelled():
                told = percent
                self._context.working("tokens", f"counting {name} {percent} %")

        state, workspace = self._state, self._context.workspace
        profile = workspace.profile
        return await count_rows(
            workspace.tokens,
            rows,
            name,
            CountRequest(state.model_for(profile), state.epochs, profile),
            on_progress=progress,
            cancelled=cancelled,
            on_part=None if state.files else self._show_part,
        )

    def _show_part(self, part: FileFigures) -> None:
        """Draw what is counted so far, while nothing else is shown."""
        state = self._state
        if state.files and not state.parts:
            return  # an older report stays until the new one is whole
        if self._view.waiting or state.parts:
            state.parts += 1
            self._context.run(
                partial(self._draw_part, part), group="part", description="draw what is counted"
            )

    async def _draw_part(self, part: FileFigures) -> None:
        self._state.files = [part]
        await self._display.show()
