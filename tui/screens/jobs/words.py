"""What is said of one job: a sentence of where it stands, and all its settings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.curves import read, seconds_left
from tui.core.text import one_line, visible
from tui.screens.jobs.rows import duration_words, status_text

if TYPE_CHECKING:
    from tui.core.curves import Curves
    from tui.core.jobs import Event, Job

_PARAMETERS = {
    "n_epochs": "epochs",
    "batch_size": "batch size",
    "learning_rate_multiplier": "LR multiplier",
}
_WAITING = {
    "validating_files": "The provider is checking the files.",
    "queued": "Waiting for its turn.",
    "paused": "Training stands still; p lets it go on.",
    "cancelled": "Stopped for good; no model was made.",
    "cancelling": "It is being stopped.",
}


def standing(job: Job, curves: Curves, events: tuple[Event, ...], now: float) -> Text:
    """Return where a job stands, in words: state, time left, losses, how well it learns."""
    left = time_left(job, curves, events, now) if job.active else None
    parts = [_state(job, left, now), read(curves).text]
    text = Text().append_text(status_text(job.status))
    text.append(visible(" ".join(part for part in parts if part)))
    return text


def _state(job: Job, left: float | None, now: float) -> str:
    """Return what follows the word of the status."""
    if job.error is not None and not job.active:
        return f": {job.error.message.rstrip('.')}."
    if job.succeeded:
        model = job.fine_tuned_model
        ready = f" {model}: press c to chat with it." if model else ""
        return f"{_took(job)}.{ready}"
    if job.status == "running":
        since = "" if job.created_at is None else f" for {duration_words(now - job.created_at)}"
        return since + ("." if left is None else f", about {duration_words(left)} left.")
    return f": {_WAITING[job.status]}" if job.status in _WAITING else "."


def _took(job: Job) -> str:
    if job.finished_at is None or job.created_at is None:
        return ""
    return f" in {duration_words(job.finished_at - job.created_at)}"


def time_left(job: Job, curves: Curves, events: tuple[Event, ...], now: float) -> float | None:
    """Return the seconds a job still needs: in the provider's words, or else at its own pace."""
    if job.estimated_finish is not None:
        return max(job.estimated_finish - now, 0.0)
    steps = [
        (float(event.created_at), event.metrics.step)
        for event in events
        if event.created_at is not None
        and event.metrics is not None
        and event.metrics.step is not None
    ]
    return seconds_left(steps, curves.total_steps, now)


def settings_text(job: Job) -> Text:
    """Return everything known of a job that is no event, as one line a setting."""
    text = Text()
    if job.error is not None:
        _line(text, "error", job.error.message, style="bold red")
        _line(text, "error code", job.error.code)
        _line(text, "error param", job.error.param)
    _line(text, "job", job.id)
    _line(text, "status", job.status)
    _line(text, "base model", job.model)
    _line(text, "tuned model", job.fine_tuned_model or "–")
    _line(text, "suffix", job.suffix or "–")
    _line(text, "method", job.method)
    for name, value in job.hyperparameters.items():
        _line(text, _PARAMETERS.get(name, one_line(name, 14)), str(value))
    _line(text, "seed", None if job.seed is None else str(job.seed))
    _line(text, "training file", job.training_file)
    _line(text, "validation", job.validation_file or "none")
    for name in job.result_files:
        _line(text, "result file", name)
    if job.trained_tokens is not None:
        _line(text, "tokens", f"{job.trained_tokens:,} trained")
    _line(text, "created", _date(job.created_at))
    _line(text, "finished", _date(job.finished_at))
    for name, value in job.metadata.items():
        _line(text, one_line(name, 14), value)
    return text


def _line(text: Text, name: str, value: str | None, style: str = "") -> None:
    if value is None:
        return
    text.append(f"{name:<14} ", style="dim")
    text.append(f"{visible(value)}\n", style=style)


def _date(at: int | None) -> str | None:
    return None if at is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
