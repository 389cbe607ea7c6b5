"""What differs between answers, worked out off the loop: long ones take a second or two."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.compare.sides.marking import MarkedText, marked
from tui.widgets.diff_view import SHOWN
from tui.widgets.turn_block import shown_text

if TYPE_CHECKING:
    from tui.screens.compare.compare_context import CompareContext

_KEPT = 200


class Differences:
    """Works out what the columns mark now, and has them painted once it is there."""

    def __init__(self, context: CompareContext) -> None:
        self._context = context
        context.changed.add(self.look)

    def look(self) -> None:
        """Work out what is marked and not known yet."""
        comparison = self._context.comparison
        wanted = {
            (base, one.answer.shown)
            for column in comparison.columns
            if (base := comparison.base_of(column)) is not None
            for one in column.ended
        }
        if missing := wanted - self._context.marked.keys():
            self._context.run(self._mark, missing, group="differences", description="compare texts")

    async def _mark(self, missing: set[tuple[str, str]]) -> None:
        known = self._context.marked
        if len(known) + len(missing) > _KEPT:
            known.clear()
        for base, text in missing:
            known[base, text] = await asyncio.to_thread(_marked, base, text)
            self._context.painted.tell()


def _marked(base: str, text: str) -> MarkedText:
    return marked(shown_text(base[:SHOWN]), shown_text(text[:SHOWN]))
