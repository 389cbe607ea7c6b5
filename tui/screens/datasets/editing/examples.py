"""The menus of a message (m), of an example (M) and of raw editing (E), and moving with [ ]."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from textual import work

from tui.core import edits
from tui.core.dataset.example import Example
from tui.core.edits.base import EXAMPLE_KEYS
from tui.core.text.text import one_line, plural
from tui.screens.datasets.editing.messages import EditActions
from tui.screens.datasets.editing.preference import PairActions
from tui.screens.datasets.editing.rewriting import attempt, lines_of
from tui.screens.datasets.editing.tools import ToolActions
from tui.screens.datasets.editor import LineEditor
from tui.screens.dialogs.choose import Choice, Choose
from tui.services.errors import InputError
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui.core.dataset.example import Message

    Task = Callable[[], Awaitable[None]]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class MenuActions(ToolActions, PairActions, EditActions):
    """What can be done with a message or an example, by name."""

    @work(group="edit", exclusive=True, exit_on_error=False, description="message menu")
    async def action_message_menu(self) -> None:
        """Offer what can be done with the message under the cursor."""
        message, at = self.message, self.position
        if message is None or not isinstance(message.raw, dict):
            self._tell("No message here; E edits the raw JSON")
            return
        choices = [*self._message_choices(message, at), *self._pair_choices(at)]
        await self._offer(f"{message.role} · example {at + 1}", choices)

    def _message_choices(self, message: Message, at: int) -> list[Choice[Task]]:
        choices: list[Choice[Task]] = [
            Choice(lambda: self.edit_message(message, at), "Text", one_line(message.text, 60))
        ]
        if message.role == "assistant":
            choices += self._answer_choices(message, at)
        if message.role == "tool":
            answered = message.tool_call_id or "no call yet"
            choices.append(
                Choice(lambda: self.choose_answered(message, at), "Answers call", answered)
            )
        name = message.name or "none"
        choices.append(Choice(lambda: self._ask_name(message, at), "Name", name))
        if message.role == "user":
            choices.append(
                Choice(lambda: self.add_image(message, at), "Add image", "a file or an address")
            )
        choices.append(
            Choice(lambda: self.add_text_part(message, at), "Add text part", "after the others")
        )
        if isinstance(message.raw, dict) and isinstance(message.raw.get("content"), list):
            choices.append(Choice(lambda: self.delete_part(message, at), "Delete a part"))
        choices.append(
            Choice(lambda: self._move_message(message, at, -1), "Move up", "the same as [")
        )
        choices.append(
            Choice(lambda: self._move_message(message, at, 1), "Move down", "the same as ]")
        )
        if others := edits.other_keys(message.raw):
            words = f"{', '.join(others)}: as JSON"
            choices.append(Choice(lambda: self._edit_raw(at), "Other keys", words))
        return choices

    def _answer_choices(self, message: Message, at: int) -> list[Choice[Task]]:
        def edit_call(number: int) -> Task:
            return lambda: self.edit_call(message, number, at)

        calls = message.tool_calls
        choices: list[Choice[Task]] = [
            Choice(edit_call(number), f"Call {call.name}", f"{call.id} {call.arguments}")
            for number, call in enumerate(calls)
        ]
        choices.append(Choice(edit_call(len(calls)), "Add a tool call"))
        if calls:
            choices.append(Choice(lambda: self.delete_call(message, at), "Delete a call"))
        refusal = one_line(message.refusal or "none", 60)
        choices.append(Choice(lambda: self._ask_refusal(message, at), "Refusal", refusal))
        return choices

    async def _ask_name(self, message: Message, at: int) -> None:
        hint = "Tells several speakers of one role apart. Empty: none."
        name = await self.app.push_screen_wait(
            LineEditor("Name", message.name or "", hint, _name_problem)
        )
        if name is not None and name != (message.name or ""):
            await self._rewrite("change name", lambda e: edits.set_name(e, message.place, name), at)

    async def _ask_refusal(self, message: Message, at: int) -> None:
        title = f"refusal · example {at + 1} · empty: none"
        text = await self.ask_text(title, message.refusal or "")
        if text is not None and text != (message.refusal or ""):
            await self._rewrite(
                "edit refusal", lambda e: edits.set_refusal(e, message.place, text), at
            )

    # -- examples --------------------------------------------------------------------

    @work(group="edit", exclusive=True, exit_on_error=False, description="example menu")
    async def action_example_menu(self) -> None:
        """Offer what can be done with the example under the cursor."""
        document, at = self.document, self.position
        if document is None or at >= len(document):
            return
        message = self.message
        example = document.example(at)
        choices: list[Choice[Task]] = [
            Choice(lambda: self._duplicate(at), "Duplicate", "a copy after this one")
        ]
        if message is not None and message.place.index > 0:
            words = f"the second begins with message {message.place.index + 1}"
            choices.append(Choice(lambda: self._split(message, at), "Split in two", words))
        if at + 1 < len(document):
            choices.append(
                Choice(lambda: self._merge(at), "Merge with the next", "one longer example")
            )
        choices += [
            Choice(lambda: self._move_row(at, -1), "Move up", "the same as [ in the list"),
            Choice(lambda: self._move_row(at, 1), "Move down", "the same as ] in the list"),
            Choice(lambda: self._cut(at), "Cut the end", "messages after the last answer"),
            Choice(lambda: self.edit_tools(at), "Tools", "as JSON"),
            Choice(lambda: self.choose_parallel(at), "Parallel calls", "not set, true or false"),
            *self._pair_choices(at),
        ]
        others = edits.other_keys(example.raw, EXAMPLE_KEYS) if isinstance(example, Example) else {}
        words = f"also {', '.join(others)}" if others else "everything there is"
        choices.append(Choice(lambda: self._edit_raw(at), "Raw JSON", words))
        await self._offer(f"Example {at + 1}", choices)

    def _pair_choices(self, at: int) -> list[Choice[Task]]:
        example = self.document.example(at) if self.document is not None else None
        if isinstance(example, Example) and example.kind == "chat":
            words = "this answer against a better one"
            return [Choice(lambda: self.make_pair(at), "Make a preference pair", words)]
        if isinstance(example, Example) and example.kind == "preference":
            words = "preferred and non-preferred change over"
            return [Choice(lambda: self.swap(at), "Swap", words)]
        return []

    async def _duplicate(self, at: int) -> None:
        if self.document is not None:
            await self.replace_line("duplicate example", at + 1, self.document.line(at), removed=0)
            self.go_to(at + 1)

    async def _split(self, message: Message, at: int) -> None:
        example = await self.example_here(at)
        halves = attempt(lambda: edits.split_at(example, message.place))
        if self.document is not None:
            lines = lines_of(halves, self.document.line(at))
            await self.replace_line("split example", at, *lines)
            self.go_to(at + 1)

    async def _merge(self, at: int) -> None:
        first, second = await self.example_here(at), await self.example_here(at + 1)
        merged = attempt(lambda: edits.merge(first, second))
        if self.document is not None:
            lines = lines_of([merged], self.document.line(at))
            await self.replace_line("merge examples", at, *lines, removed=2)
            self._tell("Merged; u takes it back")

    async def _cut(self, at: int) -> None:
        await self._rewrite("cut the end", edits.cut_trailing, at)

    # -- moving ----------------------------------------------------------------------

    @work(group="move", exit_on_error=False, description="move up")
    async def action_move_up(self) -> None:
        """Move the message in the conversation, or the example in the list, up."""
        await self._move(-1)

    @work(group="move", exit_on_error=False, description="move down")
    async def action_move_down(self) -> None:
        """Move the message in the conversation, or the example in the list, down."""
        await self._move(1)

    async def _move(self, by: int) -> None:
        message = self.message
        if self.in_conversation and message is not None:
            await self._move_message(message, self.position, by)
        elif not self.in_conversation:
            await self._move_row(self.position, by)

    async def _move_message(self, message: Message, at: int, by: int) -> None:
        await self._rewrite("move message", lambda e: edits.move_message(e, message.place, by), at)
        self.query_one("#conversation", Conversation).cursor += by

    async def _move_row(self, at: int, by: int) -> None:
        document = self.document
        if document is None or not (0 <= at < len(document) and 0 <= at + by < len(document)):
            self._tell("It is already at that end")
            return
        from tui.services.datasets import Change

        gone, put = Change(at, 1, ()), Change(at + by, 0, (document.line(at),))
        await document.change("move example", [gone, put])
        self.go_to(at + by)

    # -- raw -------------------------------------------------------------------------

    @work(group="edit", exclusive=True, exit_on_error=False, description="raw editing")
    async def action_raw_menu(self) -> None:
        """Offer the example as raw JSON, and the message or example in $EDITOR."""
        document, at = self.document, self.position
        if document is None or at >= len(document):
            return
        named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "not set"
        choices: list[Choice[Task]] = [
            Choice(lambda: self._edit_raw(at), "Raw JSON", "edited here"),
        ]
        message = self.message
        if message is not None and isinstance(message.raw, dict | str):
            choices.append(
                Choice(lambda: self._message_outside(message, at), "Message in $EDITOR", named)
            )
        choices.append(
            Choice(lambda: self.edit_raw(document, at, outside=True), "Example in $EDITOR", named)
        )
        await self._offer(f"Edit example {at + 1}", choices)

    async def _edit_raw(self, at: int) -> None:
        if self.document is not None:
            await self.edit_raw(self.document, at)

    async def _message_outside(self, message: Message, at: int) -> None:
        content = message.raw.get("content") if isinstance(message.raw, dict) else None
        if isinstance(content, list) and len(content) > 1:
            raise InputError(
                "Several parts", f"this message has {plural(len(content), 'part')}",
                "Edit them one by one with e, or the example in $EDITOR",
            )  # fmt: skip
        text = await self.edit_outside(message.text, ".md")
        if text is not None:
            await self._rewrite("edit text", lambda e: edits.set_text(e, message.place, text), at)

    async def _offer(self, title: str, choices: list[Choice[Task]]) -> None:
        task = await self.app.push_screen_wait(Choose(title, choices))
        if task is not None:
            await task()


def _name_problem(name: str) -> str:
    fits = not name or _NAME.fullmatch(name)
    return "" if fits else "letters, digits, _ and - only, 64 at most"
