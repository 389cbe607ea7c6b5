"""How events and checkpoints are put into words for their lists."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.curves import loss_words
from tui.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.jobs import Checkpoint, Event

LEVELS = {"warn": ("!", "yellow"), "warning": ("!", "yellow"), "error": ("✗", "red")}
# The first is how it begins: the curve shows the steps.
FILTERS = ("no steps", "all", "warnings", "errors")


def event_row(event: Event, width: int) -> Text:
    """Return one line for an event: time, level, what it says."""
    text = Text(f"{_clock(event.created_at)} ", style="dim")
    glyph, colour = LEVELS.get(event.level, (" ", ""))
    text.append(f"{glyph} ", style=f"bold {colour}".strip())
    text.append(one_line(event.message, width * 2))
    return text


def passing(events: Sequence[Event], chosen: str) -> tuple[Event, ...]:
    """Return the events that one of `FILTERS` lets through."""
    if chosen == "no steps":
        return tuple(event for event in events if event.metrics is None)
    if chosen == "all":
        return tuple(events)
    levels = {"error"} if chosen == "errors" else set(LEVELS)
    return tuple(event for event in events if event.level in levels)


def checkpoint_row(checkpoint: Checkpoint, best: int | None, width: int) -> Text:
    """Return one line for a checkpoint; `best` is the step of the best one."""
    metrics = checkpoint.metrics
    text = Text(f"step {checkpoint.step or 0:>5}  ")
    values = (
        ("train", metrics.train_loss),
        ("valid", _held_out(checkpoint)),
        (
            "accuracy",
            metrics.full_valid_accuracy
            if metrics.valid_accuracy is None
            else metrics.valid_accuracy,
        ),
    )
    for name, value in values:
        if value is not None:
            text.append(f"{name} {loss_words(value)}  ")
    if checkpoint.step == best:
        text.append("★ best  ", style="bold")
    text.append(one_line(checkpoint.model or checkpoint.id, width), style="dim")
    return text


def best_checkpoint(checkpoints: Sequence[Checkpoint]) -> int | None:
    """Return the step of the checkpoint with the lowest validation loss, if any has one."""
    losses = [
        (loss, c.step)
        for c in checkpoints
        if (loss := _held_out(c)) is not None and c.step is not None
    ]
    return min(losses)[1] if losses else None


def why_best(checkpoints: Sequence[Checkpoint]) -> str:
    """Return in one sentence which checkpoint is the best and why; empty without a reason."""
    best = best_checkpoint(checkpoints)
    found = next((c for c in checkpoints if c.step == best and best is not None), None)
    if found is None:
        trained = any(c.metrics.train_loss is not None for c in checkpoints)
        return "Without a validation file none of them is known to be better." if trained else ""
    loss = loss_words(_held_out(found) or 0.0)
    last = checkpoints[-1]
    if last.step == best:
        return f"★ step {best}, the last: its validation loss, {loss}, is the lowest."
    after = _held_out(last)
    then = "" if after is None else f"; by step {last.step} it is {loss_words(after)}"
    return f"★ step {best}: its validation loss, {loss}, is the lowest{then}."


def _held_out(checkpoint: Checkpoint) -> float | None:
    metrics = checkpoint.metrics
    return metrics.valid_loss if metrics.full_valid_loss is None else metrics.full_valid_loss


def _clock(at: int | None) -> str:
    if at is None:
        return "--:--:--"
    try:
        return time.strftime("%H:%M:%S", time.localtime(at))
    except (ValueError, OverflowError, OSError):  # a server may send any number
        return "--:--:--"
