"""The Jobs screen: the live list of jobs, and one of them in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Container, Vertical
from textual.widget import Widget

from tui.core.text.text import one_line, plural
from tui.screens.jobs.detail import JobPane, shows_both
from tui.screens.jobs.rows import job_heading, job_row
from tui.screens.jobs.subscriptions import Following
from tui.screens.offers import jobs_unknown
from tui.services.errors import InputError
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.core.jobs.jobs import Job
    from tui.services.jobs.job_costs import Lineage
    from tui.services.jobs.poller import JobDetail

EMPTY = "No jobs yet. Press n to make one from {0}."
FEW = 2  # leave the room to the curve


class JobsHeading(Widget):
    """The heading over the list of jobs, in the same columns."""

    def render(self) -> Text:
        """Draw the heading for the present width."""
        return job_heading(self.content_size.width)


class JobsScreen(Following):
    """All jobs of the profile. What is shown follows the job board while it is on the screen."""

    MODE: ClassVar[str] = "jobs"
    CSS_PATH = "screen.tcss"
    NEEDS_ROWS = frozenset(
        {
            *("events", "levels", "measure", "log", "smooth", "mark"),
            *("step_back", "step_on", "zoom", "zoom_out"),
        }
    )
    # Side by side only where the list still shows what it shows at 80 columns.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-middle"), (140, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]

    def __init__(self) -> None:
        super().__init__(classes="-no-jobs")
        self._rows: dict[int, str] = {}  # the rows in view as they were painted last
        self._said = ""

    def compose_body(self) -> ComposeResult:
        """Lay out the list, and the pane of the job under the cursor."""
        with Container(id="workbench"):
            with Vertical(id="jobs-pane", classes="pane"):
                yield JobsHeading(id="jobs-heading")
                yield RecordList(id="jobs", empty="Asking the provider…")
            yield JobPane()

    def has_rows(self) -> bool:
        """Whether there are jobs."""
        return bool(self.jobs)

    # -- the list --------------------------------------------------------------------

    def say(self) -> None:
        """Say how many jobs there are, or why there are none."""
        running = sum(job.active for job in self.jobs if job.id not in self.state.forgotten)
        said = f"{plural(len(self.jobs), 'job')}, {running} active" if self.jobs else ""
        if said != self._said:
            self._said = said
            self.note(said)
        listing = self.query_one("#jobs", RecordList)
        if not self.jobs:
            listing.show(0, self._row, empty=self._nothing())

    def _nothing(self) -> str:
        failure = self.state.failure
        if said := jobs_unknown(self.workspace.profile.name, failure) if failure else "":
            return said
        if self._board is None or self._failed is not None:
            return "No jobs known. r asks the provider again."
        if self.workspace.provider.status.state == "starting":
            profile = self.workspace.profile
            return "Starting the lab…" if profile.kind == "lab" else f"Asking {profile.name}…"
        if self._board.state.fetched_at is None:
            return "Asking the provider…"
        opened = self.workspace.datasets.current is not None
        return EMPTY.format("the open dataset" if opened else "a dataset file")

    def show_jobs(self, jobs: tuple[Job, ...]) -> None:
        """Show the jobs, painting only the rows in view that say something else now."""
        before = [job.id for job in self.jobs]
        self.jobs = jobs
        self.set_class(not jobs, "-no-jobs")
        if bool(jobs) != bool(before):
            self.refresh_bindings()
        self.set_class(len(jobs) <= FEW, "-few-jobs")
        listing = self.query_one("#jobs", RecordList)
        ids = [job.id for job in jobs]
        if ids != before:
            # The cursor stays on its job, wherever that stands now.
            at = ids.index(self.selected) if self.selected in ids else 0
            listing.show(len(jobs), self._row)
            listing.move_to(at)
            if jobs:
                self._select(jobs[at].id, at_once=True)
        elif self._watch_timer is None:
            self.show_selected()
        self._paint_rows()

    def _paint_rows(self) -> None:
        """Paint the rows in view again whose text is another now."""
        listing = self.query_one("#jobs", RecordList)
        width, top = listing.scrollable_content_region.width, listing.scroll_offset.y
        shown = range(top, min(top + max(listing.size.height, 1), len(self.jobs)))
        rows = {n: self._row(n, width).plain for n in shown}
        for n, row in rows.items():
            if self._rows.get(n) != row:
                listing.refresh_row(n)
        self._rows = rows

    def _row(self, row: int, width: int) -> Text:
        if row >= len(self.jobs):
            return Text()
        job = self.jobs[row]
        return job_row(self.line_of(job, self.overlays.letter(job.id)), width)

    # -- the job selected ------------------------------------------------------------

    def select(self, job_id: str) -> None:
        """Put the cursor on a job as soon as it is listed."""
        self.selected = job_id
        ids = [job.id for job in self.jobs]
        if job_id in ids:
            self.query_one("#jobs", RecordList).move_to(ids.index(job_id))
        self._watch_selected()

    def _select(self, job_id: str, *, at_once: bool = False) -> None:
        changed = job_id != self.selected
        self.selected = job_id
        if at_once:
            self.show_selected()
        if changed or self._leave_job is None:
            self.settle()

    def show_selected(self) -> None:
        """Show the selected job as it is listed."""
        if (job := self.job) is None:
            return
        self.query_one(JobPane).show_job(
            self.line_of(job), self.overlays.shown(job.id), ready=self.ready.get(job.id, "")
        )

    def refresh_job(self) -> None:
        """Say anew where the selected job stands."""
        self.show_selected()

    def show_detail(self, detail: JobDetail) -> None:
        """Show what is known of the selected job."""
        if (job := self.job or detail.job) is None:
            return
        self.query_one(JobPane).show_detail(self.line_of(job), detail)
        if detail.failure is not None:
            self._said = f"detail not current: {one_line(detail.failure.brief, 80)}"
            self.note(self._said)
        self._paint_rows()

    def show_lineage(self, found: tuple[Lineage, ...]) -> None:
        """Show where the data of the selected job came from."""
        self.query_one(JobPane).show_lineage(found)

    def action_mark(self) -> None:
        """Draw this job over the curves of the others, or not any more."""
        job = self.job
        if job is None or self._board is None:
            return
        if not self.overlays.toggle(job, self._board):
            cause = "four jobs are drawn over the others already"
            self.show_error(InputError("Not marked", cause, "Unmark one with space first."))

    def show_overlays(self) -> None:
        """Draw the marked jobs over the curve of the selected one."""
        self.query_one(JobPane).show_overlays(self.overlays.shown(self.selected))
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
            if pane.view == "curve" and not shows_both(self):
                pane.next_view()
            pane.reader().focus()
        elif event.record_list.id == "checkpoints" and event.index < len(pane.checkpoints):
            model = pane.checkpoints[event.index].model
            if model:
                self.host.chat_with(model)

    def on_key(self) -> None:
        """Whoever presses a key has seen what the terminal's title told."""
        self.seen()

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
