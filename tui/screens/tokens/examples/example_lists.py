"""The examples behind a bar, those that are cut, the outliers; and one token by token."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from tui.commands import key_of
from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.tokens.examples.listing import (
    NO_EXAMPLES,
    WantedExamples,
    fence,
    listed,
    none_words,
    row,
    title,
)
from tui.screens.tokens.examples.pieces import PiecesDialog
from tui.services.errors import InputError

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.screens.tokens.examples.listing import ListedExample
    from tui.screens.tokens.state import TokenState
    from tui.screens.tokens.view import TokensView


class Examples:
    """Lists examples by their length, and shows one of them."""

    def __init__(self, context: ScreenContext, state: TokenState, view: TokensView) -> None:
        self._context, self._state, self._view = context, state, view
        self.listed: list[ListedExample] = []
        self._wanted: WantedExamples | None = None

    # -- the list --------------------------------------------------------------------

    def list_bar(self, first: float, last: float) -> None:
        """List the examples of a bar, from its first value to its last."""
        self._list(WantedExamples(self._state.measure, first, last))

    @handles("tokens.cut")
    def list_cut(self) -> None:
        """List the examples that are cut."""
        if self._state.files:
            self._list(WantedExamples(cut=True))

    @handles("tokens.outliers")
    def list_outliers(self) -> None:
        """List the examples far longer than the others."""
        if self._state.files:
            least = fence(self._state.files[0].report, self._state.measure)
            self._list(WantedExamples(self._state.measure, first=least, outliers=True))

    def list_again(self) -> None:
        """Make an open list again: something else was counted."""
        if self._view.listing and self._wanted is not None:
            self._list(self._wanted)

    def _list(self, wanted: WantedExamples) -> None:
        work = partial(self._find, wanted)
        self._context.run(work, group="list", description="list examples")

    async def _find(self, wanted: WantedExamples) -> None:
        files = self._state.files
        if not files:
            return
        found = await asyncio.to_thread(listed, files[0], wanted)
        if not self._state.files:  # another document has been opened
            return
        self._wanted, self.listed = wanted, found
        self._view.list_examples(
            title(wanted, len(found)), len(found), self._line, none_words(wanted)
        )

    def _line(self, at: int, width: int) -> Text:
        document = self._state.document
        return row(self.listed[at], document, width) if document else Text()

    @property
    def current(self) -> ListedExample | None:
        """The example under the cursor of the list, while it is open and the row still there."""
        at, document = self._view.lines.cursor, self._state.document
        if not self._view.listing or document is None or at >= len(self.listed):
            return None
        return self.listed[at] if self.listed[at].line <= len(document) else None

    # -- one example -----------------------------------------------------------------

    @handles("tokens.view", group="ask")
    @opens
    async def show_tokens(self) -> None:
        """Show one example token by token: that of the list, or the first of the bar."""
        state, workspace = self._state, self._context.workspace
        if not state.files or state.document is None:
            return
        line = await self._line_meant()
        if line is None or line > len(state.document):
            none = not any(shown.report.examples for shown in state.files)
            keys = f"{key_of('bars.left')} {key_of('bars.right')}"
            meant = f"No example under the cursor: {keys} move to a bar that has some."
            self._context.tell(NO_EXAMPLES if none else meant)
            return
        text = state.document.line(line - 1)
        try:
            example = await workspace.tokens.pieces(text, state.model_for(workspace.profile))
        except RuntimeError as error:
            raise InputError("Tokens cannot be shown", str(error), "Try again with v") from error
        await self._context.ask(PiecesDialog(line, example))

    async def _line_meant(self) -> int | None:
        if self._view.listing:
            return self.current.line if self.current is not None else None
        bar = self._view.bar
        if bar is None:
            return None
        wanted = WantedExamples(self._state.measure, bar.first, bar.last)
        found = await asyncio.to_thread(listed, self._state.files[0], wanted)
        return found[0].line if found else None
