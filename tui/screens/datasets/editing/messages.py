"""Editing: the part of the Datasets screen that changes examples. Every change can be undone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work

from tui.core import edits
from tui.core.dataset.example import ROLES, Example, Place, parse, write
from tui.screens.datasets.editing.parts import PartActions
from tui.screens.dialogs.choose import Choice, Choose
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from tui.core.dataset.example import Message
    from tui.core.dataset.splices import Step
    from tui.services.datasets.document import Snapshot

# A new example follows the shape of so many rows, spread over the file; huge ones left out.
_LOOK = 200
_LOOK_LINE = 200_000


class EditActions(PartActions):
    """Text, role, weight, messages and examples; undo and redo."""

    # -- one message -----------------------------------------------------------------

    @work(group="edit", exclusive=True, exit_on_error=False, description="edit a message")
    async def action_edit(self) -> None:
        """Edit the message under the cursor; a line that is no JSON is edited as it is."""
        document, at = self.document, self.position
        if document is None or at >= len(document):
            return
        message = self.message
        if message is None or not isinstance(message.raw, dict | str):
            await self.edit_raw(document, at)
            return
        await self.edit_message(message, at)

    async def edit_message(self, message: Message, at: int) -> None:
        """Edit a message's text, or one of the parts it is made of."""
        title = f"{message.role} · example {at + 1}"
        place = message.place
        part = await self._choose_part(message)
        if part is None:
            return
        if part < 0:
            text = await self.ask_text(title, message.text)
            if text is not None and text != message.text:
                await self._rewrite("edit text", lambda e: edits.set_text(e, place, text), at)
            return
        await self.edit_part(message, part, at)

    async def _choose_part(self, message: Message) -> int | None:
        """Return which part is meant: -1 for a text that is all there is, None for none."""
        content = message.raw.get("content") if isinstance(message.raw, dict) else None
        if not isinstance(content, list) or not content:
            return -1
        if len(content) == 1:
            return 0
        choices = [
            Choice(number, f"{number + 1} {part.kind}", part.words)
            for number, part in enumerate(edits.parts_of(content))
        ]
        return await self.app.push_screen_wait(Choose("Which part?", choices))

    @work(group="edit", exclusive=True, exit_on_error=False, description="change a role")
    async def action_role(self) -> None:
        """Choose another role for the message."""
        message, at = self.message, self.position
        if message is None:
            return
        choices = [Choice(role, role) for role in ROLES]
        role = await self.app.push_screen_wait(Choose("Role", choices, message.role))
        if role and role != message.role:
            await self._rewrite("change role", lambda e: edits.set_role(e, message.place, role), at)

    @work(group="edit", exclusive=True, exit_on_error=False, description="change a weight")
    async def action_weight(self) -> None:
        """Switch an answer between trained and left out."""
        message, at = self.message, self.position
        if message is not None:
            weight = None if message.weight == 0 else 0
            await self._rewrite(
                "change weight", lambda e: edits.set_weight(e, message.place, weight), at
            )

    @work(group="edit", exclusive=True, exit_on_error=False, description="add a message")
    async def action_add_message(self) -> None:
        """Put a message in after the one under the cursor, and edit it at once."""
        document, at = self.document, self.position
        if document is None or at >= len(document):
            return
        example = await self.example_here(at)
        message = self.message
        section = "input" if example.kind == "preference" else "messages"
        place = Place(section, 0)
        if message is not None:
            place = Place(message.place.section, message.place.index + 1)
        role = edits.next_role(example, place)
        text = await self.ask_text(f"new {role} message · example {at + 1}", "")
        if text:
            await self._rewrite(
                "add message", lambda e: edits.insert_message(e, place, role, text), at
            )
            conversation = self.query_one("#conversation", Conversation)
            conversation.cursor = min(conversation.cursor + 1, len(conversation.turns) - 1)
            conversation.focus()

    # -- examples --------------------------------------------------------------------

    @work(group="edit", exclusive=True, exit_on_error=False, description="add an example")
    async def action_new_example(self) -> None:
        """Put an empty example in after this one, in the shape of the file."""
        document = self.document
        if document is None:
            return
        here = self.position if self.position < len(document) else len(document) - 1
        made = await asyncio.to_thread(_common_shape, document.snapshot(), here)
        at = here + 1
        style = document.line(here) if len(document) else b""
        await document.insert(at, [write(made, style)], "new example")
        self.go_to(at)
        conversation = self.query_one("#conversation", Conversation)
        conversation.cursor = next((i for i, m in enumerate(made.messages) if m.role == "user"), 0)
        conversation.focus()

    @work(group="edit", exclusive=True, exit_on_error=False, description="delete")
    async def action_delete(self) -> None:
        """Delete the message when the conversation has the focus, else the example."""
        document, at = self.document, self.position
        if document is None or at >= len(document):
            return
        message = self.message
        if self.in_conversation and message is not None:
            await self._rewrite(
                "delete message", lambda e: edits.delete_message(e, message.place), at
            )
            self._tell("Message deleted; u brings it back")
        else:
            await document.delete(at, 1, "delete example")
            self._tell(f"Example {at + 1} deleted; u brings it back")

    # -- history ---------------------------------------------------------------------

    @work(group="history", exit_on_error=False, description="undo")
    async def action_undo(self) -> None:
        """Take the last change back and go to where it was."""
        if self.document is not None:
            self._tell_step("Undone", await self.document.undo(), "Nothing to undo")

    @work(group="history", exit_on_error=False, description="redo")
    async def action_redo(self) -> None:
        """Do the change last taken back again."""
        if self.document is not None:
            self._tell_step("Done again", await self.document.redo(), "Nothing to redo")

    @work(group="history", exit_on_error=False, description="drop changes")
    async def action_drop(self) -> None:
        """Undo everything since the last save; redo brings it back."""
        if self.document is not None and self.document.modified:
            await self.document.drop_changes()
            self._tell("Back to the saved file; U brings the changes back one by one")

    # -- inside ----------------------------------------------------------------------

    def _tell_step(self, done: str, step: Step | None, nothing: str) -> None:
        if step is None:
            self._tell(nothing)
            return
        self.go_to(step.position)
        self._tell(f"{done}: {step.label}")


def _common_shape(rows: Snapshot, here: int) -> Example:
    """Return an empty example in the most common shape of the file: of rows all over it."""
    positions = (
        {round(i * (len(rows) - 1) / (_LOOK - 1)) for i in range(_LOOK)} if len(rows) else ()
    )
    near = [p for p in (here, *sorted(positions)) if 0 <= p < len(rows)]
    lines = (rows[position] for position in near)
    found = (parse(line) for line in lines if len(line) < _LOOK_LINE)
    return edits.new_like([example for example in found if isinstance(example, Example)])
