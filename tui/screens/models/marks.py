"""Marks on models: one by one, by ranges, all, or those that nobody has used for long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.core.models.cleanup import clean_up, continued_by
from tui.dispatch import handles
from tui.screens.marks import Marks
from tui.screens.models.model_list import check_tuned

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tui.screens.controller_context import ScreenContext
    from tui.screens.models.model_list import ModelList

UNUSED_DAYS = 90


class ModelMarks(Marks):
    """Mark models for a command on several; what nobody can delete takes no mark."""

    noun = "model"

    def __init__(self, context: ScreenContext, listed: ModelList) -> None:
        super().__init__(context, listed)
        self._models = listed

    def groups(self) -> Sequence[tuple[str, Collection[str]]]:
        """Return those made long ago and not used since."""
        seen = self._models.seen
        found = clean_up(seen.entries, time.time(), UNUSED_DAYS * 86_400, continued_by(seen.jobs))
        shown = {*self._models.markable()}
        unused = [one.entry.id for one in found.going if one.entry.id in shown]
        return ((f"unused for {UNUSED_DAYS} days", unused),)

    @handles("models.mark")
    def mark(self) -> None:
        """Mark the model under the cursor, or take its mark away, and go to the next."""
        if (current := self._models.current) is not None:
            check_tuned([current])
            self.mark_one()

    @handles("models.mark_range")
    def mark_range(self) -> None:
        """Begin a range here, or end it here and mark its models; twice in place: a menu."""
        self.mark_a_range()
