"""Format one job as text: a sentence on its status, and all its settings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.text import Text

from tui.commands import key_hint, key_of
from tui.core.jobs.curves import read
from tui.core.jobs.progress import percent_words
from tui.core.provider.estimates import told_price
from tui.core.text.text import one_line, plural, visible
from tui.screens.jobs.panes.job_rows import duration_words, long_age, status_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.jobs.curves import Curves
    from tui.core.jobs.jobs import Job
    from tui.screens.jobs.panes.job_rows import JobLine
    from tui.services.errors import ServiceError
    from tui.services.jobs.job_costs import Lineage


_PARAMETERS = {
    "n_epochs": "epochs",
    "batch_size": "batch size",
    "learning_rate_multiplier": "LR multiplier",
}


def _waiting() -> dict[str, str]:
    return {
        "validating_files": "The provider is checking the files",
        "queued": "Waiting for its turn",
        "paused": f"Training stands still; {key_hint('jobs.pause', 'lets it go on')}",
        "cancelled": "Stopped for good; no model was made",
        "cancelling": "It is being stopped",
    }


def standing(line: JobLine, curves: Curves, now: float, ready: str = "") -> Text:
    """Return where a job stands, in words: state, time left, cost, losses, how well it learns.

    `ready` is what is known of the model made, when it is not simply there.
    """
    job = line.job
    parts = [_state(line, now, ready), read(curves).text]
    if job.active and line.cost.amount_words:
        parts.insert(1, f"{line.cost.amount_words} so far.")
    if line.gone is not None:
        parts.append(f"The provider lists it no more; last seen {long_age(now - line.gone)}.")
    text = Text().append_text(status_text(job.status))
    text.append(visible(" ".join(part for part in parts if part)))
    return text


def _state(line: JobLine, now: float, ready: str) -> str:
    """Return what follows the word of the status."""
    job = line.job
    if job.error is not None and not job.active:
        return f": {job.error.message.rstrip('.')}."
    if job.succeeded:
        model = job.fine_tuned_model
        asks = f"press {key_of('jobs.chat')} to chat with it."
        there = f" {model}: {ready or asks}" if model else ""
        return f"{_took(job)}.{there}"
    since = "" if line.since is None else f" for {duration_words(now - line.since)}"
    usual = "" if line.usual is None else f" (usually {duration_words(line.usual)})"
    done = f", {percent} done" if (percent := percent_words(job)) else ""
    if job.status == "running":
        left = time_left(line, now)
        rest = "." if left is None else f", about {duration_words(left)} left."
        return since + usual + done + rest
    if job.status in _waiting():
        waited = f"{since}{usual}" if job.active else ""
        return f": {_waiting()[job.status]}{waited}."
    return f"{since}{usual}{done}."


def _took(job: Job) -> str:
    if job.finished_at is None or job.created_at is None:
        return ""
    return f" in {duration_words(job.finished_at - job.created_at)}"


def time_left(line: JobLine, now: float) -> float | None:
    """Return the seconds a job still needs: in the provider's words, or else at its own pace."""
    done = line.job.estimated_finish or line.progress.finish
    return None if done is None else max(done - now, 0.0)


def settings_text(
    line: JobLine,
    lineage: Sequence[Lineage] = (),
    failure: ServiceError | None = None,
    serving: str = "",
) -> Text:
    """Return everything known of a job that is not an event, as one line a setting.

    `serving` says how the model made is made to answer, where its name is not enough.
    """
    text, job = Text(), line.job
    if job.error is not None:
        _line(text, "error", job.error.message, style="bold red")
        _line(text, "error code", job.error.code)
        _line(text, "error param", job.error.param)
    if failure is not None:
        _line(text, "not current", f"{failure.title}: {failure.brief}", style="bold yellow")
        _line(text, "request", failure.request_id)
    _line(text, "job", job.id)
    _line(text, "status", job.status)
    _line(text, "base model", job.model)
    _line(text, "tuned model", job.fine_tuned_model or "–")
    _line(text, "to ask it", serving or None)
    _line(text, "suffix", job.suffix or "–")
    _line(text, "method", job.method)
    for name, value in job.hyperparameters.items():
        _line(text, _PARAMETERS.get(name, one_line(name, 14)), str(value))
    _line(text, "seed", None if job.seed is None else str(job.seed))
    origins = {one.file_id: one for one in lineage}
    _file(text, "training file", job.training_file, origins)
    _file(text, "validation", job.validation_file or "none", origins)
    for name in job.result_files:
        _line(text, "result file", name)
    _line(text, "cost", line.cost.words or None)
    price = told_price(job.raw)
    _line(text, "their price", price.words if price else None)
    _line(text, "created", _date(job.created_at))
    _line(text, "finished", _date(job.finished_at))
    for name, value in job.metadata.items():
        _line(text, one_line(name, 14), value)
    return text


def _file(text: Text, name: str, file_id: str | None, origins: dict[str, Lineage]) -> None:
    """Add a file, and the datasets of this machine it is known to be."""
    _line(text, name, file_id)
    origin = origins.get(file_id or "")
    if origin is None:
        return
    if origin.upload is not None:
        _line(text, "  uploaded", f"{_date(origin.upload.uploaded_at)} from {origin.upload.path}")
    for version in origin.versions:
        made = f"{plural(version.examples, 'example')}, {version.origin} {_date(version.saved_at)}"
        _line(text, "  data", f"{version.path}: {made}, sha256 {version.digest[:12]}")


def _line(text: Text, name: str, value: str | None, style: str = "") -> None:
    if value is None:
        return
    text.append(f"{name:<14} ", style="dim")
    text.append(f"{visible(value)}\n", style=style)


def _date(at: int | None) -> str | None:
    if at is None:
        return None
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
    except (ValueError, OverflowError, OSError):  # a server may send any number
        return str(at)
