"""Groups of equal, similar or contradicting rows in one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.dataset.fingerprints import question_key
from tui.core.near.candidates import Judge, candidates, equal_runs
from tui.core.near.minhash import Banding
from tui.core.near.sketches import Sketches, Stopped, sketch
from tui.core.near.unions import Unions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tui.core.dataset.lines import Lines

# From here on two examples count as nearly equal, unless told otherwise.
THRESHOLD = 0.85
Reason = Literal["same", "near", "prompt"]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together, as positions in ascending order.

    `alike` tells for each row how similar it is to the first, 0 to 1. `others` are rows of a
    second file; then `alike` is the similarity to the first of those.
    """

    reason: Reason
    rows: tuple[int, ...]
    alike: tuple[float, ...]
    others: tuple[int, ...] = ()

    @property
    def least(self) -> float:
        """The similarity of the row least like the one they are compared with."""
        return min(self.alike)


def same_rows(sketches: Sketches) -> list[Group]:
    """Return the groups of examples that are the same, but for spacing and order of keys."""
    runs = (run.tolist() for run in equal_runs(sketches.content))
    return [Group("same", tuple(run), (1.0,) * len(run)) for run in sorted(runs)]


def contradictions(sketches: Sketches, rows: Lines) -> list[Group]:
    """Return the groups of examples that contradict each other: one prompt, several answers."""
    judge = Judge(rows)
    answers = sketches.answer
    runs = sorted(
        run.tolist()
        for run in equal_runs(sketches.choice)
        if (answers[run] != answers[run[0]]).any()
    )
    return [Group("prompt", tuple(run), _to_first(judge, run)) for run in runs]


def near_rows(
    sketches: Sketches,
    rows: Lines,
    threshold: float,
    on_progress: Callable[[int, int], None] = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Group]:
    """Return the groups of rows linked by similarities of `threshold` and more.

    Rows with the same text are in one group, whatever differs beside it. Raises Stopped.
    """
    unions = Unions(len(sketches))
    judge = Judge(rows)
    link_near(sketches, unions, judge, threshold, on_progress, cancelled)
    groups = []
    for rows_ in unions.sets():
        if cancelled():
            raise Stopped
        groups.append(Group("near", tuple(rows_), _to_first(judge, rows_)))
    return groups


def link_near(
    sketches: Sketches,
    unions: Unions,
    judge: Judge,
    threshold: float,
    on_progress: Callable[[int, int], None] = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Join all rows of the same text, and those whose texts are similar enough."""
    import numpy as np

    distinct = sketches.text != 0
    for run in equal_runs(sketches.text):
        distinct[run[1:]] = False
        for row in run[1:]:
            unions.join(int(run[0]), int(row))
    pairs = candidates(sketches, np.flatnonzero(distinct), threshold, None, cancelled)
    for number, (one, other) in enumerate(pairs.tolist()):
        if number % 500 == 0:
            on_progress(number, len(pairs))
            if cancelled():
                raise Stopped
        if unions.find(one) != unions.find(other) and judge.alike(one, other) >= threshold:
            unions.join(one, other)


def surplus(group: Group, rows: Lines, threshold: float) -> list[int]:
    """Return the rows of a group that can go, because each is like an earlier one that stays.

    Rows may be linked through others and not be alike themselves: those all stay. Of equal
    examples or contradicting ones the first stays, of leaked ones none.
    """
    if group.others:
        return [*group.rows]
    if group.reason != "near" or group.least >= threshold:
        return [*group.rows[1:]]
    judge = Judge(rows)
    kept: list[int] = []
    gone = []
    for row in group.rows:
        if any(judge.alike(one, row) >= threshold for one in kept):
            gone.append(row)
        else:
            kept.append(row)
    return gone


def pairs_of(groups: Iterable[Group]) -> tuple[tuple[int, int], ...]:
    """Return for each row the first of its group, or of its group's rows in the other file.

    Rows rise; no row may be in two groups. The first of a group of one file is left out.
    """
    return tuple(
        sorted(
            (row, (group.others or group.rows)[0])
            for group in groups
            for row in (group.rows if group.others else group.rows[1:])
        )
    )


def _to_first(judge: Judge, rows: Sequence[int]) -> tuple[float, ...]:
    return (1.0, *(judge.alike(rows[0], row) for row in rows[1:]))


def group_of(rows: Lines, threshold: float) -> list[int]:
    """Return for each row the first row it belongs with: equal, alike, or asking the same.

    Rows of one number should not be parted between training and validation.
    """
    sketches = sketch(rows, Banding.for_threshold(threshold))
    unions = Unions(len(sketches))
    for column in (sketches.content, sketches.prompt):
        for run in equal_runs(column):
            for row in run[1:]:
                unions.join(int(run[0]), int(row))
    link_near(sketches, unions, Judge(rows), threshold)
    return unions.names()


def by_likeness(lines: Sequence[bytes], threshold: float = THRESHOLD) -> list[str]:
    """Name each line's group for a split: lines of one name must not be parted.

    A name is the question of the first line of a group, so it is the same in other files.
    """
    firsts = group_of(lines, threshold)
    keys = {first: question_key(lines[first]) for first in set(firsts)}
    return [keys[first] for first in firsts]
