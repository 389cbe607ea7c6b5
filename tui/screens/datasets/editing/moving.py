"""Moving a message within its example, or an example within the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core import edits
from tui.dispatch import handles

if TYPE_CHECKING:
    from tui.core.dataset.example import Message
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter


class Moving:
    """Moves what the cursor is on up and down; menus offer the same by name."""

    def __init__(self, context: DatasetContext, rewriter: ExampleRewriter) -> None:
        self._context, self._rewriter = context, rewriter

    @handles("datasets.move_up", group="move", exclusive=False)
    async def move_up(self) -> None:
        """Move the message in the conversation, or the example in the list, up."""
        await self._move(-1)

    @handles("datasets.move_down", group="move", exclusive=False)
    async def move_down(self) -> None:
        """Move the message in the conversation, or the example in the list, down."""
        await self._move(1)

    async def _move(self, by: int) -> None:
        selection = self._context.selection
        async with self._context.step():  # keys pressed fast are done one after another
            if not selection.in_conversation:
                await self.move_example(selection.position, by)
            elif (message := selection.message) is not None:
                await self.move_message(message, selection.position, by)

    async def move_message(self, message: Message, at: int, by: int) -> None:
        """Move a message of an example by some places."""
        place = message.place
        await self._rewriter.rewrite("move message", lambda e: edits.move_message(e, place, by), at)
        self._context.selection.conversation.cursor += by

    async def move_example(self, at: int, by: int) -> None:
        """Move an example by some rows."""
        document = self._context.document
        if document is None or not (0 <= at < len(document) and 0 <= at + by < len(document)):
            self._context.tell("It is already at that end")
            return
        from tui.services.datasets import Change

        gone, put = Change(at, 1, ()), Change(at + by, 0, (document.line(at),))
        await document.change("move example", [gone, put])
        self._context.selection.go_to(at + by)
