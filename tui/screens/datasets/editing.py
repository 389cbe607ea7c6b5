"""Editing: the part of the Datasets screen that changes examples. Every change can be undone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from textual import work

from tui.core import edits
from tui.core.example import ROLES, Broken, Example, Place, from_object, write
from tui.core.text import one_line
from tui.screens.datasets.editor import LONGEST_LINE, TextEditor
from tui.screens.datasets.place import PlaceInDataset
from tui.screens.dialogs.choose import Choice, Choose
from tui.services.errors import InputError
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.splices import Step
    from tui.services.datasets import Document


class EditActions(PlaceInDataset):
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
            await self._edit_line(document, at)
            return
        title = f"{message.role} · example {at + 1}"
        text = await self._ask_text(title, message.text)
        if text is not None and text != message.text:
            place = message.place
            await self._rewrite("edit text", lambda e: edits.set_text(e, place, text), at)

    async def _edit_line(self, document: Document, at: int) -> None:
        line = document.line(at).decode("utf-8", "replace")
        text = await self._ask_text(f"line {at + 1} as JSON", line, _json_problem)
        if text is not None and text != line:
            made = from_object(json.loads(text))
            new = write(made, document.line(at)) if isinstance(made, Example) else text.encode()
            await self._change("edit line", at, 1, new)

    async def _ask_text(
        self, title: str, text: str, check: Callable[[str], str] = lambda _text: ""
    ) -> str | None:
        if max(map(len, text.split("\n"))) > LONGEST_LINE:
            raise InputError(
                "Too long to edit here",
                f"this text has a line of over {LONGEST_LINE:,} characters",
                "Split it in another editor first",
            )
        return await self.app.push_screen_wait(TextEditor(title, text, check))

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
        example = document.example_for_edit(at)
        if isinstance(example, Broken):
            return
        message = self.message
        section = "input" if example.kind == "preference" else "messages"
        place = Place(section, 0)
        if message is not None:
            place = Place(message.place.section, message.place.index + 1)
        role = edits.next_role(example, place)
        text = await self._ask_text(f"new {role} message · example {at + 1}", "")
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
        like = document.example(here) if len(document) else None
        made = edits.new_example(like if isinstance(like, Example) else None)
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

    async def _rewrite(self, label: str, edit: Callable[[Example], Example], at: int) -> None:
        document = self.document
        if document is None:
            return
        example = document.example_for_edit(at)
        if isinstance(example, Broken):
            raise InputError("Not an example", example.reason, "Press e to edit the line itself")
        try:
            changed = edit(example)
        except edits.EditError as error:
            raise InputError("Not changed", str(error)) from error
        await document.replace(at, changed, label)

    async def _change(self, label: str, at: int, removed: int, line: bytes) -> None:
        from tui.services.datasets import Change

        if self.document is not None:
            await self.document.change(label, [Change(at, removed, (line,))])

    def _tell(self, text: str) -> None:
        self.notify(one_line(text), markup=False, timeout=3)

    def _tell_step(self, done: str, step: Step | None, nothing: str) -> None:
        if step is None:
            self._tell(nothing)
            return
        self.go_to(step.position)
        self._tell(f"{done}: {step.label}")


def _json_problem(text: str) -> str:
    try:
        json.loads(text)
    except ValueError as error:
        return f"Not JSON yet: {error}"
    return ""
