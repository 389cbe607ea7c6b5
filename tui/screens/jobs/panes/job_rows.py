"""Format jobs as rows of the list, in columns that fit the width."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.jobs.cost_so_far import JobCost, count_words
from tui.core.jobs.curves import loss_words
from tui.core.jobs.progress import Progress, percent_words
from tui.core.provider.records import short_name
from tui.core.text.moments import moment_words
from tui.core.text.text import one_line

if TYPE_CHECKING:
    from tui.core.jobs.jobs import Job

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
_SHORT = {"validating_files": "validating"}
_STATUS_WIDTH, _WHEN_WIDTH = 14, 10
_MODEL_AND_SUFFIX = 24  # columns from which on both are shown
# What is shown beside status, name and time, the most telling first: name, title, width.
_OPTIONAL = (
    ("step", "step", 9),
    ("loss", "loss", 6),
    ("valid", "valid", 6),
    ("cost", "cost", 12),
    ("usual", "usual", 7),
    ("tokens", "tokens", 6),
)
_LEAST_NAME = {"step": 8, "loss": 10, "valid": 20}


@dataclass(frozen=True, slots=True)
class JobLine:
    """What a row says of a job.

    `since` is when it came into its status and `usual` the usual seconds there; `gone` is when
    a job that the provider lists no more was last seen. `mark` is its letter in the curve.
    """

    job: Job
    progress: Progress = field(default_factory=Progress)
    cost: JobCost = field(default_factory=JobCost)
    since: float | None = None
    usual: float | None = None
    gone: float | None = None
    mark: str = ""


def status_text(status: str, *, short: bool = False) -> Text:
    """Return a status as glyph and word; one nobody knows is shown as it is."""
    glyph, colour = STATUS.get(status, ("?", ""))
    word = _SHORT.get(status, status) if short else status
    return Text(f"{glyph} {one_line(word, 24)}", style=f"bold {colour}".strip())


def duration_words(seconds: float) -> str:
    """Return a length of time in words: "8 s", "3 min", "2 h 5 min"."""
    if seconds < 60:
        return f"{max(round(seconds), 0)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes >= 2880:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def when_words(line: JobLine, now: float) -> str:
    """Return when a job will be done, or how long it is in its status, or how old it is."""
    job = line.job
    if line.gone is not None:
        return f"seen {_brief_age(now - line.gone)}"
    if job.active:
        done = job.estimated_finish or line.progress.finish
        if job.status == "running" and done is not None and done > now:
            return f"{_brief(done - now)} left"
    if not job.terminal and line.since is not None:
        return f"for {_brief(now - line.since)}"
    if job.status == "paused":
        return "–"  # since when is not known; when it was made says nothing of that
    return moment_words(job.finished_at or job.created_at, now)


def long_age(seconds: float) -> str:
    """Return an age in words: "now", "30 s ago", "3 min ago", "2 h ago", "5 d ago"."""
    if seconds < 10:
        return "now"
    return f"{_brief(seconds)} ago"


def _brief(seconds: float) -> str:
    """Return a length of time in at most five characters."""
    if seconds < 3600:
        return duration_words(seconds)
    return f"{round(seconds / 3600)} h" if seconds < 172_800 else f"{int(seconds // 86_400)} d"


def _brief_age(seconds: float) -> str:
    return _brief(seconds).replace(" min", "m").replace(" ", "")


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of the columns for a list this wide, and which values are shown."""

    model: int
    suffix: int
    shown: tuple[tuple[str, str, int], ...]

    @classmethod
    def for_width(cls, width: int) -> Columns:
        """Return the columns that fit; the name keeps room enough to tell jobs apart."""
        room = width - _STATUS_WIDTH - _WHEN_WIDTH - 1
        shown = []
        for one in _OPTIONAL:
            if room - one[2] - 1 < _LEAST_NAME.get(one[0], _MODEL_AND_SUFFIX + 6):
                break
            shown.append(one)
            room -= one[2] + 1
        room = max(room, 6)
        if room < _MODEL_AND_SUFFIX:
            return cls(0, room - 1, tuple(shown))
        model = min(24, room * 3 // 5)
        return cls(model, room - model - 2, tuple(shown))

    def line(self, model: str, suffix: str, values: dict[str, str]) -> str:
        """Return the middle of a row, each value in its column."""
        text = f" {one_line(model, self.model):<{self.model}}" if self.model else ""
        text += f" {one_line(suffix, self.suffix):<{self.suffix}}"
        for name, _, width in self.shown:
            text += f" {one_line(values[name], width):>{width}}"
        return text


def job_heading(width: int) -> Text:
    """Return the heading over the rows of jobs."""
    columns = Columns.for_width(width)
    titles = {name: title for name, title, _ in _OPTIONAL}
    middle = columns.line("base model", "suffix" if columns.model else "name", titles)
    text = f"{'status':<{_STATUS_WIDTH}}{middle} {'time':>{_WHEN_WIDTH}}"
    return Text(text, style="dim", no_wrap=True, overflow="crop")


def job_row(line: JobLine, width: int) -> Text:
    """Return one line for a job."""
    job, columns = line.job, Columns.for_width(width)
    status = status_text(job.status, short=True)
    if line.mark:
        status.append(f" {line.mark}", style="bold reverse")
    row = Text().append_text(status)
    row.truncate(_STATUS_WIDTH, pad=True)
    base = short_name(job.model)
    name = job.suffix or "–" if columns.model else job.suffix or base
    row.append(columns.line(base, name, _values(line)), style="dim" if line.gone else "")
    when = when_words(line, time.time())
    row.append(f" {when:>{_WHEN_WIDTH}}", style="dim")
    return row


def _values(line: JobLine) -> dict[str, str]:
    progress, cost = line.progress, line.cost
    usual = line.usual if line.job.active else None
    return {
        "step": progress.words or percent_words(line.job),
        "loss": "" if progress.loss is None else loss_words(progress.loss),
        "valid": "" if progress.valid is None else loss_words(progress.valid),
        "cost": cost.amount_words,
        "usual": "" if usual is None else f"~{_brief(usual)}",
        "tokens": "" if cost.tokens is None else count_words(cost.tokens),
    }
