"""Find duplicates, contradictions and leaks in an open dataset, and take them out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tui.core.checks.whole_file.near_pairs import NearPairs
from tui.core.dataset.digest import lasting
from tui.core.dataset.fingerprints import fingerprints
from tui.core.near import (
    THRESHOLD,
    Banding,
    Group,
    Sketches,
    contradictions,
    leaks,
    near_rows,
    pairs_of,
    same_rows,
    sketch,
    surplus,
)

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Collection, Mapping, Sequence

    from tui.core.dataset.lines import Lines
    from tui.services.datasets import Document, Snapshot

Kind = Literal["same", "near", "prompt", "leak"]
_REMEMBERED = 6


@dataclass(frozen=True, slots=True)
class NearQuestion:
    """What is looked for. A leak is looked for in a second file, near ones too if `threshold`."""

    kind: Kind
    threshold: float | None = THRESHOLD

    @property
    def banding(self) -> Banding | None:
        """How texts are to be sketched, None when only equal rows count."""
        if self.kind in {"same", "prompt"} or self.threshold is None:
            return None
        return Banding.for_threshold(self.threshold)


@dataclass(frozen=True, slots=True)
class NearGroups:
    """What was found: groups of positions, in the rows that had these ids."""

    question: NearQuestion
    groups: Sequence[Group]
    ids: array[int]


class NearFinder:
    """Answers questions about rows; what it has sketched and answered before is not done again."""

    def __init__(self) -> None:
        self._known: dict[str, Sketches] = {}
        self._answers: dict[bytes, list[Group]] = {}

    async def find(
        self,
        snapshot: Snapshot,
        question: NearQuestion,
        others: Lines | None = None,
        on_progress: Callable[[float], None] = lambda _share: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> NearGroups:
        """Find groups off the loop; `on_progress(share)`, 0 to 1, is called on it.

        Raises Stopped soon after `cancelled()` is true.
        """
        loop = asyncio.get_running_loop()

        def report(share: float) -> None:
            loop.call_soon_threadsafe(on_progress, share)

        groups = await asyncio.to_thread(self.groups, snapshot, question, others, report, cancelled)
        return NearGroups(question, groups, snapshot.ids)

    def groups(
        self,
        rows: Lines,
        question: NearQuestion,
        others: Lines | None = None,
        report: Callable[[float], None] = lambda _share: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[Group]:
        """Find groups in this thread. Raises Stopped."""
        total = max(len(rows) + (0 if others is None else len(others)), 1)
        here = self._sketched(
            "here", rows, question, lambda done, _of: report(0.8 * done / total), cancelled
        )
        there = None
        if others is not None:
            start = len(rows)
            there = self._sketched(
                "there",
                others,
                question,
                lambda done, _of: report(0.8 * (start + done) / total),
                cancelled,
            )
        key = _key(question, here, there)
        if key not in self._answers:
            answer = _answer(question, rows, here, others, there, report, cancelled)
            while len(self._answers) >= _REMEMBERED:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = answer
        return self._answers[key]

    def _sketched(
        self,
        side: str,
        rows: Lines,
        question: NearQuestion,
        on_progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> Sketches:
        made = sketch(rows, question.banding, self._known.get(side), on_progress, cancelled)
        self._known[side] = made
        return made


def _answer(
    question: NearQuestion,
    rows: Lines,
    here: Sketches,
    others: Lines | None,
    there: Sketches | None,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> list[Group]:
    if others is not None and there is not None:
        return leaks(here, rows, there, others, question.threshold, cancelled)
    if question.kind == "prompt":
        return contradictions(here, rows)
    if question.kind == "same" or question.threshold is None:
        return same_rows(here)

    def progress(done: int, of: int) -> None:
        report(0.8 + 0.2 * done / max(of, 1))

    return near_rows(here, rows, question.threshold, progress, cancelled)


def _key(question: NearQuestion, here: Sketches, there: Sketches | None) -> bytes:
    parts = (b"-" if part is None else part.line.tobytes() + b"+" for part in (here, there))
    return lasting(repr(question).encode() + b"".join(parts), 32)


def near_pairs_in(
    rows: Lines, *, near: bool, others: Lines | None = None, against: str = ""
) -> NearPairs:
    """Return what the checks are to tell of rows: near duplicates, and what others share.

    Blocks, for minutes when there are a million. `against` is the others' name.
    """
    finder = NearFinder()
    close = pairs_of(finder.groups(rows, NearQuestion("near"))) if near else ()
    leaked = (
        pairs_of(finder.groups(rows, NearQuestion("leak"), others)) if others is not None else ()
    )
    return NearPairs(close, leaked, against)


def standing(found: NearGroups, snapshot: Snapshot) -> Mapping[int, Group]:
    """Return the groups as they stand among the rows of now, by their number in `found`.

    Rows deleted or edited since have left their group; a group that has come apart is left
    out. Takes a moment for a million rows: call it off the loop.
    """
    wanted = {found.ids[row] for group in found.groups for row in group.rows}
    places = {row_id: at for at, row_id in enumerate(snapshot.ids) if row_id in wanted}
    standing_now = {}
    for number, group in enumerate(found.groups):
        left = [
            (places[found.ids[row]], alike)
            for row, alike in zip(group.rows, group.alike, strict=True)
            if found.ids[row] in places
        ]
        if len(left) + len(group.others) < 2 or not left:
            continue
        left.sort()
        rows, alike = zip(*left, strict=True)
        now = replace(group, rows=rows, alike=alike)
        if len(left) == len(group.rows) or not _settled(found.question, now, snapshot):
            standing_now[number] = now
    return standing_now


def _settled(question: NearQuestion, group: Group, rows: Lines) -> bool:
    """Whether rows that contradicted each other agree, now that one has gone."""
    if question.kind != "prompt":
        return False
    return len({fingerprints(rows[row]).answer for row in group.rows}) < 2


async def deletable(found: NearGroups, groups: Collection[Group], snapshot: Snapshot) -> list[int]:
    """Return the rows that can go so that every one of them is like one that stays."""
    threshold = found.question.threshold or 1.0

    def collect() -> list[int]:
        return sorted({row for one in groups for row in surplus(one, snapshot, threshold)})

    return await asyncio.to_thread(collect)


async def delete_rows(document: Document, rows: Collection[int], version: int, label: str) -> None:
    """Take rows out in one undoable step. Raises InputError when `version` is not that of now."""
    doomed = set(rows)
    kept = [row for row in range(len(document)) if row not in doomed]
    await document.rewrite(label, kept, version)
