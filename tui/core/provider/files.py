"""Uploaded files, the jobs that use them, and which of them nobody needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.money.counted import DOLLARS
from tui.core.money.rates import month_words
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from tui.core.jobs.jobs import Job
    from tui.core.money.counted import CurrencyRate
    from tui.core.money.rates import KeepRate
    from tui.core.provider.records import FileInfo

Role = Literal["training", "validation", "result"]
# Of files with another purpose nobody can tell here whether something uses them.
OF_JOBS = frozenset({"fine-tune", "fine-tune-results"})
DAY = 86_400
_UNITS = {"m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}
# From how many seconds on, the unit's size in seconds, and its name.
_SPANS = (
    (730 * DAY, 365 * DAY, "y"),
    (60 * DAY, 30 * DAY, "mo"),
    (DAY, DAY, "d"),
    (3600, 3600, "h"),
    (60, 60, "min"),
)
_AGE = re.compile(r"(\d{1,6})\s*([mhdw])")


@dataclass(frozen=True, slots=True)
class FileUse:
    """One job's use of a file; `open` while the job has not ended."""

    job_id: str
    role: Role
    status: str
    open: bool


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at the provider and what is known of it here.

    `uses` is None while the jobs are not known. `source` is the path it was uploaded from,
    `source_there` whether a file still stands there. `finishing` says that an upload of the
    same content is not complete. `keeping` is what keeping costs, None where nobody knows.
    """

    info: FileInfo
    uses: tuple[FileUse, ...] | None = None
    source: str = ""
    source_there: bool = False
    finishing: bool = False
    keeping: KeepRate | None = None

    @property
    def month(self) -> Decimal | None:
        """What a month of keeping it costs in dollars, None where nobody knows."""
        return None if self.keeping is None else self.keeping.month(self.info.bytes)

    @property
    def month_words(self) -> str:
        """What a month of keeping it costs, for a column."""
        return month_words(self.month, _counted(self.keeping))

    @property
    def billed(self) -> bool:
        """Whether keeping it is known to cost something."""
        return self.keeping is not None and bool(self.keeping.usd)

    @property
    def id(self) -> str:
        """The provider's id."""
        return self.info.id

    @property
    def orphan(self) -> bool:
        """Whether it is made for jobs and certainly none is known that uses it."""
        return self.info.purpose in OF_JOBS and self.uses == () and not self.finishing

    @property
    def busy(self) -> bool:
        """Whether a job that has not ended uses it."""
        return any(use.open for use in self.uses or ())

    def age(self, now: float) -> float | None:
        """Return its age in seconds, None where the provider does not say when it was made."""
        created = self.info.created_at
        return None if created is None else max(now - created, 0.0)

    @property
    def use_words(self) -> str:
        """Who uses it, shortly."""
        if self.info.purpose not in OF_JOBS:
            return "–"
        if self.uses is None:
            return "not known"
        if not self.uses:
            return "unfinished upload" if self.finishing else "orphan"
        many = f" +{len(self.uses) - 1}" if len(self.uses) > 1 else ""
        return f"{self.uses[0].job_id}{many}"


def uses_of(jobs: Iterable[Job]) -> dict[str, tuple[FileUse, ...]]:
    """Return by file id which jobs use it, in the order given."""
    found: dict[str, dict[tuple[str, Role], FileUse]] = {}
    for job in jobs:
        named: list[tuple[str | None, Role]] = [
            (job.training_file, "training"),
            (job.validation_file, "validation"),
            *((one, "result") for one in job.result_files),
        ]
        for file_id, role in named:
            if file_id:
                use = FileUse(job.id, role, job.status, not job.terminal)
                found.setdefault(file_id, {}).setdefault((job.id, role), use)
    return {file_id: tuple(uses.values()) for file_id, uses in found.items()}


def prunable(
    files: Iterable[StoredFile], now: float, *, older_than: float | None, orphans: bool
) -> list[StoredFile]:
    """Return the files to clean up, in their order; never one that a job still needs.

    `older_than` is an age in seconds; a file of unknown age is not old. With `orphans` only
    those that no known job uses. Files of other purposes than training are never among them.
    """
    found = []
    for file in files:
        age = file.age(now)
        old = older_than is None or (age is not None and age > older_than)
        unneeded = file.orphan if orphans else not file.busy and not file.finishing
        if old and unneeded and file.info.purpose in OF_JOBS and file.uses is not None:
            found.append(file)
    return found


def read_age(text: str) -> int:
    """Return an age such as 30d, 12h, 2w or 90m in seconds. Raises ValueError."""
    found = _AGE.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"{text!r} is not an age such as 30d, 12h or 2w")
    return int(found[1]) * _UNITS[found[2]]


def age_words(seconds: float | None) -> str:
    """Return an age in its largest unit: `now`, `5 min`, `3 h`, `12 d`, `4 mo`."""
    if seconds is None:
        return "–"
    for least, size, unit in _SPANS:
        if seconds >= least:
            return f"{int(seconds // size)} {unit}"
    return "now"


def ago_words(seconds: float) -> str:
    """Return how long ago something was: `just now`, `5 min ago`."""
    age = age_words(seconds)
    return "just now" if age == "now" else f"{age} ago"


def total_bytes(files: Iterable[StoredFile]) -> int | None:
    """Return the size of files together, as far as it is known; None where none is."""
    known = [file.info.bytes for file in files if file.info.bytes is not None]
    return sum(known) if known else None


def month_of(files: Sequence[StoredFile]) -> Decimal | None:
    """Return what a month of keeping files costs in dollars, None where nobody knows."""
    rate = next((file.keeping for file in files if file.keeping is not None), None)
    return None if rate is None else rate.month_of_all(total_bytes(files))


def month_words_of(files: Sequence[StoredFile]) -> str:
    """Return what a month of keeping files costs, in words."""
    rate = next((file.keeping for file in files if file.keeping is not None), None)
    return month_words(month_of(files), _counted(rate))


def _counted(rate: KeepRate | None) -> CurrencyRate:
    return DOLLARS if rate is None else rate.counted


def warning_of(files: Sequence[StoredFile]) -> str:
    """Return what speaks against deleting these files, or an empty text."""
    busy = [file for file in files if file.busy]
    used = [file for file in files if file.uses and not file.busy]
    unknown = [file for file in files if file.uses is None]
    said = []
    if busy:
        jobs = sorted({use.job_id for file in busy for use in file.uses or () if use.open})
        said.append(f"{plural(len(busy), 'file')} of jobs that have not ended: {', '.join(jobs)}.")
    if used:
        said.append(f"{plural(len(used), 'file')} of jobs that have ended.")
    if unknown:
        said.append(f"{plural(len(unknown), 'file')} of which nobody knows what uses them.")
    return " ".join(said)
