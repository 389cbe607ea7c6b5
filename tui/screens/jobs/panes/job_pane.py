"""The pane of one job: where it stands, its curve, and its events, checkpoints or settings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from tui.commands import key_hint
from tui.core.jobs.checkpoints import best_checkpoint, why_best
from tui.core.jobs.curves import Curves, curves
from tui.core.jobs.progress import percent_words
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.jobs.job_curve import JobCurve
from tui.screens.jobs.panes.event_rows import FILTERS, checkpoint_row, event_row, passing
from tui.screens.jobs.panes.job_text import settings_text, standing
from tui.widgets.paragraph import Paragraph
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui.core.jobs.jobs import Checkpoint, Event, Job
    from tui.core.jobs.metrics import Metrics
    from tui.screens.jobs.job_curve import Overlay
    from tui.screens.jobs.panes.job_rows import JobLine
    from tui.services.errors import ServiceError
    from tui.services.jobs.job_costs import Lineage
    from tui.services.jobs.polling.details import JobDetail

VIEWS = ("curve", "events", "checkpoints", "settings")


class JobPane(Vertical):
    """Shows one job. In a large terminal the curve always stays above the other views."""

    @dataclass
    class CheckpointChosen(Message):
        """Enter was pressed on a checkpoint, which is this model."""

        model: str

    def __init__(self) -> None:
        super().__init__(id="job-pane", classes="pane -view-curve")
        self.curve = JobCurve(id="curve")
        self.view = "curve"
        self.line: JobLine | None = None
        self.events: tuple[Event, ...] = ()  # those shown
        self.all_events: tuple[Event, ...] = ()
        self.checkpoints: tuple[Checkpoint, ...] = ()
        self.metrics: tuple[Metrics, ...] = ()
        self.filter = FILTERS[0]
        self._curves = Curves()
        self._failure: ServiceError | None = None
        self._lineage: tuple[Lineage, ...] = ()
        self._overlays: tuple[Overlay, ...] = ()
        self._serving = ""  # how the model made is made to answer
        self._ready = ""  # what is known of the model made, beside its name
        self._read = False  # whether the provider has told its events and checkpoints
        self._absent: frozenset[str] = frozenset()  # which of them it does not offer

    @property
    def job(self) -> Job | None:
        """The job shown."""
        return None if self.line is None else self.line.job

    def compose(self) -> ComposeResult:
        """Lay out the sentence and every view."""
        yield Paragraph(id="standing")
        yield self.curve
        yield RecordList(id="events", empty="No events yet.")
        with Vertical(id="checkpoints-view"):
            yield RecordList(id="checkpoints", empty="No checkpoints yet.")
            yield Static(id="why-best", markup=False)
        with VerticalScroll(id="settings"):
            yield Static(id="settings-text", markup=False)

    # -- coming back -----------------------------------------------------------------

    def remembered(self) -> Mapping[str, Any]:
        """Return which view is shown, and how, as JSON values."""
        curve = self.curve
        return {
            "view": self.view,
            "events": self.filter,
            "measure": curve.measure,
            "smoothing": curve.smoothing,
            "log": curve.log_axis,
        }

    def come_back(self, kept: Mapping[str, Any]) -> None:
        """Show the view of the last time, as far as it is understood."""
        self.curve.look_as(kept)
        self.filter = next((one for one in FILTERS if one == kept.get("events")), FILTERS[0])
        self.go_to(next((one for one in VIEWS if one == kept.get("view")), VIEWS[0]))
        self._show_events()

    # -- what is shown ---------------------------------------------------------------

    def show_job(
        self,
        line: JobLine,
        overlays: tuple[Overlay, ...] = (),
        *,
        ready: str = "",
        serving: str = "",
    ) -> None:
        """Show a job as listed, others over it; what else is known comes with its detail.

        `ready` is what is known of the model made, `serving` how it is made to answer.
        """
        self._serving = serving
        if self.job is None or line.job.id != self.job.id:
            self.all_events, self.checkpoints, self.metrics = (), (), ()
            self._curves, self._failure, self._lineage = Curves(), None, ()
            self._read, self._absent = False, frozenset()
            self.curve.forget_place()
            self._show_events()
            self._show_checkpoints()
        same = (line, overlays, ready) == (self.line, self._overlays, self._ready)
        if line.job.active or not same:  # what is at work says for how long it has been
            self.line, self._overlays, self._ready = line, overlays, ready
            self._refresh()

    def show_detail(self, line: JobLine, detail: JobDetail) -> None:
        """Show all that is known of the job."""
        known = self._read, self._failure is None, self._absent
        self._read, self._failure = detail.fetched_at is not None, detail.failure
        self._absent = detail.absent
        changed = self.job is None or line.job.id != self.job.id
        changed = changed or known != (self._read, self._failure is None, self._absent)
        self.line = line
        if changed or detail.metrics != self.metrics:
            self.metrics = detail.metrics
            self._curves = curves(detail.metrics)
        if changed or len(detail.events) != len(self.all_events):
            self.all_events = detail.events
            self._show_events()
        if changed or detail.checkpoints != self.checkpoints:
            self.checkpoints = detail.checkpoints
            self._show_checkpoints()
        self._refresh()

    def show_lineage(self, found: tuple[Lineage, ...]) -> None:
        """Show where the files of the job came from."""
        if found != self._lineage:
            self._lineage = found
            self._refresh()

    def _refresh(self) -> None:
        line = self.line
        if line is None:
            return
        job = line.job
        name = job.fine_tuned_model or (f"{job.model} · {job.suffix}" if job.suffix else job.model)
        self._title(f"{one_line(job.id, 30)} · {one_line(name, 60)}")
        said = standing(line, self._curves, time.time(), self._ready)
        self.query_one("#standing", Paragraph).update(said)
        none = "No loss yet: it comes with the first step." if job.active else "No loss reported."
        if percent := percent_words(job):
            none = f"{percent} done. {none}"
        self.curve.show_run(self.metrics, self._overlays, empty=self._nothing("loss", none))
        if self.view == "settings":
            told = settings_text(line, self._lineage, self._failure, self._serving)
            _update(self.query_one("#settings-text", Static), told, grows=True)

    def _nothing(self, what: str, none: str) -> str:
        """Say that there is nothing only once the provider has told so, or never does."""
        if (name := "events" if what == "loss" else what) in self._absent:
            return f"Not offered here: this provider gives no {name} of a job."
        if self._read:
            return none
        return f"The {what} cannot be read now." if self._failure else f"Asking for the {what}…"

    def _title(self, name: str) -> None:
        # No numbers here: a new title paints the whole pane again, and events come every second.
        views = VIEWS[1:] if self._wide else VIEWS
        shown = "events" if self._wide and self.view == "curve" else self.view
        marked = (rf"\[{view}]" if view == shown else view for view in views)
        title, subtitle = name.replace("[", r"\["), f"v  {' · '.join(marked)}"
        if shown == "events":
            subtitle = f"f {self.filter} · {subtitle}"
        if (title, subtitle) != (self.border_title, self.border_subtitle):
            self.border_title, self.border_subtitle = title, subtitle

    @property
    def _wide(self) -> bool:
        """Whether there is room for the curve and another view of the job."""
        screen = self.screen
        middle = screen.has_class("-middle") and screen.has_class("-high")
        return screen.has_class("-wide") or middle

    def _show_events(self) -> None:
        listing = self.query_one("#events", RecordList)
        # Follow the newest only while one is at the end: reading further up is left alone.
        at_end = listing.cursor >= listing.count - 1
        self.events = events = passing(self.all_events, self.filter)
        none = (
            f"None but steps; {key_hint('jobs.levels', 'shows')} {len(self.all_events):,} of them."
            if self.all_events
            else ""
        )
        none = none if self.filter == FILTERS[0] else f"No {self.filter}."
        listing.show(
            len(events),
            lambda row, width: event_row(events[row], width),
            empty=self._nothing("events", none or "No events yet."),
        )
        if at_end:
            listing.move_to(listing.count - 1)

    def _show_checkpoints(self) -> None:
        points = self.checkpoints
        best = best_checkpoint(points)
        self.query_one("#checkpoints", RecordList).show(
            len(points),
            lambda row, width: checkpoint_row(points[row], best, width),
            empty=self._nothing("checkpoints", "No checkpoints yet."),
        )
        _update(self.query_one("#why-best", Static), Text(why_best(points)))

    # -- views -----------------------------------------------------------------------

    @handles("jobs.events")
    def view_next(self) -> None:
        """Go on to the next view; the focus stays in the pane if it is there."""
        focused = self.screen.focused
        inside = focused is not None and self in focused.ancestors
        self.next_view()
        if inside:
            self.reader().focus()

    def next_view(self) -> None:
        """Go on to the next view; in a wide terminal the curve is there anyway."""
        views = VIEWS[1:] if self._wide else VIEWS
        current = "events" if self._wide and self.view == "curve" else self.view
        self.go_to(views[(views.index(current) + 1) % len(views)])

    def go_to(self, view: str) -> None:
        """Show a view."""
        self.remove_class(f"-view-{self.view}")
        self.view = view
        self.add_class(f"-view-{view}")
        self._refresh()

    @handles("jobs.levels")
    def next_filter(self) -> None:
        """Show fewer events, or all again."""
        if self.view in {"checkpoints", "settings"} or not (self.view == "events" or self._wide):
            self.go_to("events")
        self.filter = FILTERS[(FILTERS.index(self.filter) + 1) % len(FILTERS)]
        self._show_events()
        self._refresh()

    def on_job_curve_view_changed(self, event: JobCurve.ViewChanged) -> None:
        """Show the curve if another view stands in its place."""
        event.stop()
        if self.view != "curve" and not self._wide:
            self.go_to("curve")

    def reader(self) -> Widget:
        """Return the widget of the present view that takes the focus."""
        name = "events" if self.view == "curve" else self.view
        return self.query_one(f"#{name}")

    def enter(self) -> None:
        """Go into the job, from the curve to what can be read of it."""
        if self.view == "curve" and not self._wide:
            self.next_view()
        self.reader().focus()

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Tell which checkpoint was chosen."""
        event.stop()
        if event.record_list.id != "checkpoints" or event.index >= len(self.checkpoints):
            return
        if model := self.checkpoints[event.index].model:
            self.post_message(self.CheckpointChosen(model))

    @property
    def event_under_cursor(self) -> Event | None:
        """The event under the cursor while the focus is in their list."""
        listing = self.query_one("#events", RecordList)
        focused = self.screen.focused is listing and listing.cursor < len(self.events)
        return self.events[listing.cursor] if focused else None


def _update(static: Static, content: Text, *, grows: bool = False) -> None:
    """Show a text; the same again is not painted, and only one that grows lays out again."""
    before = static.content
    if isinstance(before, Text) and before.plain == content.plain:
        return
    layout = False
    if grows:
        width = max(static.size.width, 1)
        layout = len(content.wrap(static.app.console, width)) != static.size.height
    static.update(content, layout=layout)
