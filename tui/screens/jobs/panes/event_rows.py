"""Format events and checkpoints as rows of their lists."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.jobs.checkpoints import held_out
from tui.core.jobs.curves import loss_words
from tui.core.text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.jobs.jobs import Checkpoint, Event

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
        ("valid", held_out(checkpoint)),
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


def _clock(at: int | None) -> str:
    if at is None:
        return "--:--:--"
    try:
        return time.strftime("%H:%M:%S", time.localtime(at))
    except (ValueError, OverflowError, OSError):  # a server may send any number
        return "--:--:--"
