"""The list of files: what is uploaded, which uploads are unfinished, and which are under way."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.core.provider.files import StoredFile, month_words_of, total_bytes
from tui.core.text.text import one_line, plural, size_words
from tui.dispatch import handles
from tui.screens.files import file_rows
from tui.screens.files.file_rows import Entry, RunningUpload, id_of
from tui.screens.listing import ListingPane
from tui.screens.marks import KeptMarks
from tui.screens.not_offered import no_tuning, otherwise, wrapped
from tui.screens.reporting import ASKING
from tui.services.errors import NotOffered, ServiceError
from tui.services.store.tables.parts_table import OpenUpload

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rich.text import Text

    from tui.screens.controller_context import ScreenContext
    from tui.services.files.overview import FilesSeen
    from tui.services.workspace import Workspace
    from tui.widgets.record_list import RecordList


def none_yet() -> str:
    """Return what is said, with the keys in use."""
    return (
        f"No files are uploaded. {key_hint('files.upload', 'uploads')} one; so does a "
        f"job made in Jobs ({key_of('app.mode_jobs')})."
    )


LOADING = "Asking for the files …"
FRESH_S = 5  # a list older than this is asked for again when it is come back to


def not_listed() -> str:
    """Return what is said, with the keys in use."""
    return (
        f"The files could not be listed. Press {key_of('files.refresh')} to ask "
        f"again, {key_of('app.profile')} for another profile."
    )


class FilesPane(ListingPane[Entry]):
    """Uploads under way, unfinished ones, and files."""

    def __init__(self) -> None:
        super().__init__("files", "Files", LOADING)

    def id_of(self, entry: Entry) -> str:
        """Return what tells an entry from all others."""
        return id_of(entry)

    def head(self, width: int) -> Text:
        """Return the columns' names."""
        return file_rows.head_row(width)

    def row(self, entry: Entry, width: int, *, marked: bool) -> Text:
        """Return one line of the list."""
        return file_rows.entry_row(entry, marked=marked, width=width)

    def about(self, entry: Entry, width: int) -> Text:
        """Return what is known of an entry."""
        return file_rows.about(entry, width)


