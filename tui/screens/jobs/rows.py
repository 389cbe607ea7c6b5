"""How jobs, events and checkpoints are put into words for the lists."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.curves import loss_words
from tui.core.text import one_line
from tui.widgets.status_line import age_words

if TYPE_CHECKING:
    from tui.core.jobs import Checkpoint, Event, Job, Metrics

# A glyph as well as a word and a colour: state must be readable without colours.
STATUS = {
    "running": ("▶", "green"),
    "queued": ("●", "cyan"),
    "validating_files": ("◌", "cyan"),
    "succeeded": ("✓", "green"),
    "failed": ("✗", "red"),
    "cancelled": ("■", "yellow"),
    "paused": ("‖", "yellow"),
}
LEVELS = {"warn": ("!", "yellow"), "warning": ("!", "yellow"), "error": ("✗", "red")}
_STATUS_WIDTH = 18


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is known to be."""

    step: int | None = None
    total: int | None = None
    loss: float | None = None

    @property
    def words(self) -> str:
        """The step of the total, such as "120/360"."""
        if self.step is None:
            return ""
        return f"{self.step}/{self.total}" if self.total else str(self.step)


def progress_of(metrics: tuple[Metrics, ...]) -> Progress:
    """Return where the metrics of a job, by step, have got to."""
    loss = next((m.train_loss for m in reversed(metrics) if m.train_loss is not None), None)
    total = next((m.total_steps for m in reversed(metrics) if m.total_steps), None)
    return Progress(metrics[-1].step, total, loss) if metrics else Progress()


def status_text(status: str) -> Text:
    """Return a status as glyph and word; one nobody knows is shown as it is."""
    glyph, colour = STATUS.get(status, ("?", ""))
    return Text(f"{glyph} {one_line(status, 24)}", style=f"bold {colour}".strip())


def duration_words(seconds: float) -> str:
    """Return a length of time in words: "8 s", "3 min", "2 h 5 min"."""
    if seconds < 60:
        return f"{max(round(seconds), 0)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def when_words(job: Job, now: float) -> str:
    """Return when a job will be done, while that is known, and else how old it is."""
    if job.active and job.estimated_finish is not None and job.estimated_finish > now:
        return f"{duration_words(job.estimated_finish - now)} left"
    if job.created_at is None:
        return ""
    return long_age(now - job.created_at)


def long_age(seconds: float) -> str:
    """Return an age in words, in days where hours become many."""
    return f"{int(seconds // 86_400)} d ago" if seconds >= 172_800 else age_words(seconds)


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of the columns for a list so wide; a narrow one leaves the loss out."""

    model: int
    suffix: int
    loss: int

    @classmethod
    def for_width(cls, width: int) -> Columns:
        """Return the columns that fit."""
        loss = 7 if width >= 66 else 0
        room = max(width - _STATUS_WIDTH - 10 - loss - 11 - 2, 12)
        model = min(24, max(room * 3 // 5, 6))
        return cls(model, room - model, loss)

    def line(self, model: str, suffix: str, step: str, loss: str) -> str:
        """Return the middle of a row, each value in its column."""
        text = f" {one_line(model, self.model):<{self.model}}"
        text += f" {one_line(suffix, self.suffix):<{self.suffix}} {one_line(step, 9):>9}"
        return f"{text} {loss:>6}" if self.loss else text


def job_heading(width: int) -> Text:
    """Return the heading over the rows of jobs."""
    middle = Columns.for_width(width).line("base model", "suffix", "step", "loss")
    text = f"{'status':<{_STATUS_WIDTH}}{middle} {'age':>10}"
    return Text(text, style="dim", no_wrap=True, overflow="crop")


def job_row(job: Job, progress: Progress, width: int, now: float | None = None) -> Text:
    """Return one line for a job."""
    row = Text().append_text(status_text(job.status))
    row.truncate(_STATUS_WIDTH, pad=True)
    loss = "" if progress.loss is None else loss_words(progress.loss)
    columns = Columns.for_width(width)
    row.append(columns.line(job.model, job.suffix or "–", progress.words, loss))
    when = when_words(job, time.time() if now is None else now)
    row.append(f" {when:>10}", style="dim")
    return row


def event_row(event: Event, width: int) -> Text:
    """Return one line for an event: time, level, what it says."""
    text = Text(f"{_clock(event.created_at)} ", style="dim")
    glyph, colour = LEVELS.get(event.level, (" ", ""))
    text.append(f"{glyph} ", style=f"bold {colour}".strip())
    text.append(one_line(event.message, width * 2))
    return text


def checkpoint_row(checkpoint: Checkpoint, best: int | None, width: int) -> Text:
    """Return one line for a checkpoint; `best` is the step of the best one."""
    text = Text(f"step {checkpoint.step or 0:>5}  ")
    if (loss := _held_out(checkpoint)) is not None:
        text.append(f"validation loss {loss_words(loss)}")
    elif checkpoint.metrics.train_loss is not None:
        text.append(f"training loss {loss_words(checkpoint.metrics.train_loss)}")
    text.append("  ★ best  " if checkpoint.step == best else "  ", style="bold")
    text.append(one_line(checkpoint.model or checkpoint.id, width), style="dim")
    return text


def best_checkpoint(checkpoints: tuple[Checkpoint, ...]) -> int | None:
    """Return the step of the checkpoint with the lowest validation loss, if any has one."""
    losses = [
        (loss, c.step)
        for c in checkpoints
        if (loss := _held_out(c)) is not None and c.step is not None
    ]
    return min(losses)[1] if losses else None


def _held_out(checkpoint: Checkpoint) -> float | None:
    metrics = checkpoint.metrics
    return metrics.valid_loss if metrics.full_valid_loss is None else metrics.full_valid_loss


def _clock(at: int | None) -> str:
    return "--:--:--" if at is None else time.strftime("%H:%M:%S", time.localtime(at))
