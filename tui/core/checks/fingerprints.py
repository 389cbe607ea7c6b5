"""What the file-wide rules need of one example, as digests of a few bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.checks import fast
from tui.core.checks.fast.tidy_fingerprints import facts_of_written
from tui.core.checks.registry import RowFacts
from tui.core.dataset.digest import as_bytes, number_of
from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.dataset.fingerprints import fingerprints_of

if TYPE_CHECKING:
    from tui.core.checks.row import Row


def facts_of(row: Row) -> RowFacts:
    """Return the facts of an example."""
    if row.kind == "unknown" or row.foreign is not None:
        return RowFacts("unknown")
    if fast.ENABLED and row.well_formed.parts and (written := row.written) is not None:
        return facts_of_written(row, written)
    marks = fingerprints_of(row.raw, row.line)
    instructions = [t.content for t in row.dialogue if t.role in INSTRUCTING_ROLES]
    return RowFacts(
        kind=row.kind,
        messages=len(row.turns),
        content=as_bytes(marks.content),
        choice=as_bytes(marks.choice),
        answer=as_bytes(marks.answer),
        system=as_bytes(number_of(instructions)),
        trains=row.kind != "chat" or _trains(row),
        preferred_longer=_preferred_longer(row),
    )


def _trains(row: Row) -> bool:
    return any(t.role == "assistant" and t.raw.get("weight", 1) != 0 for t in row.turns)


def _preferred_longer(row: Row) -> bool | None:
    if row.kind != "preference":
        return None
    preferred, other = (
        sum(len(t.text()) for t in row.output(name))
        for name in ("preferred_output", "non_preferred_output")
    )
    return preferred > other if preferred and other else None
