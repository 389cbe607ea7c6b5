"""The Files screen: what is uploaded, who uses it, and what can go."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.widgets import Static

from tui.core.provider.files import StoredFile
from tui.core.text.text import one_line, plural, size_words
from tui.screens.dialogs.confirm import Confirm, TypedConfirm
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.files.deletion import statement, word_for
from tui.screens.files.pruning import PruneDialog
from tui.screens.files.rows import Running, about, entry_row, full_text, head_row, key_of
from tui.screens.files.training import FileTraining
from tui.screens.offers import OTHERWISE, no_tuning, wrapped
from tui.screens.reporting import failure_of
from tui.services.errors import InputError, NotOffered, ServiceError
from tui.services.store.parts_table import OpenUpload
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.text import Text
    from textual.app import ComposeResult

    from tui.services.files.overview import FilesSeen
    from tui.services.workspace import Workspace
    from tui.widgets.error_panel import Failure

NONE_YET = "No files are uploaded. u uploads one; so does a job made in Jobs (3)."
LOADING = "Asking for the files …"
FRESH_S = 5  # so long a dialog may be open without the list being asked for again
FAILED = "The files could not be listed. Press r to ask again, F2 for another profile."


class FilesScreen(FileTraining):
    """Files at the provider, unfinished uploads, and uploads under way."""

    MODE: ClassVar[str] = "files"
    NOUN: ClassVar[str] = "file"
    CSS_PATH = "screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        self._seen: FilesSeen | None = None
        self._failed: Failure | None = None  # why the list did not come
        self._unsubscribe: Callable[[], None] = lambda: None

    def compose_body(self) -> ComposeResult:
        """Lay out the list, what is known of the entry under the cursor, and results."""
        yield Static(id="files-head", markup=False)
        yield RecordList(id="files", empty=LOADING)
        yield Static(id="file-about", markup=False)
        yield from self.compose_outcomes()

    def on_mount(self) -> None:
        """Let clocks go on where there are any."""
        super().on_mount()
        self.set_interval(1.0, self._tick)

    def on_workspace(self, workspace: Workspace) -> None:
        """List the files of this provider."""
        self._unsubscribe()
        self._unsubscribe = workspace.files.transfers.subscribe(self._moved)
        self._seen, self.marked = None, set()
        self.fetched(None)
        self._show(LOADING)
        self.query_one(RecordList).focus()
        self.action_refresh()

    def on_screen_resume(self) -> None:
        """List anew: a job may have uploaded a file meanwhile."""
        if self.host.workspace is None or not self.is_mounted or self.deleting:
            return
        if self._seen is not None and time.time() - self._seen.at > FRESH_S:
            self.action_refresh()

    # -- the list --------------------------------------------------------------------

    @work(group="list", exclusive=True, exit_on_error=False, description="list the files")
    async def action_refresh(self) -> None:
        """Ask the provider now."""
        await self.fetch()

    async def fetch(self) -> None:
        """List the files anew. Raises ServiceError; what was seen last is shown then."""
        overview = self.workspace.file_overview
        self.host.working("files", "listing files")
        try:
            seen = await overview.look()
        except ServiceError as error:
            last = await overview.remembered() if self._seen is None else None
            if overview is not self.workspace.file_overview:
                return  # of a provider chosen before
            self._failed = failure_of(error)
            if last is not None:
                self._take(last)
            elif self._seen is None:
                self._show(self._none(error))
            if self._seen is None and isinstance(error, NotOffered):
                return
            raise
        finally:
            self.host.working("files", "")
        if overview is not self.workspace.file_overview:
            return
        if self._failed is not None and self._failed.as_text() == self.failure_text:
            self.clear_error()  # it has been answered
        self._failed = None
        self._take(seen)
        if seen.jobs_problem is not None and not isinstance(seen.jobs_problem, NotOffered):
            self.show_error(seen.jobs_problem)

    def _take(self, seen: FilesSeen) -> None:
        self._seen = seen
        self.marked &= {file.id for file in seen.files}
        self._show(self._none())
        self.fetched(seen.at)

    def _none(self, failed: ServiceError | None = None) -> str:
        """Return what an empty list says; `failed` is why none came."""
        profile = self.workspace.profile.name
        if isinstance(failed, NotOffered):
            return wrapped(f"{profile} takes no files.", OTHERWISE)
        if failed is not None or self._seen is None:
            return FAILED
        if isinstance(self._seen.jobs_problem, NotOffered):
            return wrapped(f"No files are uploaded. {no_tuning(profile)}", OTHERWISE)
        return NONE_YET

    def _show(self, empty: str) -> None:
        current = self.current
        listing = self.query_one(RecordList)
        seen = self._seen
        sent = {str(one.path.absolute()) for one in self.running()}
        unfinished = [one for one in seen.unfinished if one.path not in sent] if seen else []
        self.entries = [*self.running(), *unfinished, *(seen.files if seen else ())]
        listing.show(len(self.entries), self._row, empty=empty)
        if current is not None:
            self.select(key_of(current))
        self.marks_changed()
        self._show_head()
        self._show_about()

    def select(self, key: str) -> None:
        """Put the cursor on an entry, if it is listed."""
        keys = [key_of(entry) for entry in self.entries]
        if key in keys:
            self.query_one(RecordList).move_to(keys.index(key))

    def marks_changed(self) -> None:
        """Show the marks anew, and how much there is."""
        self.query_one(RecordList).refresh()
        files = self.files
        orphans = sum(file.orphan for file in files)
        said = f"{plural(len(files), 'file')}, {size_words(sum(f.info.bytes or 0 for f in files))}"
        said += f" · {plural(orphans, 'orphan')}" if orphans else ""
        self.note(f"{said}{self.marks_note()}" if files else "")

    def _row(self, row: int, width: int) -> Text:
        entry = self.entries[row]
        return entry_row(entry, marked=key_of(entry) in self.marked, width=width)

    def _show_head(self) -> None:
        width = self.query_one(RecordList).scrollable_content_region.width
        text = head_row(width) if self.entries else ""
        self.query_one("#files-head", Static).update(text, layout=False)

    def _show_about(self) -> None:
        pane = self.query_one("#file-about", Static)
        current = self.current
        text = about(current, max(pane.content_size.width, 20)) if current else ""
        pane.update(text, layout=False)

    def on_resize(self) -> None:
        """Fit the columns to a new width."""
        self.call_after_refresh(self._show_head)
        self.call_after_refresh(self._show_about)

    def on_record_list_moved(self) -> None:
        """Show what is known of the entry under the cursor."""
        self._show_about()

    def on_record_list_chosen(self) -> None:
        """Show all of a file, or go on with an unfinished upload."""
        current = self.current
        if isinstance(current, StoredFile):
            self.app.push_screen(DetailsDialog(current.id, full_text(current)))
        elif isinstance(current, OpenUpload):
            try:
                self.go_on(current)
            except InputError as error:
                self.show_error(error)

    # -- what is under way -----------------------------------------------------------

    def show_running(self) -> None:
        """Show anew what is under way."""
        if self.is_mounted and self.host.workspace is not None:
            self._show(self._none() if self._seen is not None else LOADING)

    def reload_unfinished(self) -> None:
        """Show anew which uploads are unfinished; that is known without the provider."""
        self._reload()

    @work(group="unfinished", exclusive=True, exit_on_error=False, description="look for uploads")
    async def _reload(self) -> None:
        unfinished = tuple(await self.workspace.files.unfinished())
        if self._seen is not None:
            self._seen = replace(self._seen, unfinished=unfinished)
        self.show_running()

    def _moved(self) -> None:
        # How far each is shows with the clock; here only what begins and ends matters.
        listed = [entry.key for entry in self.entries if isinstance(entry, Running)]
        if listed != [one.key for one in self.running()]:
            self.show_running()

    def _tick(self) -> None:
        """Let the rows with clocks go on, once a second; without any nothing is written."""
        if not self.is_current or self.host.workspace is None:
            return
        running = self.running()
        count = sum(isinstance(entry, Running) for entry in self.entries)
        if [one.key for one in running] != [key_of(entry) for entry in self.entries[:count]]:
            self.show_running()
            return
        self.entries[:count] = running
        listing = self.query_one(RecordList)
        for row, entry in enumerate(self.entries):
            if isinstance(entry, StoredFile):
                break
            if isinstance(entry, OpenUpload) and entry.expires_at <= time.time():
                self.reload_unfinished()
            if row < count:
                listing.refresh_row(row)
        if count and listing.cursor < count:
            self._show_about()

    # -- deleting --------------------------------------------------------------------

    def action_delete(self) -> None:
        """Delete the marked files or the one under the cursor; stop or give up an upload."""
        chosen = [file for file in self.files if file.id in self.marked]
        current = self.current
        if chosen or isinstance(current, StoredFile):
            self._ask_to_delete(chosen or [current] if isinstance(current, StoredFile) else chosen)
        elif isinstance(current, Running):
            self.stop()
        elif isinstance(current, OpenUpload):
            self._ask_to_give_up(current)

    def action_prune(self) -> None:
        """Choose what is old or used by no job, see it listed, and delete it after a word."""

        def chosen(ids: tuple[str, ...] | None) -> None:
            if ids:
                self._ask_to_delete([file for file in self.files if file.id in ids])

        self.app.push_screen(PruneDialog(self.files), chosen)

    def _ask_to_delete(self, chosen: Sequence[StoredFile]) -> None:
        if self.deleting or not chosen:
            return
        try:
            self.check_writable()
        except ServiceError as error:
            self.show_error(error)
            return
        self.clear_error()
        delete = self.workspace.files.delete
        ids = [file.id for file in chosen]

        def go_on(answer: bool | None) -> None:
            if answer:
                self.deleting = True
                self.delete_all(ids, delete)

        said = statement(chosen, self.workspace.profile.name)
        also = [chosen[0].id] if len(chosen) == 1 else []
        title = f"Delete {plural(len(chosen), 'file')}"
        word = word_for(chosen, self.files)
        self.app.push_screen(TypedConfirm(title, said, word, also), go_on)

    def listed_ids(self) -> set[str]:
        """Return the ids of the files listed."""
        return {file.id for file in self.files}

    def _ask_to_give_up(self, upload: OpenUpload) -> None:
        question = (
            f"Give up the upload of {one_line(upload.name, 40)}? "
            f"The {size_words(upload.taken)} the provider has taken are thrown away."
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self._give_up(upload)

        self.app.push_screen(Confirm("Give up", question, "give it up", "keep it"), answered)

    @work(group="give-up", exit_on_error=False, description="give up an upload")
    async def _give_up(self, upload: OpenUpload) -> None:
        await self.workspace.files.abandon(upload)
        await self.fetch()

    # -- layers and copying ----------------------------------------------------------

    def go_back(self) -> bool:
        """Close the error, else the results, else take the marks away."""
        return self.clear_error() or self.close_outcomes() or self.leave_marks()

    def copy_text(self) -> tuple[str, str]:
        """Copy the results while they are shown, else the id."""
        if (results := self.copy_outcomes()) is not None:
            return results
        current = self.current
        if current is None or isinstance(current, Running):
            return "", ""
        return current.id, "The id"
