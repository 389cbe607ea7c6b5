"""Notice that another program has written the open file, and ask what to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import plural
from tui.screens.datasets.files.elsewhere import EditedElsewhere
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.host import at_work
from tui.services.datasets.comparing import compare_with_disk
from tui.services.given_files import unreadable

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.services.datasets import Document

LOOK_EVERY_S = 3.0
# No question opens by itself sooner after a key: the next key would answer it.
REST_S = 1.0


class DiskWatch:
    """Looks at the file now and then while the screen is shown; asks once for each change."""

    def __init__(self, context: DatasetContext, question: DiskQuestion) -> None:
        self._context, self._question = context, question
        self._elsewhere = EditedElsewhere(context)
        self._timer: Timer | None = None
        self._looking = False
        self._told_of: tuple[object, str] = (None, "")
        self._shown: tuple[object, bool] = (None, False)  # whether the file differs
        context.when_opened(self._begin)

    def _begin(self) -> None:
        if self._timer is None:
            self._timer = self._context.every(LOOK_EVERY_S, self._look_soon)

    def pause(self) -> None:
        """Do not look while another screen is shown."""
        if self._timer is not None:
            self._timer.pause()

    def resume(self) -> None:
        """Look again."""
        if self._timer is not None:
            self._timer.resume()

    def _look_soon(self) -> None:
        """Look, unless a look is still under way or being answered."""
        document = self._context.document
        if document is not None and not document.saving and not self._looking:
            self._looking = True
            self._context.run(
                self._look, document, group="disk", exclusive=False, description="look at the file"
            )

    async def _look(self, document: Document) -> None:
        try:
            if not document.held_elsewhere or not await self._elsewhere.look(document):
                await self._ask_if_changed(document)
        finally:
            self._looking = False

    async def _ask_if_changed(self, document: Document) -> None:
        """Ask what to do when another program has written the file since it was opened."""
        change = await document.disk_change()
        if self._shown != (shown := (document, bool(change))):
            self._shown = shown
            self._context.file_changed.tell()
        current = self._context.looked_at and document is self._context.document
        if not change or not current or document.saving or self._told_of == (document, change):
            return
        if self._context.host.quiet_for < REST_S:
            return  # with the next look
        self._told_of = (document, change)
        if change == "gone":
            await self._question.tell_gone(document)
        else:
            keep = "go on; saving will ask before it overwrites"
            # Nobody has asked for this: a key meant for the rows must not drop what is not saved.
            await self._question.decide(document, keep, current="keep" if document.modified else "")


class DiskQuestion:
    """Asks whether the file as another program wrote it, or what is shown here, is to stay."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context

    async def tell_gone(self, document: Document) -> None:
        """Say that the file was removed."""
        name = document.path.name
        again = key_hint("datasets.save", "writes it again")
        text = f"{name} was removed or renamed by another program.\n{again}."
        await self._context.ask(Confirm("The file is gone", text, "go on", "go on"))

    async def may_overwrite(self, document: Document) -> bool:
        """Whether to save over what another program has written; asks, and reloads if told to."""
        if await document.disk_change() in {"", "gone"}:
            return True  # nothing is written over
        return await self.decide(document, "write what is shown here over it") == "keep"

    async def decide(self, document: Document, keep: str, current: str = "") -> str | None:
        """Ask whether to reload, keep or compare; a reload is done, and what was chosen told.

        `keep` says what keeping does, `current` what the cursor is on first, if not on the reload.
        """
        lost = f"drops {plural(document.changes, 'unsaved change')}" if document.modified else ""
        choices = [
            Choice("reload", "Reload", lost or "show the file as it is now"),
            Choice("keep", "Keep mine", keep),
            Choice("compare", "Compare", "count the lines that differ"),
        ]
        title = f"{document.path.name} was changed by another program"
        while (chosen := await self._context.ask(Choose(title, choices, current))) == "compare":
            await self._compare(document)
        if chosen == "reload":
            await self._context.datasets.reopen()
        return chosen

    async def _compare(self, document: Document) -> None:
        rows = document.snapshot()
        try:
            with at_work(self._context, "compare", "comparing with the file"):
                found = await asyncio.to_thread(compare_with_disk, rows, document.path)
        except OSError as error:
            raise unreadable(document.path, error) from error
        order = "\nThe same lines stand in another order." if found.moved else ""
        text = (
            f"{plural(found.same, 'line')} the same here and in the file\n"
            f"{plural(found.ours, 'line')} only here\n"
            f"{plural(found.theirs, 'line')} only in the file{order}"
        )
        await self._context.ask(Confirm("Compared with the file", text, "back", "back"))