class FileList:
    """Fetches and shows the files of the profile; knows which are marked."""

    def __init__(self, context: ScreenContext, pane: FilesPane) -> None:
        self._context, self.pane = context, pane
        self.marked: set[str] = set()  # ids of files
        self.marks_note = ""  # what the status line says of a range begun
        self.checking: RunningUpload | None = None  # a file that is looked at before it is sent
        self._seen: FilesSeen | None = None
        self._failed: ServiceError | None = None  # why the list, or that of jobs, did not come
        self._looks_void = 0  # how often files went, so that looks begun before are void
        self._unsubscribe: Callable[[], None] = lambda: None
        self._wanted: str | None = None  # where the cursor goes once it is listed
        self.marked_before = KeptMarks("file")

    # -- what is listed --------------------------------------------------------------

    @property
    def current(self) -> Entry | None:
        """What the cursor is on."""
        return self.pane.current

    @property
    def rows(self) -> RecordList:
        """The list itself."""
        return self.pane.list

    @property
    def current_id(self) -> str | None:
        """The id of the file under the cursor, None for an upload."""
        return self.current.id if isinstance(self.current, StoredFile) else None

    def row_ids(self) -> list[str]:
        """Return the ids of the files, in their order."""
        return self.markable()

    def markable(self) -> list[str]:
        """Return the ids of the files, in their order."""
        return [file.id for file in self.files]

    @property
    def files(self) -> list[StoredFile]:
        """The files listed."""
        return [entry for entry in self.pane.entries if isinstance(entry, StoredFile)]

    @property
    def known(self) -> bool:
        """Whether a list has come, now or before."""
        return self._seen is not None

    @property
    def why_none(self) -> str:
        """Why no file is listed, in a line."""
        waits = self._seen is None and self._failed is None
        return " ".join((LOADING if waits else self._empty_words(self._failed)).split())

    @property
    def ids(self) -> set[str]:
        """The ids of the files listed."""
        return {file.id for file in self.files}

    def running(self) -> list[RunningUpload]:
        """Return what is under way, newest last."""
        found = [file_rows.running(one) for one in self._context.workspace.files.transfers.current]
        return found if self.checking is None or found else [self.checking]

    def select(self, file_id: str) -> None:
        """Put the cursor on a file, now or once it is listed."""
        self._wanted = file_id
        self._place()

    def _place(self) -> None:
        if self._wanted is not None and any(one.id == self._wanted for one in self.files):
            self.pane.select(self._wanted)
            self._wanted = None

    # -- fetching --------------------------------------------------------------------

    def begin(self, workspace: Workspace) -> None:
        """List the files of another provider."""
        self._unsubscribe()
        self._unsubscribe = workspace.files.transfers.subscribe(self._transfers_changed)
        self._seen, self.marked = None, set()
        self.marked_before.begin()
        self._context.fetched(None)
        self._show(LOADING)
        self.pane.list.focus()
        self.start_refresh()

    def renew(self) -> None:
        """List again what was listed some seconds ago: a job may have uploaded a file since."""
        if self._seen is not None and time.time() - self._seen.at > FRESH_S:
            self.start_refresh()

    def start_refresh(self) -> None:
        """Ask the provider in the background."""
        self._context.run(self.fetch, group="list", description="list the files")

    @handles("files.refresh", group="list")
    async def refresh(self) -> None:
        """Ask the provider now."""
        self._context.tell(ASKING, seconds=2)
        await self.fetch()

    async def fetch(self) -> None:
        """List the files again. Raises ServiceError; what was seen last is shown then."""
        overview, void = self._context.workspace.file_overview, self._looks_void
        self._context.working("files", "listing files")
        try:
            seen = await overview.look()
        except ServiceError as error:
            last = await overview.remembered() if self._seen is None else None
            if overview is not self._context.workspace.file_overview:
                return  # of a provider chosen before
            self._not_listed(error, last)
            if self._seen is None and isinstance(error, NotOffered):
                return
            raise
        finally:
            self._context.working("files", "")
        if overview is self._context.workspace.file_overview and void == self._looks_void:
            self._listed(seen)

    def _not_listed(self, error: ServiceError, last: FilesSeen | None) -> None:
        self._failed = error
        if last is not None:
            self._take(last)
        elif self._seen is None:
            self._show(self._empty_words(error))

    def _listed(self, seen: FilesSeen) -> None:
        self._context.clear_errors(self._failed)
        self._failed = seen.jobs_problem
        self._take(seen)
        gone, self._wanted = self._wanted, None
        said = f"{one_line(gone, 60)} is not listed any more." if gone is not None else ""
        marks = self.marked_before.gone({file.id for file in seen.files})
        if words := " ".join(filter(None, (said, marks))):
            self._context.tell(words, seconds=10, warning=True)
        if seen.jobs_problem is not None and not isinstance(seen.jobs_problem, NotOffered):
            self._context.show_error(seen.jobs_problem)

    def _take(self, seen: FilesSeen) -> None:
        self._seen = seen
        there = {file.id for file in seen.files}
        self.marked = (self.marked & there) | self.marked_before.found(there)
        self._show(self._empty_words())
        self._context.fetched(seen.at)

    def reload_unfinished(self) -> None:
        """Show again which uploads are unfinished; that is known without the provider."""
        self._context.run(self._reload, group="unfinished", description="look for uploads")

    async def _reload(self) -> None:
        files = self._context.workspace.files
        unfinished, asked = tuple(await files.unfinished()), tuple(await files.unanswered())
        if self._seen is not None:
            self._seen = replace(self._seen, unfinished=unfinished, unanswered=asked)
        self.show_running()

    # -- showing ---------------------------------------------------------------------

    def _empty_words(self, failed: ServiceError | None = None) -> str:
        """Return what an empty list says; `failed` is why none came."""
        profile = self._context.workspace.profile.name
        if isinstance(failed, NotOffered):
            return wrapped(f"{profile} takes no files.", otherwise())
        if failed is not None or self._seen is None:
            return not_listed()
        if isinstance(self._seen.jobs_problem, NotOffered):
            return wrapped(f"No files are uploaded. {no_tuning(profile)}", otherwise())
        return none_yet()

    def _show(self, empty: str) -> None:
        seen, running = self._seen, self.running()
        sent = {str(one.path.absolute()) for one in running}
        unfinished = [one for one in seen.unfinished if one.path not in sent] if seen else []
        # One that is begun in parts is known by those.
        begun = sent | {one.path for one in unfinished}
        asked = [one for one in seen.unanswered if one.path not in begun] if seen else []
        self.pane.show([*running, *unfinished, *asked, *(seen.files if seen else ())], empty)
        self._place()
        self.show_marks()

    def show_marks(self) -> None:
        """Show the marks again, and how much there is."""
        self.pane.show_marks(self.marked)
        files = self.files
        orphans = sum(file.orphan for file in files)
        together = total_bytes(files)
        said = plural(len(files), "file")
        said += f", {size_words(together)}" if together is not None else ""
        said += f" · {plural(orphans, 'orphan')}" if orphans else ""
        if any(file.billed for file in files):
            said += f" · {month_words_of(files)}"
        marked = f" · {len(self.marked)} marked" if self.marked else ""
        self._context.note(f"{said}{self.marks_note or marked}" if files else "")

    async def take_gone(self, ids: Collection[str]) -> None:
        """List these no more, and take their marks away; a look begun before is of no use."""
        self._looks_void += 1
        self.marked -= {*ids}
        if self._seen is not None:
            left = tuple(file for file in self._seen.files if file.id not in ids)
            self._seen = replace(self._seen, files=left)
            self._show(self._empty_words())

    def show_running(self) -> None:
        """Show again what is under way."""
        if self._context.attached and self._context.host.workspace is not None:
            self._show(self._empty_words() if self._seen is not None else LOADING)

    def _transfers_changed(self) -> None:
        # How far each is shows with the clock; here only what begins and ends matters.
        listed = [entry.key for entry in self.pane.entries if isinstance(entry, RunningUpload)]
        if listed != [one.key for one in self.running()]:
            self.show_running()

    def tick(self) -> None:
        """Let the rows with clocks go on, once a second; without any nothing is written."""
        entries, running = self.pane.entries, self.running()
        count = sum(isinstance(entry, RunningUpload) for entry in entries)
        if [one.key for one in running] != [id_of(entry) for entry in entries[:count]]:
            self.show_running()
            return
        entries[:count] = running
        for row, entry in enumerate(entries):
            if isinstance(entry, StoredFile):
                break
            if isinstance(entry, OpenUpload) and entry.expires_at <= time.time():
                self.reload_unfinished()
            if row < count:
                self.pane.list.refresh_row(row)
        if count and self.pane.list.cursor < count:
            self.pane.show_about()
