"""Filtering the rows of an open dataset: off the loop, in short stretches, remembering results.

A row never changes under its id, so what was found of it stays true; after an edit only rows
not seen before are looked at, and those parts of a filter that depend on more than the row.
"""

from __future__ import annotations

import asyncio
import time
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.filtering.masks import take_masks
from tui.core.filtering.matching import fields_of, matcher, split
from tui.core.filtering.nodes import Everything
from tui.core.filtering.subject import Subject
from tui.core.tokens.encoding import count_example

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tui.core.checks import Issue
    from tui.core.dataset.example import Example
    from tui.core.filtering.idtable import IdTable
    from tui.core.filtering.marks import Marks
    from tui.core.filtering.masks import FlaggedRows
    from tui.core.filtering.nodes import Node
    from tui.services.datasets import Document, Snapshot
    from tui.services.tokens.vocabularies import VocabEncoder

    Ids = NDArray[np.int64]
    Problems = Callable[[int], Sequence[tuple[str, str]]]

# How long one stretch of work may take: as long as a key press may have to wait at worst.
_SECONDS = 0.04
_BETWEEN_PARTS = 0.2
_BLOCK = 50_000
_NO, _YES = 1, 2
ENCODING = "o200k_base"


class FilterFacts:
    """What filters ask of the rows of one document that the rows do not say themselves.

    Kept for as long as the document is open: tokens are counted once a row.
    """

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.unsaved: frozenset[int] = frozenset()  # the ids of rows that the file does not hold
        self.problems: Problems = lambda _line: ()
        self._issues: Sequence[Issue] | None = None  # not looked through yet
        self._encoder: VocabEncoder | None = None
        self._tokens: dict[int, tuple[int, int]] = {}

    def take_problems(self, issues: Sequence[Issue]) -> None:
        """Take over what the checks have found; `issues` is not changed afterwards."""
        self._issues = issues

    def prepare(self, *, tokens: bool) -> None:
        """Load what is needed. Blocks: up to half a second, once."""
        import numpy  # noqa: F401 - imported off the loop

        issues, self._issues = self._issues, None
        if issues is not None:
            self.problems = _by_line(issues)
        if tokens and self._encoder is None:
            from tui.services.tokens.vocabularies import encoder

            self._encoder = encoder(ENCODING)

    def subject(self, snapshot: Snapshot, position: int, row_id: int) -> Subject:
        """Return one row as filters look at it."""
        return Subject(
            lambda: snapshot[position],
            position,
            edited=row_id in self.unsaved,
            marked=row_id in self.marks,
            problems=self.problems,
            tokens=lambda example: self._count(row_id, example),
        )

    def _count(self, row_id: int, example: Example) -> tuple[int, int]:
        known = self._tokens.get(row_id)
        if known is None:
            assert self._encoder is not None, "prepare was asked for tokens"
            count = count_example(example, self._encoder)
            known = self._tokens[row_id] = (count.context, count.trained)
        return known


@dataclass(frozen=True, slots=True)
class _Found:
    """What one stretch of work found for the rows up to `end`."""

    end: int
    judged: Any  # positions of rows whose own part was judged, and whether they match
    stable: Any
    shown: Any  # whether each row of the stretch matches now


