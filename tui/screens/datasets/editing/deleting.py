"""Deleting the message or the example under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core import edits
from tui.dispatch import handles

if TYPE_CHECKING:
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter


def _back() -> str:
    return key_hint("datasets.undo", "brings it back")


class Deleting:
    """Deletes what the cursor is on; undo brings it back, so nothing is asked."""

    def __init__(self, context: DatasetContext, rewriter: ExampleRewriter) -> None:
        self._context, self._rewriter = context, rewriter

    @handles("datasets.delete", group="move", exclusive=False)
    async def delete(self) -> None:
        """Delete the message when the conversation has the focus, else the example."""
        async with self._context.step():  # keys pressed fast are done one after another
            await self._delete()

    async def _delete(self) -> None:
        document, selection = self._context.document, self._context.selection
        at = selection.position
        if document is None or at >= len(document):
            return
        message = selection.message
        if selection.in_conversation and message is not None:
            place = message.place
            await self._rewriter.rewrite(
                "delete message", lambda e: edits.delete_message(e, place), at
            )
            self._context.tell(f"Message deleted; {_back()}")
        else:
            await document.delete(at, 1, "delete example")
            self._context.tell(f"Example {at + 1} deleted; {_back()}")
