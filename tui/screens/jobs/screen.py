"""The Jobs screen: the live list of jobs, and one of them in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Container, Vertical
from textual.widget import Widget

from tui.core.text import one_line, plural
from tui.screens.jobs.actions import JobActions
from tui.screens.jobs.detail import JobPane
from tui.screens.jobs.rows import Progress, job_heading, job_row, progress_of
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.timer import Timer

    from tui.core.jobs import Job
    from tui.services.board import BoardState, JobBoard, JobDetail
    from tui.services.workspace import Workspace

EMPTY = "No jobs yet. Press n to make one from {0}."
FEW = 2  # leave the room to the curve
WATCH_AFTER_S = 0.15  # moving through the list asks for the job one stops at, not for each


class JobsHeading(Widget):
    """The heading over the list of jobs, in the same columns."""

    def render(self) -> Text:
        """Draw the heading for the present width."""
        return job_heading(self.content_size.width)


class JobsScreen(JobActions):
    """All jobs of the profile. What is shown follows the job board while it is on the screen."""

    MODE: ClassVar[str] = "jobs"
    CSS_PATH = "screen.tcss"

    def __init__(self) -> None:
        super().__init__(classes="-no-jobs")
        self.jobs: tuple[Job, ...] = ()
        self.selected: str | None = None
        self._progress: dict[str, Progress] = {}
        self._board: JobBoard | None = None
        self._rows: list[str] = []
        self._said = ""
        self._here = False
        self._leave_list: Callable[[], None] | None = None
        self._leave_job: Callable[[], None] | None = None
        self._leave_status: Callable[[], None] | None = None
        self._watch_timer: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the list, and the pane of the job under the cursor."""
        with Container(id="workbench"):
            with Vertical(id="jobs-pane", classes="pane"):
                yield JobsHeading(id="jobs-heading")
                yield RecordList(id="jobs", empty="Asking the provider…")
            yield JobPane()

    # -- following the board ---------------------------------------------------------

    def on_workspace(self, workspace: Workspace) -> None:
        """Follow the jobs of this profile; those of another one are forgotten."""
        if workspace.board is self._board:
            return
        self._stop_following()
        if self._leave_status is not None:
            self._leave_status()
        self.clear_error()
        self._board = workspace.board
        self.jobs, self.selected, self._failed = (), None, None
        self._progress = {}
        self.started.clear()
        self._show_jobs(())
        self._say()
        self.fetched(None)
        self._leave_status = workspace.provider.subscribe(lambda _: self._say())
        if self._here:
            self._follow()

    def on_screen_resume(self) -> None:
        """Follow the jobs while they can be seen."""
        self._here = True
        self.host.reached("jobs")
        self._follow()

    def on_screen_suspend(self) -> None:
        """Ask for nothing nobody sees; jobs made here are followed to their end."""
        self._here = False
        self._stop_watching()
        if not self.started:
            self._stop_following()

    def on_unmount(self) -> None:
        """Leave the board."""
        self._stop_following()
        if self._leave_status is not None:
            self._leave_status()

    def _follow(self) -> None:
        if self._board is not None and self._leave_list is None:
            self._leave_list = self._board.subscribe(self._take_state)
        self._watch_selected()

    def _stop_following(self) -> None:
        self._stop_watching()
        if self._leave_list is not None:
            self._leave_list()
            self._leave_list = None

    def _stop_watching(self) -> None:
        if self._watch_timer is not None:
            self._watch_timer.stop()
            self._watch_timer = None
        if self._leave_job is not None:
            self._leave_job()
            self._leave_job = None

    def _take_state(self, state: BoardState) -> None:
        failure = state.failure
        if failure is None:
            if self._failed is not None and self._failed == self._error_shown():
                self.clear_error()
            self._failed = None
        elif self._failed != (failure.title, failure.cause):
            self._failed = (failure.title, failure.cause)
            self.show_error(failure)
        self.fetched(state.fetched_at)
        self._show_jobs(state.jobs)
        self._say()
        self.tell_ended(state.jobs)
        if not self._here and not self.started:
            self._stop_following()

    def _error_shown(self) -> tuple[str, str] | None:
        shown = self.failure_text.split("\n")
        return (shown[0], shown[1]) if len(shown) > 1 else None

    def _say(self) -> None:
        running = sum(job.active for job in self.jobs)
        said = f"{plural(len(self.jobs), 'job')}, {running} active" if self.jobs else ""
        if said != self._said:
            self._said = said
            self.note(said)
        listing = self.query_one("#jobs", RecordList)
        if not self.jobs:
            listing.show(0, self._row, empty=self._nothing())

    def _nothing(self) -> str:
        if self._board is None or self._failed is not None:
            return "No jobs known. r asks the provider again."
        if self.workspace.provider.status.state == "starting":
            profile = self.workspace.profile
            return "Starting the lab…" if profile.kind == "lab" else f"Asking {profile.name}…"
        if self._board.state.fetched_at is None:
            return "Asking the provider…"
        opened = self.workspace.datasets.current is not None
        return EMPTY.format("the open dataset" if opened else "a dataset file")

    # -- the list --------------------------------------------------------------------

    def _show_jobs(self, jobs: tuple[Job, ...]) -> None:
        before = [job.id for job in self.jobs]
        self.jobs = jobs
        self.set_class(not jobs, "-no-jobs")
        self.set_class(len(jobs) <= FEW, "-few-jobs")
        listing = self.query_one("#jobs", RecordList)
        ids = [job.id for job in jobs]
        if ids != before:
            # The cursor stays on its job, wherever that stands now.
            at = ids.index(self.selected) if self.selected in ids else 0
            listing.show(len(jobs), self._row)
            listing.move_to(at)
            if jobs:
                self._select(jobs[at].id)
        elif self.job is not None:
            self.query_one(JobPane).show_job(self.job)
        self._paint_rows()

    def _paint_rows(self) -> None:
        """Paint the rows again whose text is another now."""
        listing = self.query_one("#jobs", RecordList)
        width = listing.size.width
        rows = [self._row(n, width).plain for n in range(len(self.jobs))]
        for n, row in enumerate(rows):
            if n >= len(self._rows) or self._rows[n] != row:
                listing.refresh_row(n)
        self._rows = rows

    def _row(self, row: int, width: int) -> Text:
        if row >= len(self.jobs):
            return Text()
        job = self.jobs[row]
        return job_row(job, self._progress.get(job.id, Progress()), width)

    # -- the job selected ------------------------------------------------------------

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        return next((job for job in self.jobs if job.id == self.selected), None)

    def select(self, job_id: str) -> None:
        """Put the cursor on a job as soon as it is listed."""
        self.selected = job_id
        ids = [job.id for job in self.jobs]
        if job_id in ids:
            self.query_one("#jobs", RecordList).move_to(ids.index(job_id))
        self._watch_selected()

    def _select(self, job_id: str) -> None:
        changed = job_id != self.selected
        self.selected = job_id
        if (job := self.job) is not None:
            self.query_one(JobPane).show_job(job)
        if changed or self._leave_job is None:
            self._stop_watching()
            if self._here:
                self._watch_timer = self.set_timer(WATCH_AFTER_S, self._watch_selected)

    def _watch_selected(self) -> None:
        self._stop_watching()
        if self._board is not None and self.selected is not None and self._here:
            self._leave_job = self._board.watch(self.selected, self._take_detail)

    def _take_detail(self, detail: JobDetail) -> None:
        if detail.job is None or detail.job.id != self.selected:
            return
        self._progress[detail.job.id] = progress_of(detail.metrics)
        self.query_one(JobPane).show_detail(detail)
        if detail.failure is not None:
            self._said = f"detail not current: {one_line(detail.failure.cause, 60)}"
            self.note(self._said)
        self._paint_rows()

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Show the job under the cursor."""
        listing = event.record_list
        if listing.id == "jobs" and event.index == listing.cursor and event.index < len(self.jobs):
            self._select(self.jobs[event.index].id)

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Go into the job, or chat with a checkpoint."""
        pane = self.query_one(JobPane)
        if event.record_list.id == "jobs":
            if pane.view == "curve" and not self.has_class("-wide"):
                pane.next_view()
            pane.reader().focus()
        elif event.record_list.id == "checkpoints":
            model = pane.checkpoints[event.index].model
            if model:
                self.host.chat_with(model)

    def go_back(self) -> bool:
        """Close the error, or return from the job to the list."""
        if self.clear_error():
            return True
        listing = self.query_one("#jobs", RecordList)
        if self.focused is not listing:
            listing.focus()
            return True
        return False

    def copy_text(self) -> tuple[str, str]:
        """Copy the job's id, or the event under the cursor."""
        pane = self.query_one(JobPane)
        events = self.query_one("#events", RecordList)
        if self.focused is events and events.cursor < len(pane.events):
            return pane.events[events.cursor].message, "The event"
        return (self.selected or ""), "The job's id"
