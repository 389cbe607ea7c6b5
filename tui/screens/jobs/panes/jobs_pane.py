"""The pane of all jobs: a heading, and a row for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from tui.screens.jobs.panes.job_rows import job_heading, job_row
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from tui.core.jobs.jobs import Job
    from tui.screens.jobs.panes.job_rows import JobLine


class JobsHeading(Widget):
    """The heading over the list of jobs, in the same columns."""

    def render(self) -> Text:
        """Draw the heading for the present width."""
        return job_heading(self.content_size.width)


class JobsPane(Vertical):
    """Lists jobs; `line_of` says what a row tells of one."""

    @dataclass
    class Selected(Message):
        """The cursor is on a job."""

        job_id: str

    @dataclass
    class Opened(Message):
        """Enter was pressed on a job."""

        job_id: str

    def __init__(self, line_of: Callable[[Job], JobLine]) -> None:
        super().__init__(id="jobs-pane", classes="pane")
        self.border_title = "Jobs"
        self.painted: dict[int, str] = {}  # the rows in view as they were painted last
        self._jobs: tuple[Job, ...] = ()
        self._line_of = line_of

    def compose(self) -> ComposeResult:
        """Lay the heading over the list."""
        yield JobsHeading(id="jobs-heading")
        yield RecordList(id="jobs", empty="Asking the provider…")

    @property
    def listing(self) -> RecordList:
        """The list itself."""
        return self.query_one("#jobs", RecordList)

    def show(self, jobs: tuple[Job, ...], selected: str | None) -> str | None:
        """Show jobs, painting only the rows in view that say something else now.

        The cursor stays on the selected one, wherever that stands now. Returns the id of the
        job it is on when others are listed than before, else None.
        """
        before, ids = [job.id for job in self._jobs], [job.id for job in jobs]
        self._jobs = jobs
        at = ids.index(selected) if selected in ids else 0
        if ids != before:
            self.listing.show(len(jobs), self._row)
            self.listing.move_to(at)
        self._paint()
        return ids[at] if ids and ids != before else None

    def show_empty(self, why: str) -> None:
        """Say why no job is listed."""
        self.listing.show(0, self._row, empty=why)

    def move_to(self, job_id: str) -> None:
        """Put the cursor on a job, if it is listed."""
        ids = [job.id for job in self._jobs]
        if job_id in ids:
            self.listing.move_to(ids.index(job_id))

    def _paint(self) -> None:
        listing = self.listing
        width, top = listing.scrollable_content_region.width, listing.scroll_offset.y
        shown = range(top, min(top + max(listing.size.height, 1), len(self._jobs)))
        rows = {n: self._row(n, width).plain for n in shown}
        for n, row in rows.items():
            if self.painted.get(n) != row:
                listing.refresh_row(n)
        self.painted = rows

    def _row(self, row: int, width: int) -> Text:
        if row >= len(self._jobs):
            return Text()
        return job_row(self._line_of(self._jobs[row]), width)

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Tell which job the cursor is on, unless it has moved on meanwhile."""
        event.stop()
        if event.index == self.listing.cursor and event.index < len(self._jobs):
            self.post_message(self.Selected(self._jobs[event.index].id))

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Tell which job is to be opened."""
        event.stop()
        if event.index < len(self._jobs):
            self.post_message(self.Opened(self._jobs[event.index].id))
