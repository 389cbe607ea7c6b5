"""Opening and saving: the part of the Datasets screen that deals with files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from tui.core.text.text import one_line, plural
from tui.screens.datasets.editing.rewriting import editor_place
from tui.screens.datasets.files.on_disk import DiskActions
from tui.screens.datasets.files.welcome import Welcome
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.dialogs.target import may_replace
from tui.screens.tour import Walk

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.datasets import Document


class FileActions(DiskActions):
    """Open, open the sample, save, save under another name."""

    @work(group="recents", exclusive=True, exit_on_error=False, description="list recent files")
    async def list_recents(self) -> None:
        """List the datasets opened before on the start page."""
        self.query_one(Welcome).show_recents(await self.workspace.datasets.recents())

    def action_open(self) -> None:
        """Ask for a file and open it. The dialog is there at once, recent files come in later."""
        dialog = PathDialog("Open a dataset")
        self.app.push_screen(dialog, self._open_chosen)
        self._offer_recents(dialog)

    @work(group="recents", exclusive=True, exit_on_error=False, description="offer recent files")
    async def _offer_recents(self, dialog: PathDialog) -> None:
        dialog.offer(await self.workspace.datasets.recents())

    def _open_chosen(self, path: Path | None) -> None:
        if path is not None:
            self.open_path(path)

    @work(group="open", exclusive=True, exit_on_error=False, description="open the sample")
    async def action_sample(self) -> None:
        """Open the sample and begin the walk around the circle."""
        if not await self._where_to_train():
            return
        await self._open(await self.workspace.datasets.sample())
        self.host.walk = Walk(0)

    async def _where_to_train(self) -> bool:
        """Offer lab where another profile is in use: there the circle costs nothing."""
        book, now = self.workspace.profiles.profiles, self.workspace.profile
        lab = next((one.name for one in book.values() if one.kind == "lab"), None)
        if now.kind == "lab" or lab is None:
            return True
        there = "it would bill your account" if now.bills else "the job would run there"
        question = (
            "The guide leads from the sample to a model trained on it. On lab, the built-in "
            f"provider of this machine, that is free; at {now.name} {there}.\n\n"
            "Change to lab? F2 changes back."
        )
        dialog = Confirm("Where to train", question, "change to lab", f"stay with {now.name}")
        answer = await self.app.push_screen_wait(dialog)
        if answer:
            await self.host.use_profile(lab)
        return answer is not None

    @work(group="open", exclusive=True, exit_on_error=False, description="open a dataset")
    async def open_path(self, path: Path) -> None:
        """Open a file."""
        await self._open(path)

    async def _open(self, path: Path) -> None:
        before = self.document
        kept = before.changes if before is not None and before.modified else 0
        self.host.working("open", f"opening {path.name}")
        try:
            await self.workspace.datasets.open(path)
        finally:
            self.host.working("open", "")
        self.clear_error()
        if kept and before is not None and before is not self.workspace.datasets.current:
            text = f"{plural(kept, 'unsaved change')} of {before.path.name} kept for next time."
            self.notify(text, markup=False)

    @work(group="recovered", exclusive=True, exit_on_error=False, description="tell of recovery")
    async def tell_opened(self, document: Document) -> None:
        """Say what the opening found: recovered changes, or why edits are off."""
        if document.notice:
            self.notify(document.notice, severity="warning", timeout=10, markup=False)
        self._tell_typed(document)
        if not document.recovered:
            return
        question = (
            f"{plural(document.recovered, 'unsaved change')} from last time recovered.\n"
            "They are in the rows you see, not yet in the file."
        )
        answer = await self.app.push_screen_wait(
            Confirm("Unsaved changes recovered", question, "keep", "drop (redo brings them back)")
        )
        if answer is False:
            await document.drop_changes()

    def _tell_typed(self, document: Document) -> None:
        """Say which editors were open with something typed when the program ended."""
        places = self.workspace.typed.places(editor_place(document.path))
        if places:
            titles = ", ".join(one_line(place.rpartition(":")[2], 60) for place in places[:3])
            text = f"Typed in an editor when the program ended, and kept: {titles}. Edit it again."
            self.notify(text, timeout=10, markup=False)

    @work(group="save", exclusive=True, exit_on_error=False, description="save the dataset")
    async def action_save(self) -> None:
        """Write the file; ask first when another program has written it meanwhile."""
        document = self.document
        if document is None:
            return
        if not await self.may_overwrite(document):
            return
        await document.save(overwrite=True)
        self.notify(f"Saved {document.path.name}", markup=False, timeout=3)

    @work(group="save", exclusive=True, exit_on_error=False, description="save under another name")
    async def action_save_as(self) -> None:
        """Write the rows to another file and go on with that one."""
        document = self.document
        if document is None:
            return
        dialog = PathDialog("Save as", value=short_path(document.path), must_exist=False)
        path = await self.app.push_screen_wait(dialog)
        if path is None:
            return
        if path == document.path:
            await document.save(overwrite=True)
            return
        if not await may_replace(self.app, path):
            return
        await document.save(path)
        await self._open(path)
