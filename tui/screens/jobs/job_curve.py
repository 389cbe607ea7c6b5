"""The view of the selected job's curve: measure, scale, smoothing, zoom, cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

from tui.core.jobs.curves import Curves, Measure, Point, at_step, curves, loss_words, smoothed
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.widgets.charts.curve import Curve, Series, View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.core.jobs.metrics import Metrics

LETTERS = "abcd"
SMOOTHINGS = (0.0, 0.6, 0.9)
_FEWEST_STEPS = 4  # the least that a zoom shows


@dataclass(frozen=True, slots=True)
class Overlay:
    """Another job drawn over the curve: its letter, its name and what its steps measured."""

    letter: str
    name: str
    metrics: tuple[Metrics, ...]


class JobCurve(Curve):
    """Draws one job, and others over it. A run's lines are told apart by marks, not by colour."""

    class ViewChanged(Message):
        """Somebody looks at it otherwise, and wants to see that."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.measure: Measure = "loss"
        self.smoothing = 0.0
        self.log_axis = False
        self._metrics: Sequence[Metrics] = ()
        self._curves = Curves()
        self._overlays: tuple[Overlay, ...] = ()
        self._cursor: float | None = None
        self._part: tuple[float, float] | None = None
        self._none = ""

    # -- what is shown ---------------------------------------------------------------

    def show_run(
        self, metrics: Sequence[Metrics], overlays: tuple[Overlay, ...] = (), *, empty: str = ""
    ) -> None:
        """Draw what the steps of a job measured, and those of others over it."""
        if metrics is not self._metrics:
            self._metrics = metrics
            self._curves = curves(metrics, self.measure)
        self._overlays = overlays
        self._none = empty
        self._repaint()

    def forget_place(self) -> None:
        """Leave cursor and zoom: another job is shown."""
        self._cursor = self._part = None

    def _repaint(self) -> None:
        found = self._curves
        full = "full" if self._overlays else "full validation"  # leave room to name the others
        series = [
            Series(self._named("training", found.train), smoothed(found.train, self.smoothing)),
            Series(self._named("validation", found.valid), found.valid, "○"),
            Series(self._named(full, found.full_valid), found.full_valid, "◆"),
        ]
        series += [self._overlaid(overlay) for overlay in self._overlays]
        first, last = self._part or (None, float(found.total_steps or 0) or None)
        if self._overlays and self._part is None:
            last = max((one.points[-1][0] for one in series if one.points), default=0.0)
            last = max(last, float(found.total_steps or 0))
        view = View(first, last, self.log_axis, self._cursor, self._note())
        self.show(tuple(series), view, empty=self._none.replace("loss", self.measure))

    def _named(self, name: str, points: Sequence[Point]) -> str:
        """Return a line's name in the legend, with its value under the cursor."""
        if self._cursor is None:
            whole = name == "training" and not self._overlays
            return f"{name} {self.measure}" if whole else name
        found = at_step(points, self._cursor)
        if found is None:
            return name
        step, value = found
        at = "" if step == self._cursor else f" at {step:g}"
        return f"{name} {loss_words(value)}{at}"

    def _note(self) -> str:
        """Return what the legend says beside the lines."""
        parts = [] if self._cursor is None else [f"▲ step {self._cursor:g}"]
        if self.smoothing:
            parts.append(f"smoothed {self.smoothing:g}")
        if self.log_axis:
            parts.append("log")
        return " · ".join(parts)

    def _overlaid(self, overlay: Overlay) -> Series:
        """Return another job as one line of letters: held out if both have that, else trained."""
        other = curves(overlay.metrics, self.measure)
        held_out = bool(self._curves.held_out and other.held_out)
        points = other.held_out if held_out else smoothed(other.train, self.smoothing)
        name = one_line(overlay.name, 12)
        if self._cursor is not None and (found := at_step(points, self._cursor)) is not None:
            name += f" {loss_words(found[1])}"
        return Series(name, tuple(points), overlay.letter, sparse=True)

    # -- how it is looked at ---------------------------------------------------------

    def look_as(self, kept: Mapping[str, Any]) -> None:
        """Draw as was kept: measure, scale and smoothing; what is not understood stays."""
        self.measure = "accuracy" if kept.get("measure") == "accuracy" else "loss"
        self.smoothing = next((one for one in SMOOTHINGS if one == kept.get("smoothing")), 0.0)
        self.log_axis = kept.get("log") is True
        self._curves = curves(self._metrics, self.measure)
        self._repaint()

    @handles("jobs.measure")
    def next_measure(self) -> None:
        """Switch between loss and accuracy."""
        self.post_message(self.ViewChanged())
        self.measure = "accuracy" if self.measure == "loss" else "loss"
        self._curves = curves(self._metrics, self.measure)
        self._repaint()

    @handles("jobs.log")
    def toggle_log(self) -> None:
        """Switch the axis between linear and logarithmic."""
        self.post_message(self.ViewChanged())
        self.log_axis = not self.log_axis
        self._repaint()

    @handles("jobs.smooth")
    def next_smoothing(self) -> None:
        """Smooth more, or no more."""
        self.post_message(self.ViewChanged())
        self.smoothing = SMOOTHINGS[(SMOOTHINGS.index(self.smoothing) + 1) % len(SMOOTHINGS)]
        self._repaint()

    @handles("jobs.step_back")
    def step_back(self) -> None:
        """Move the cursor back, from the last step when there is none yet."""
        self.post_message(self.ViewChanged())
        self.move_cursor(-1)

    @handles("jobs.step_on")
    def step_on(self) -> None:
        """Move the cursor on, from the first step when there is none yet."""
        self.post_message(self.ViewChanged())
        self.move_cursor(1)

    def move_cursor(self, by: int) -> None:
        """Move the cursor by columns, from the last step when there is none yet."""
        steps = sorted({step for points in self._all_points() for step, _ in points})
        if not steps:
            self._tell("No step is drawn yet.")
            return
        if self._cursor is None:
            at = float(steps[-1]) if by < 0 else float(steps[0])
        else:
            wanted = self._cursor + by * max(self.column, 1.0)
            later = [step for step in steps if (step > self._cursor) == (by > 0)]
            later = [step for step in later if step != self._cursor]
            if not later:
                self._tell(f"That is the {'first' if by < 0 else 'last'} step.")
                return
            at = float(min(later, key=lambda step: abs(step - wanted)))
        self._cursor = at
        if self._part is not None:
            self._part = _around(at, self._part)
        self._repaint()

    @handles("jobs.zoom")
    def zoom_in(self) -> None:
        """Draw the half of what is drawn around the cursor, or its end without one."""
        self.post_message(self.ViewChanged())
        first, last = self.x_range
        if last - first <= _FEWEST_STEPS:
            self._tell("There are too few steps to draw a part of them.")
            return
        middle = last if self._cursor is None else self._cursor
        half = (last - first) / 4
        self._part = _within((middle - half, middle + half), (first, last))
        self._repaint()

    @handles("jobs.zoom_out")
    def zoom_out(self) -> None:
        """Draw everything again, without a cursor."""
        self.post_message(self.ViewChanged())
        if self._cursor is None and self._part is None:
            self._tell("All steps are drawn.")
        self.forget_place()
        self._repaint()

    def _tell(self, text: str) -> None:
        self.notify(text, timeout=3, markup=False)

    def _all_points(self) -> tuple[tuple[Point, ...], ...]:
        return self._curves.train, self._curves.valid, self._curves.full_valid


def _within(part: tuple[float, float], whole: tuple[float, float]) -> tuple[float, float]:
    """Return a part moved so that it lies in the whole, at whole steps."""
    first, last = part
    over = max(whole[0] - first, 0.0) - max(last - whole[1], 0.0)
    return round(first + over), round(last + over)


def _around(step: float, part: tuple[float, float]) -> tuple[float, float]:
    """Return a part moved so that a step lies in it."""
    first, last = part
    by = min(step - first, 0.0) + max(step - last, 0.0)
    return first + by, last + by
