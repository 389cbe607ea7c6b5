"""Undo and redo of the open dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.dispatch import handles

if TYPE_CHECKING:
    from tui.core.dataset.splices import Step
    from tui.screens.datasets.dataset_context import DatasetContext


class History:
    """Takes changes back and does them again, one by one or all since the save."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context

    @handles("datasets.undo", group="history", exclusive=False)
    async def undo(self) -> None:
        """Take the last change back and go to where it was."""
        async with self._context.step():
            if (document := self._context.document) is not None:
                self._tell_step("Undone", await document.undo(), "Nothing to undo")

    @handles("datasets.redo", group="history", exclusive=False)
    async def redo(self) -> None:
        """Do the change last taken back again."""
        async with self._context.step():
            if (document := self._context.document) is not None:
                self._tell_step("Done again", await document.redo(), "Nothing to redo")

    @handles("datasets.drop", group="history", exclusive=False)
    async def drop(self) -> None:
        """Undo everything since the last save; redo brings it back."""
        async with self._context.step():
            document = self._context.document
            if document is None:
                return
            if not document.modified:
                self._context.tell("Nothing has changed since the save")
                return
            await document.drop_changes()
            redo = key_hint("datasets.redo", "brings the changes back one by one")
            self._context.tell(f"Back to the saved file; {redo}")

    def _tell_step(self, done: str, step: Step | None, nothing: str) -> None:
        if step is None:
            self._context.tell(nothing)
            return
        self._context.selection.go_to(step.position)
        self._context.tell(f"{done}: {step.label}")
