"""The pane of one job: where it stands, its curve, and its events, checkpoints or settings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui.core.curves import Curves, curves
from tui.core.text import one_line
from tui.screens.jobs.rows import best_checkpoint, checkpoint_row, event_row
from tui.screens.jobs.words import settings_text, standing
from tui.widgets.curve import Curve, Series
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui.core.jobs import Checkpoint, Event, Job
    from tui.services.board_details import JobDetail

VIEWS = ("curve", "events", "checkpoints", "settings")


class JobPane(Vertical):
    """Shows one job. In a wide terminal the curve always stays above the other views."""

    def __init__(self) -> None:
        super().__init__(id="job-pane", classes="pane -view-curve")
        self.view = "curve"
        self.job: Job | None = None
        self.events: tuple[Event, ...] = ()
        self.checkpoints: tuple[Checkpoint, ...] = ()
        self._curves = Curves()

    def compose(self) -> ComposeResult:
        """Lay out the sentence and every view."""
        yield Static(id="standing", markup=False)
        yield Curve(id="curve")
        yield RecordList(id="events", empty="No events yet.")
        yield RecordList(id="checkpoints", empty="No checkpoints yet.")
        with VerticalScroll(id="settings"):
            yield Static(id="settings-text", markup=False)

    # -- what is shown ---------------------------------------------------------------

    def show_job(self, job: Job) -> None:
        """Show a job as listed; what else is known of it comes with its detail."""
        if self.job is None or job.id != self.job.id:
            self.events, self.checkpoints, self._curves = (), (), Curves()
            self._fill_lists()
        self.job = job
        self._refresh()

    def show_detail(self, detail: JobDetail) -> None:
        """Show all that is known of the job."""
        if detail.job is None:
            return
        changed = self.job is None or detail.job.id != self.job.id
        self.job = detail.job
        self._curves = curves(detail.metrics)
        if changed or len(detail.events) != len(self.events):
            self.events = detail.events
            self._show_events()
        if changed or detail.checkpoints != self.checkpoints:
            self.checkpoints = detail.checkpoints
            self._show_checkpoints()
        self._refresh()

    def _refresh(self) -> None:
        job = self.job
        if job is None:
            return
        name = job.fine_tuned_model or (f"{job.model} · {job.suffix}" if job.suffix else job.model)
        self._title(f"{one_line(job.id, 30)} · {one_line(name, 60)}")
        sentence = standing(job, self._curves, self.events, time.time())
        _update(self.query_one("#standing", Static), sentence)
        found = self._curves
        series = (
            Series("training loss", found.train),
            Series("validation", found.valid, "○"),
            Series("full validation", found.full_valid, "◆"),
        )
        empty = "No loss yet: it comes with the first step." if job.active else "No loss reported."
        self.query_one(Curve).show(series, found.total_steps, empty=empty)
        _update(self.query_one("#settings-text", Static), settings_text(job))

    def _title(self, name: str) -> None:
        # No numbers here: a new title paints the whole pane again, and events come every second.
        views = VIEWS[1:] if self._wide else VIEWS
        shown = "events" if self._wide and self.view == "curve" else self.view
        marked = (rf"\[{view}]" if view == shown else view for view in views)
        title, subtitle = name.replace("[", r"\["), f"v  {' · '.join(marked)}"
        if (title, subtitle) != (self.border_title, self.border_subtitle):
            self.border_title, self.border_subtitle = title, subtitle

    @property
    def _wide(self) -> bool:
        return self.screen.has_class("-wide")

    def _fill_lists(self) -> None:
        self._show_events()
        self._show_checkpoints()

    def _show_events(self) -> None:
        listing = self.query_one("#events", RecordList)
        # Follow the newest only while one is at the end: reading further up is left alone.
        at_end = listing.cursor >= listing.count - 1
        events = self.events
        listing.show(len(events), lambda row, width: event_row(events[row], width))
        if at_end:
            listing.action_last()

    def _show_checkpoints(self) -> None:
        points = self.checkpoints
        best = best_checkpoint(points)
        self.query_one("#checkpoints", RecordList).show(
            len(points), lambda row, width: checkpoint_row(points[row], best, width)
        )

    # -- views -----------------------------------------------------------------------

    def next_view(self) -> None:
        """Go on to the next view; in a wide terminal the curve is there anyway."""
        views = VIEWS[1:] if self._wide else VIEWS
        current = "events" if self._wide and self.view == "curve" else self.view
        self.remove_class(f"-view-{self.view}")
        self.view = views[(views.index(current) + 1) % len(views)]
        self.add_class(f"-view-{self.view}")
        self._refresh()

    def reader(self) -> Widget:
        """Return the widget of the present view that takes the focus."""
        name = "events" if self.view == "curve" else self.view
        return self.query_one(f"#{name}")


def _update(static: Static, content: Text) -> None:
    """Show a text; the same again is not painted, and only another height lays out anew."""
    before = static.content
    if isinstance(before, Text) and before.plain == content.plain:
        return
    width = max(static.size.width, 1)
    lines = len(content.wrap(static.app.console, width))
    static.update(content, layout=lines != static.size.height)