class RowFilter:
    """One filter over one document. `run` finds its rows; `positions` tells them at any time."""

    def __init__(self, document: Document, node: Node, facts: FilterFacts) -> None:
        self.fields = fields_of(node)
        self.done = 0.0  # the share of the rows looked at in this run, 0 to 1
        self._document = document
        self._facts = facts
        self._masks, rest = take_masks(node)
        self._flagged: FlaggedRows | None = None  # when this run began
        own, with_others = split(rest)
        self._own = matcher(own)
        self._with_others = None if isinstance(with_others, Everything) else matcher(with_others)
        self._verdicts: IdTable | None = None
        self._shown: IdTable | None = None
        self._placed: tuple[int, array[int]] | None = None  # version and positions

    @property
    def waits_for_checks(self) -> bool:
        """Whether it asks for problems, which are found some time after a change."""
        return bool(self.fields & {"issue", "severity"})

    def positions(self) -> array[int]:
        """Return the rows known to match, in order, where they stand now."""
        if self._placed is None or self._placed[0] != self._document.version:
            self._placed = self._place(self._document.snapshot())
        return self._placed[1]

    def _place(self, snapshot: Snapshot) -> tuple[int, array[int]]:
        import numpy as np

        from tui.core.filtering.marks import as_ids

        if self._shown is None:
            return snapshot.version, array("q")
        found = np.flatnonzero(self._shown.take(as_ids(snapshot.ids)))
        return snapshot.version, array("q", found.astype(np.int64).tobytes())

    async def run(self, on_part: Callable[[], None]) -> None:
        """Look at all rows, and again from the start while they change; cancel it at any time.

        `on_part` is called on the loop when more is known. Raises FilterError when an
        expression takes too long on a row.
        """
        await asyncio.to_thread(self._prepare)
        version = None
        while version != self._document.version:
            version = self._document.version
            await self._run_once(version, on_part)

    def _prepare(self) -> None:
        from tui.core.filtering.idtable import IdTable

        self._facts.prepare(tokens=bool(self.fields & {"tokens", "trained"}))
        if self._verdicts is None:
            self._verdicts, self._shown = IdTable(), IdTable()

    async def _run_once(self, version: int, on_part: Callable[[], None]) -> None:
        from tui.core.filtering.marks import as_ids

        snapshot = self._document.snapshot()
        ids = as_ids(snapshot.ids)
        self._facts.unsaved = self._document.unsaved_ids()
        self._flagged = await asyncio.to_thread(_flagged, self._facts)
        at, told = 0, time.monotonic()
        while at < len(ids) and version == self._document.version:
            found = await asyncio.to_thread(self._stretch, snapshot, ids, at)
            # The tables change on the loop only: a thread of a cancelled run writes nothing.
            assert self._verdicts is not None
            assert self._shown is not None
            self._verdicts.put(ids[found.judged], found.stable)
            self._shown.put(ids[at : found.end], found.shown)
            at = found.end
            self.done = at / len(ids)
            if at == len(ids) or time.monotonic() - told > _BETWEEN_PARTS:
                self._placed = await asyncio.to_thread(self._place, snapshot)
                on_part()
                told = time.monotonic()
        if not len(ids):
            on_part()

    def _stretch(self, snapshot: Snapshot, ids: Ids, start: int) -> _Found:
        """Judge rows from `start` on for a short time. Runs in a thread."""
        import numpy as np

        assert self._verdicts is not None
        assert self._flagged is not None
        block = ids[start : start + _BLOCK]
        verdicts = self._verdicts.take(block)
        shown = (verdicts == _YES).astype(np.uint8)
        wanted = verdicts != _NO if self._with_others else verdicts == 0
        for mask in self._masks:
            holds = mask(start, block, self._flagged)
            shown &= holds
            wanted &= holds
        todo = np.flatnonzero(wanted)
        judged: list[int] = []
        stable: list[int] = []
        end, until = len(block), time.monotonic() + _SECONDS
        for count, offset in enumerate(todo.tolist()):
            if count and time.monotonic() > until:
                end = offset
                break
            subject = self._facts.subject(snapshot, start + offset, int(block[offset]))
            matches = verdicts[offset] == _YES
            if not verdicts[offset]:
                matches = self._own(subject)
                judged.append(start + offset)
                stable.append(_YES if matches else _NO)
            if matches and self._with_others is not None:
                matches = self._with_others(subject)
            shown[offset] = matches
        return _Found(
            start + end,
            np.asarray(judged, np.int64),
            np.asarray(stable, np.uint8),
            shown[:end],
        )


def _flagged(facts: FilterFacts) -> FlaggedRows:
    from tui.core.filtering.masks import FlaggedRows

    return FlaggedRows(_array(facts.marks.ids()), _array(facts.unsaved))


def _array(ids: Collection[int]) -> Ids:
    import numpy as np

    return np.fromiter(ids, dtype=np.int64, count=len(ids))


def _by_line(issues: Sequence[Issue]) -> Problems:
    # Problems are made by the checks alone, for which the first rows do not wait.
    from tui.services.checks.problems import Problems as FoundProblems

    if isinstance(issues, FoundProblems):
        return lambda line: [(rule, issues.severity(rule)) for rule in issues.rules_at(line)]
    found: dict[int, list[tuple[str, str]]] = {}
    for issue in issues:
        found.setdefault(issue.line, []).append((issue.rule, issue.severity))
    return lambda line: found.get(line, ())
