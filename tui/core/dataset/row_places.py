"""Rows kept by position and content, and found again after a restart.

Row ids do not outlive a run, and positions move when another program writes the file. So a row is
kept as where it stands and the digest of its line. Long runs of marked rows are kept as runs, each
with the digest of its first row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.dataset.digest import lasting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui.core.dataset.lines import Lines

SINGLE_ROWS = 2_000  # up to here each row has a digest of its own
MOST_RUNS = 10_000  # more are not kept
_BYTES = 6


@dataclass(frozen=True, slots=True)
class Run:
    """Rows that follow each other, and the digest of the first one's line."""

    start: int
    count: int
    digest: str

    @classmethod
    def parse(cls, value: object) -> Run | None:
        """Return the run that was written as a JSON list, None for what is none."""
        match value:
            case [int(start), int(count), str(digest)] if start >= 0 and count > 0 and digest:
                return cls(start, count, digest)
        return None

    @property
    def json(self) -> list[Any]:
        """What `parse` reads."""
        return [self.start, self.count, self.digest]


@dataclass(frozen=True, slots=True)
class FoundRows:
    """Where rows are now, in order, and how many are not there any more."""

    positions: Sequence[int]
    lost: int


def digest_of(line: bytes) -> str:
    """Return what names a row by its content."""
    return lasting(line, _BYTES).hex()


def runs_of(positions: Sequence[int], lines: Lines) -> list[Run]:
    """Return rows, by their positions in order, as runs; none where there would be too many."""
    single = len(positions) <= SINGLE_ROWS
    runs = [(at, 1) for at in positions] if single else list(_joined(positions))
    if len(runs) > MOST_RUNS:
        return []
    return [Run(start, count, digest_of(lines[start])) for start, count in runs]


def _joined(positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for at in positions:
        if at != end:
            if start >= 0:
                yield start, end - start
            start = at
        end = at + 1
    if start >= 0:
        yield start, end - start


def find_rows(runs: Iterable[Run], lines: Lines) -> FoundRows:
    """Find rows again: where they stood, else a single row wherever its line stands now.

    The lines are read through once where a single row has to be looked for.
    """
    found: set[int] = set()
    moved: dict[str, int] = {}  # how many single rows have each digest
    lost = 0
    for run in runs:
        stays = run.start + run.count <= len(lines) and digest_of(lines[run.start]) == run.digest
        if stays:
            found.update(range(run.start, run.start + run.count))
        elif run.count == 1:
            moved[run.digest] = moved.get(run.digest, 0) + 1
        else:
            lost += run.count
    if moved:
        found |= _elsewhere(moved, found, lines)
    return FoundRows(sorted(found), lost + sum(moved.values()))


def _elsewhere(moved: dict[str, int], taken: set[int], lines: Lines) -> set[int]:
    """Return the first rows with these digests; `moved` keeps what is not found."""
    found: set[int] = set()
    for at in range(len(lines)):
        if not moved:
            break
        if at in taken:
            continue
        digest = digest_of(lines[at])
        if digest in moved:
            found.add(at)
            moved[digest] -= 1
            if not moved[digest]:
                del moved[digest]
    return found
