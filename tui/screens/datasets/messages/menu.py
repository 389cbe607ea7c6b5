"""The menu of a message: everything that can be done with it, by name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.core import edits
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.datasets.editing.menu import offer
from tui.screens.dialogs.choose import Choice

if TYPE_CHECKING:
    from tui.core.dataset.example import Message
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter
    from tui.screens.datasets.editing.menu import Tasks
    from tui.screens.datasets.editing.moving import Moving
    from tui.screens.datasets.editing.preference import PreferencePairs
    from tui.screens.datasets.messages.parts import MessageParts
    from tui.screens.datasets.messages.text import MessageText
    from tui.screens.datasets.messages.tools import ToolUse


class MessageMenu:
    """Offers what can be done with the message under the cursor."""

    def __init__(
        self,
        context: DatasetContext,
        rewriter: ExampleRewriter,
        text: MessageText,
        parts: MessageParts,
        tools: ToolUse,
        moving: Moving,
        pairs: PreferencePairs,
    ) -> None:
        self._context, self._rewriter = context, rewriter
        self._text, self._parts, self._tools = text, parts, tools
        self._moving, self._pairs = moving, pairs

    @handles("datasets.message_menu", group="edit")
    @in_turn
    async def open(self) -> None:
        """Offer it and do what is chosen."""
        document, message = self._context.document, self._context.selection.message
        at = self._context.selection.position
        if document is None or message is None or not isinstance(message.raw, dict):
            self._context.tell(
                f"No message here; {key_hint('datasets.raw_menu', 'edits the raw JSON')}"
            )
            return
        tasks = self._tasks(message, at)
        if others := edits.other_keys(message.raw):
            words = f"{', '.join(others)}: as JSON"
            edit_raw = partial(self._rewriter.edit_raw, document, at)
            tasks.append(Choice(edit_raw, "Other keys", words))
        tasks += self._pairs.tasks(at)
        await offer(self._context, f"{message.role} · example {at + 1}", tasks)

    def _tasks(self, message: Message, at: int) -> Tasks:
        text, moving = self._text, self._moving
        tasks: Tasks = [Choice(partial(text.edit, message, at), "Text", one_line(message.text, 60))]
        if message.role == "assistant":
            tasks += self._answer_tasks(message, at)
        if message.role == "tool":
            answered = message.tool_call_id or "no call yet"
            choose = partial(self._tools.choose_answered, message, at)
            tasks.append(Choice(choose, "Answers call", answered))
        tasks.append(Choice(partial(text.edit_name, message, at), "Name", message.name or "none"))
        tasks += self._part_tasks(message, at)
        for way, by in (("up", -1), ("down", 1)):
            words = f"the same as {key_of(f'datasets.move_{way}')}"
            move = partial(moving.move_message, message, at, by)
            tasks.append(Choice(move, f"Move {way}", words))
        return tasks

    def _part_tasks(self, message: Message, at: int) -> Tasks:
        parts = self._parts
        tasks: Tasks = []
        if message.role == "user":
            add_image = partial(parts.add_image, message, at)
            tasks.append(Choice(add_image, "Add image", "a file or an address"))
        add_text = partial(parts.add_text, message, at)
        tasks.append(Choice(add_text, "Add text part", "after the others"))
        if isinstance(message.raw, dict) and isinstance(message.raw.get("content"), list):
            tasks.append(Choice(partial(parts.delete, message, at), "Delete a part"))
        return tasks

    def _answer_tasks(self, message: Message, at: int) -> Tasks:
        edit_call, calls = self._tools.edit_call, message.tool_calls
        tasks: Tasks = [
            Choice(
                partial(edit_call, message, number, at),
                f"Call {call.name}",
                f"{call.id} {call.arguments}",
            )
            for number, call in enumerate(calls)
        ]
        tasks.append(Choice(partial(edit_call, message, len(calls), at), "Add a tool call"))
        if calls:
            tasks.append(Choice(partial(self._tools.delete_call, message, at), "Delete a call"))
        refusal = one_line(message.refusal or "none", 60)
        tasks.append(Choice(partial(self._text.edit_refusal, message, at), "Refusal", refusal))
        return tasks
