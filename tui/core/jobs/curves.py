"""Evaluate loss curves: the best step, overfitting and divergence."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.core.jobs.metrics import Metrics

Point = tuple[int, float]
Fit = Literal["unknown", "healthy", "mild", "moderate", "severe"]
Measure = Literal["loss", "accuracy"]

# Validation loss over training loss, from which on overfitting is called so.
MILD, MODERATE, SEVERE = 1.2, 1.5, 2.0
# Of the steps so far, the last part in which a loss that hardly falls is a plateau, and how much
# of the fall before is hardly.
_LAST, _HARDLY = 0.4, 0.02
_PLATEAU = "Plateau: the loss has hardly fallen of late; more epochs alone will not help much."
# Below this validation loss (nats a token) a ratio of two tiny numbers says nothing.
TINY = 0.05
_FEWEST_TO_JUDGE = 8
# Before this part of the steps nothing is advised: both losses still fall from where they began,
# at their own pace, and most examples have not been seen once.
_TOO_EARLY = 0.25


@dataclass(frozen=True, slots=True)
class Curves:
    """One measure of one run as (step, value), by step, each step once."""

    train: tuple[Point, ...] = ()
    valid: tuple[Point, ...] = ()
    full_valid: tuple[Point, ...] = ()
    total_steps: int | None = None

    @property
    def step(self) -> int | None:
        """The last step anything is known of."""
        ends = [points[-1][0] for points in (self.train, self.valid, self.full_valid) if points]
        return max(ends, default=None)

    @property
    def held_out(self) -> tuple[Point, ...]:
        """The validation losses to judge by: over the full file where there are any."""
        return self.full_valid or self.valid


@dataclass(frozen=True, slots=True)
class Reading:
    """What the curves of a run say.

    `train` and `valid` are present levels: means of the last `steps` and `valid_steps` values; a
    loss over the whole validation file is one alone. `best` is the step with the lowest loss,
    judged by the validation loss where there is any. `fit` is unknown, too, where a run has only
    begun.
    """

    step: int | None
    total_steps: int | None
    train: float | None
    valid: float | None
    best: Point | None
    ratio: float | None
    fit: Fit
    improving: bool
    diverging: bool
    plateau: bool = False
    steps: int = 1
    valid_steps: int = 1

    @property
    def text(self) -> str:
        """The reading in a few plain sentences; empty before the first step."""
        return " ".join(part for part in (self._where(), self._verdict()) if part)

    def _where(self) -> str:
        if self.step is None:
            return ""
        at = f"Step {self.step}/{self.total_steps}" if self.total_steps else f"Step {self.step}"
        mean = "mean " if self.steps > 1 else ""  # beside a list of the losses of single steps
        levels = [] if self.train is None else [f"{mean}training loss {loss_words(self.train)}"]
        if self.valid is not None:
            mean = "mean " if self.valid_steps > 1 else ""
            levels.append(f"{mean}validation loss {loss_words(self.valid)}{self._best()}")
        return f"{at}: {', '.join(levels)}." if levels else f"{at}."

    def _best(self) -> str:
        if self.best is None or self.improving:
            return ""
        return f" (best {loss_words(self.best[1])} at step {self.best[0]})"

    def _verdict(self) -> str:
        if self.diverging:
            return (
                "The training loss rises again: the run diverges; "
                "a smaller learning-rate multiplier helps."
            )
        if self.ratio is None or self.valid is None or self.fit == "unknown":
            return _PLATEAU if self.plateau else ""
        if self.valid < TINY:
            return "Both losses are close to zero."
        if self.fit == "healthy":
            healthy = f"Healthy: validation is {self.ratio:.1f}× training."
            return f"{healthy} {_PLATEAU}" if self.plateau else healthy
        times = "over 10×" if self.ratio > 10 else f"{self.ratio:.1f}×"
        text = f"{self.fit.capitalize()} overfitting: validation is {times} training"
        if self.improving:
            return f"{text}, though still falling."
        return f"{text}; fewer epochs or more varied examples help."


_FIELDS: dict[Measure, tuple[str, str, str]] = {
    "loss": ("train_loss", "valid_loss", "full_valid_loss"),
    "accuracy": ("train_accuracy", "valid_accuracy", "full_valid_accuracy"),
}


def curves(metrics: Iterable[Metrics], measure: Measure = "loss") -> Curves:
    """Return a measure's curves in steps reported; a step reported twice counts as said last."""
    found: dict[str, dict[int, float]] = {name: {} for name in _FIELDS[measure]}
    total: int | None = None
    for one in metrics:
        if one.step is None:
            continue
        total = one.total_steps or total
        for name, known in found.items():
            value = getattr(one, name)
            if value is not None and math.isfinite(value):
                known[one.step] = value
    train, valid, full = (_by_step(known) for known in found.values())
    return Curves(train, valid, full, total)


