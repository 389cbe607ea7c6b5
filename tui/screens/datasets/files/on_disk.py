"""Noticing that another program has written the open file, and what to do about it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work

from tui.core.text.text import plural
from tui.screens.datasets.selection import PlaceInDataset
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import Confirm
from tui.services.datasets.comparing import compare_with_disk
from tui.services.errors import InputError

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.services.datasets import Document

LOOK_EVERY_S = 3.0


class DiskActions(PlaceInDataset):
    """Look at the file now and then while the screen is shown; ask once for each change."""

    _look_timer: Timer | None = None
    _looking = False
    _told_of: tuple[object, str] = (None, "")

    def watch_disk(self) -> None:
        """Begin to look."""
        if self._look_timer is None:
            self._look_timer = self.set_interval(LOOK_EVERY_S, self.look_at_disk)

    def on_screen_suspend(self) -> None:
        """Do not look while another screen is shown."""
        if self._look_timer is not None:
            self._look_timer.pause()

    def on_screen_resume(self) -> None:
        """Look again."""
        if self._look_timer is not None:
            self._look_timer.resume()

    def look_at_disk(self) -> None:
        """Look, unless a look is still under way or being answered."""
        if self.document is not None and not self.document.saving and not self._looking:
            self._looking = True
            self._look(self.document)

    @work(group="disk", exit_on_error=False, description="look at the file")
    async def _look(self, document: Document) -> None:
        try:
            await self._ask_if_changed(document)
        finally:
            self._looking = False

    async def _ask_if_changed(self, document: Document) -> None:
        """Ask what to do when another program has written the file since it was opened."""
        change = await document.disk_change()
        shown = self.is_current and document is self.document and not document.saving
        if not change or not shown or self._told_of == (document, change):
            return
        self._told_of = (document, change)
        await self._ask_about_disk(document, change == "gone")

    async def _ask_about_disk(self, document: Document, gone: bool) -> None:
        name = document.path.name
        if gone:
            text = f"{name} was removed or renamed by another program.\nctrl+s writes it again."
            await self.app.push_screen_wait(Confirm("The file is gone", text, "go on", "go on"))
            return
        await self._decide(document, "go on; saving will ask before it overwrites")

    async def may_overwrite(self, document: Document) -> bool:
        """Whether to save over what another program has written; asks, and reloads if told to."""
        if not await document.changed_on_disk():
            return True
        return await self._decide(document, "write what is shown here over it") == "keep"

    async def _decide(self, document: Document, keep: str) -> str | None:
        """Ask whether to reload, keep or compare; a reload is done, and what was chosen told."""
        lost = f"drops {plural(document.changes, 'unsaved change')}" if document.modified else ""
        choices = [
            Choice("reload", "Reload", lost or "show the file as it is now"),
            Choice("keep", "Keep mine", keep),
            Choice("compare", "Compare", "count the lines that differ"),
        ]
        title = f"{document.path.name} was changed by another program"
        while (chosen := await self.app.push_screen_wait(Choose(title, choices))) == "compare":
            await self._compare(document)
        if chosen == "reload":
            await self.workspace.datasets.reopen()
        return chosen

    async def _compare(self, document: Document) -> None:
        rows = document.snapshot()
        self.host.working("compare", "comparing with the file")
        try:
            found = await asyncio.to_thread(compare_with_disk, rows, document.path)
        except OSError as error:
            raise InputError("Cannot read the file", error.strerror or str(error)) from error
        finally:
            self.host.working("compare", "")
        order = "\nThe same lines stand in another order." if found.moved else ""
        text = (
            f"{plural(found.same, 'line')} the same here and in the file\n"
            f"{plural(found.ours, 'line')} only here\n"
            f"{plural(found.theirs, 'line')} only in the file{order}"
        )
        await self.app.push_screen_wait(Confirm("Compared with the file", text, "back", "back"))
