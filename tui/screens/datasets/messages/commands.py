"""The commands on the message under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core import edits
from tui.core.dataset.example import ROLES, Place
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.dialogs.choose import Choice, Choose

if TYPE_CHECKING:
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter
    from tui.screens.datasets.messages.text import MessageText
    from tui.screens.datasets.messages.tools import ToolUse


class MessageEditing:
    """Text, role and weight of a message, and new messages."""

    def __init__(
        self,
        context: DatasetContext,
        rewriter: ExampleRewriter,
        text: MessageText,
        tools: ToolUse,
    ) -> None:
        self._context, self._rewriter = context, rewriter
        self._text, self._tools = text, tools

    @handles("datasets.edit", group="edit")
    @in_turn
    async def edit(self) -> None:
        """Edit the message under the cursor: its text, or its call where it only calls a tool.

        A line that is not JSON is edited as it is.
        """
        document, at = self._context.document, self._context.selection.position
        if document is None or at >= len(document):
            return
        message = self._context.selection.message
        if message is None or not isinstance(message.raw, dict | str):
            await self._rewriter.edit_raw(document, at)
            return
        if message.tool_calls and not message.text:
            await self._tools.edit_one(message, at)
        else:
            await self._text.edit(message, at)

    @handles("datasets.role", group="edit")
    @in_turn
    async def choose_role(self) -> None:
        """Choose another role for the message."""
        message, at = self._context.selection.message, self._context.selection.position
        if message is None:
            return
        place = message.place
        choices = [Choice(role, role) for role in ROLES]
        role = await self._context.ask(Choose("Role", choices, message.role))
        if role and role != message.role:
            await self._rewriter.rewrite(
                "change role", lambda e: edits.set_role(e, place, role), at
            )

    @handles("datasets.weight", group="move", exclusive=False)
    async def switch_weight(self) -> None:
        """Switch an answer between trained and left out."""
        selection = self._context.selection
        async with self._context.step():
            message, at = selection.message, selection.position
            if message is not None:
                place, weight = message.place, None if message.weight == 0 else 0
                await self._rewriter.rewrite(
                    "change weight", lambda e: edits.set_weight(e, place, weight), at
                )

    @handles("datasets.add_message", group="edit")
    @in_turn
    async def add(self) -> None:
        """Put a message in after the one under the cursor, and edit it at once."""
        document, selection = self._context.document, self._context.selection
        at = selection.position
        if document is None or at >= len(document):
            return
        example = await self._rewriter.example_here(at)
        message = selection.message
        section = "input" if example.kind == "preference" else "messages"
        place = Place(section, 0)
        if message is not None:
            place = Place(message.place.section, message.place.index + 1)
        role = edits.next_role(example, place)
        text = await self._rewriter.ask_text(f"new {role} message · example {at + 1}", "")
        if text:
            await self._rewriter.rewrite(
                "add message", lambda e: edits.insert_message(e, place, role, text), at
            )
            conversation = selection.conversation
            conversation.cursor = min(conversation.cursor + 1, len(conversation.turns) - 1)
            conversation.focus()