def smoothed(points: Sequence[Point], weight: float) -> tuple[Point, ...]:
    """Return the exponential mean of values: `weight` (0 to below 1) of it is the past.

    The mean starts unbiased, so that the first steps are not drawn towards zero.
    """
    if weight <= 0:
        return tuple(points)
    found, mean, whole = [], 0.0, 0.0
    for step, value in points:
        mean = weight * mean + (1 - weight) * value
        whole = weight * whole + (1 - weight)
        found.append((step, mean / whole))
    return tuple(found)


def at_step(points: Sequence[Point], step: float) -> Point | None:
    """Return the last point at or before a step, None before the first."""
    index = bisect_right(points, step, key=lambda point: point[0])
    return points[index - 1] if index else None


def read(found: Curves) -> Reading:
    """Return what the curves say."""
    train = _level(found.train)
    # A loss over the whole validation file is not an estimate: its last value is the level.
    valid = found.full_valid[-1][1] if found.full_valid else _level(found.valid)
    ratio = valid / train if train and valid is not None else None
    early = _early(found)
    return Reading(
        step=found.step,
        total_steps=found.total_steps,
        train=train,
        valid=valid,
        best=_best(found.held_out or found.train),
        ratio=ratio,
        fit="unknown" if early else _fit(ratio, valid),
        improving=_improving(found.held_out),
        diverging=_diverging(found.train),
        plateau=not early and _plateau(found),
        steps=_window(found.train),
        valid_steps=1 if found.full_valid else _window(found.valid),
    )


def seconds_left(steps: Sequence[tuple[float, int]], total: int | None, now: float) -> float | None:
    """Return the seconds a run still needs, from (unix time, step) of steps done, by time.

    None without a total or before two different times are known; never negative.
    """
    if total is None or len(steps) < 2:
        return None
    (first_at, first), (last_at, last) = steps[0], steps[-1]
    if last <= first or last_at <= first_at:
        return None
    each = (last_at - first_at) / (last - first)
    return max(0.0, (total - last) * each - (now - last_at))


def loss_words(loss: float) -> str:
    """Return a loss with as many digits as say something: 12.3, 1.23, 0.123, 0.0123."""
    if abs(loss) >= 10:
        return f"{loss:.1f}"
    if abs(loss) >= 1:
        return f"{loss:.2f}"
    return f"{loss:.3f}" if abs(loss) >= 0.1 else f"{loss:.2g}"


def _by_step(known: dict[int, float]) -> tuple[Point, ...]:
    return tuple(sorted(known.items()))


def _window(points: Sequence[Point]) -> int:
    return max(1, min(10, len(points) // 5))


def _level(points: Sequence[Point]) -> float | None:
    """Return the mean of the last few losses: one batch alone says little."""
    if not points:
        return None
    last = points[-_window(points) :]
    return sum(loss for _, loss in last) / len(last)


def _means(points: Sequence[Point]) -> list[Point]:
    """Return the running mean at each step from the first full window on."""
    width = _window(points)
    losses = [loss for _, loss in points]
    return [
        (points[end - 1][0], sum(losses[end - width : end]) / width)
        for end in range(width, len(points) + 1)
    ]


def _best(points: Sequence[Point]) -> Point | None:
    return min(points, key=lambda point: point[1], default=None)


def _improving(points: Sequence[Point]) -> bool:
    best = _best(points)
    return best is not None and len(points) > 1 and best[0] == points[-1][0]


def _early(found: Curves) -> bool:
    """Whether the run has only begun, as far as its number of steps is known."""
    step, total = found.step, found.total_steps
    return step is not None and total is not None and step < _TOO_EARLY * total


def _fit(ratio: float | None, valid: float | None) -> Fit:
    if ratio is None or valid is None:
        return "unknown"
    if ratio < MILD or valid < TINY:
        return "healthy"
    if ratio < MODERATE:
        return "mild"
    return "moderate" if ratio <= SEVERE else "severe"


def _diverging(train: Sequence[Point]) -> bool:
    """Whether the loss has climbed well above the lowest level it had reached before."""
    if len(train) < _FEWEST_TO_JUDGE:
        return False
    means = _means(train)
    lowest, now = min(mean for _, mean in means), means[-1][1]
    return now > 1.5 * lowest and now > lowest + 0.25 and now > 0.5 * means[0][1]


def _plateau(found: Curves) -> bool:
    """Whether the loss, held out where there is any, has come to a stand well above zero."""
    points = found.held_out if len(found.held_out) >= _FEWEST_TO_JUDGE else found.train
    if len(points) < 2 * _FEWEST_TO_JUDGE or _diverging(found.train):
        return False
    means = _means(points)
    first, last = means[0][1], means[-1][1]
    then = means[max(round(len(means) * (1 - _LAST)) - 1, 0)][1]
    if first <= then or last < TINY:
        return False
    return abs(then - last) <= _HARDLY * (first - then)
