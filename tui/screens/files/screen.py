"""The Files screen: what is uploaded, who uses it, and what can go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tui.core.provider.files import StoredFile
from tui.core.provider.parsing import as_text, as_texts
from tui.screens.base import ModeScreen
from tui.screens.controller_context import ScreenContext
from tui.screens.deleting import Deletion, OutcomesPanel
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.files.deletion import FileDeletion
from tui.screens.files.downloading import FileDownloads
from tui.screens.files.file_list import FileList, FilesPane
from tui.screens.files.file_rows import RunningUpload, full_text
from tui.screens.files.marks import FileMarks
from tui.screens.files.training import FileTraining
from tui.screens.files.uploading import FileUploads
from tui.services.store.tables.asked_uploads_table import AskedUpload
from tui.services.store.tables.parts_table import OpenUpload
from tui.widgets.frame.key_line import look_idle

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from textual.app import ComposeResult

    from tui.services.workspace import Workspace


class FilesScreen(ModeScreen):
    """Files at the provider, unfinished uploads, and uploads under way."""

    MODE: ClassVar[str] = "files"
    NEEDS_ROWS = frozenset({"delete", "download", "train", "mark", "mark_range"})
    CSS_PATH = "screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        context = ScreenContext(self)
        self.listed = FileList(context, FilesPane())
        self._outcomes = OutcomesPanel()
        self.deletion = Deletion(context, self._outcomes, self.listed, "file")
        self.marks = FileMarks(context, self.listed)
        self._uploads = FileUploads(context, self.listed)
        for controller in (
            self.listed,
            self.marks,
            self._uploads,
            FileDownloads(context, self.listed),
            FileTraining(context, self.listed),
            FileDeletion(context, self.listed, self.deletion, self._uploads.stop),
        ):
            self.dispatcher.add(controller)

    def compose_body(self) -> ComposeResult:
        """Lay out the list, what is known of the entry under the cursor, and results."""
        yield self.listed.pane
        yield self._outcomes

    def show_one(self, one: str) -> None:
        """Put the cursor on a file."""
        self.listed.select(one)

    def remembered(self) -> Mapping[str, Any]:
        """Return the file under the cursor, and those marked."""
        marked = self.listed.marked_before.with_waiting(self.listed.marked)
        return {"file": self.listed.current_id, "marked": marked}

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Put the cursor on the file, and marks on those that had some, once they are listed."""
        self.listed.marked_before.begin(as_texts(remembered.get("marked")))
        if one := as_text(remembered.get("file")):
            self.listed.select(one)

    def on_mount(self) -> None:
        """Let clocks go on where there are any."""
        self.set_interval(1.0, self._tick)

    def has_rows(self) -> bool:
        """Whether files or uploads are listed."""
        return bool(self.listed.pane.entries)

    def nothing_words(self) -> str:
        """Return why no file is listed."""
        return self.listed.why_none

    def idle(self) -> Collection[str]:
        """Return what has no file to work on."""
        file = isinstance(self.listed.current, StoredFile)
        idle = [] if self.listed.files else ["files.prune"]
        return idle if file else [*idle, "files.download", "files.train"]

    def on_record_list_moved(self) -> None:
        """Show the keys for the entry under the cursor."""
        look_idle(self)

    def on_workspace(self, workspace: Workspace) -> None:
        """List the files of this provider."""
        self.listed.begin(workspace)

    def on_screen_resume(self) -> None:
        """List again: a job may have uploaded a file meanwhile."""
        if self.host.workspace is not None and self.is_mounted and not self.deletion.running:
            self.listed.renew()

    def _tick(self) -> None:
        if self.is_current and self.host.workspace is not None:
            self.listed.tick()

    def on_record_list_chosen(self) -> None:
        """Show all of a file, go on with an unfinished upload, or see what came of one."""
        current = self.listed.current
        if isinstance(current, StoredFile):
            self.app.push_screen(DetailsDialog(current.id, full_text(current)))
        elif isinstance(current, OpenUpload | AskedUpload):
            self._uploads.go_on(current)

    def go_back(self) -> bool:
        """Close the error, else the results, else take the marks away."""
        return self.clear_error() or self.deletion.close() or self.marks.clear()

    def copy_text(self) -> tuple[str, str]:
        """Copy the results while they are shown, else the id."""
        if (results := self.deletion.copy_text()) is not None:
            return results
        current = self.listed.current
        if current is None or isinstance(current, RunningUpload):
            return "", ""
        if isinstance(current, AskedUpload):
            return current.path, "The path"
        return current.id, "The id"
