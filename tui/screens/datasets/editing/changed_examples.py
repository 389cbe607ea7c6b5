"""Examples changed since the last save: listed, gone to, or put back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.dataset.changed_rows import RowChange, changed_rows
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.datasets.editing.changes import ChangesDialog

if TYPE_CHECKING:
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.services.datasets import Snapshot


class ChangedExamples:
    """Lists what changed since the save, goes there, and takes one change of it back."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context

    @handles("datasets.changes", group="edit")
    @in_turn
    async def choose(self) -> None:
        """List the examples that differ from the saved file."""
        document = self._context.document
        if document is None:
            return
        while True:
            saved, now = document.saved_snapshot(), document.snapshot()
            changes = await asyncio.to_thread(changed_rows, saved.ids, now.ids, now.text)
            if not changes:
                self._context.tell("Nothing has changed since the save")
                return
            chosen = await self._context.ask(ChangesDialog(changes, saved, now))
            if chosen is None:
                return
            if chosen.what == "jump":
                at = min(chosen.change.at, max(len(document) - 1, 0))
                self._context.selection.go_to(at, center=True)
                return
            await self._put_back(chosen.change, saved)

    async def _put_back(self, change: RowChange, saved: Snapshot) -> None:
        """Put one row back as it was saved: a step of its own, so that undo brings it again."""
        from tui.services.datasets import Change

        document = self._context.document
        if document is None:
            return
        line = () if change.before is None else (saved.ids[change.before],)
        if change.what == "moved" and change.before is not None:
            target = min(change.before, len(document) - 1)
            steps = [Change(change.at, 1, ()), Change(target, 0, line)]
        else:
            steps = [Change(change.at, 0 if change.now is None else 1, line)]
        await document.change("put an example back", steps)
