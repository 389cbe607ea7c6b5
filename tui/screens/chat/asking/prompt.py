"""The text field for the question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from tui.commands import command, commands_for, key_hint, key_words
from tui.core.text.text import one_line
from tui.dispatch import Dispatcher, handles
from tui.key_bindings import bindings_for
from tui.widgets.nothing_to_do import NothingToDo
from tui.widgets.text_fields import EditArea

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType


# Below this the prompt has one row, so that what is talked about has some.
LOW_BREAKPOINTS = [(0, "-low"), (17, "-high")]
QUESTION = "Ask the model something."
RESULT = "What the function returns, such as JSON."


class Prompt(EditArea):
    """Three rows; enter sends, ctrl+j is a new line, ↑ in an empty prompt recalls."""

    PLACES = ("prompt",)
    DEFAULT_CSS = """
    Prompt {
        height: 5; padding: 0 1; background: $surface; border: round $surface-lighten-2;
        border-title-color: $text-muted;
        &:focus { border: heavy $primary; border-title-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("prompt")]

    @dataclass
    class Sent(Message):
        """Enter was pressed on a text."""

        text: str

    def __init__(self) -> None:
        super().__init__(
            id="prompt",
            show_line_numbers=False,
            highlight_cursor_line=False,
            placeholder=QUESTION,
        )
        self.dispatcher = Dispatcher(self)
        self.questions: list[str] = []  # what was asked, oldest first
        self._recalled: int | None = None
        self._busy = False
        self._awaited = ""  # the call whose result is to be typed

    def on_mount(self) -> None:
        """Say which keys work."""
        self._say()

    def busy(self, answering: bool) -> None:
        """Show whether an answer is under way."""
        self._busy = answering
        self._say()

    def awaits(self, call: str) -> None:
        """Ask for what a tool call returns; an empty text asks for a question again."""
        if call != self._awaited:
            self._awaited = call
            self.placeholder = RESULT if call else QUESTION
            self._say()

    def go_on_with(self, kept: object) -> str:
        """Put what was typed the last time before what is typed already; return all of it."""
        if isinstance(kept, str) and kept:
            self.fill(f"{kept}{self.text}")
        return self.text

    def fill(self, text: str) -> None:
        """Put a text in, with the cursor at its end; undo brings back what was there."""
        self.replace(text, (0, 0), self.document.end)
        self.move_cursor(self.document.end)

    async def _on_key(self, event: events.Key) -> None:
        # The text area would take enter as a line break before any binding sees it.
        if event.key in command("prompt.send").key_names:
            event.stop()
            event.prevent_default()
            self.send()

    def action_command(self, command_id: str) -> None:
        """Run a command of the prompt."""
        self.dispatcher.run(command_id, self)

    @handles("prompt.send")
    def send(self) -> None:
        """Send what is typed."""
        if self.text.strip():
            self._recalled = None
            self.post_message(self.Sent(self.text.strip()))
        else:
            self.post_message(NothingToDo("Nothing is typed yet to be sent"))

    @handles("prompt.new_line")
    def new_line(self) -> None:
        """Put a line break in."""
        self.insert("\n")

    @handles("prompt.recall")
    def recall(self) -> None:
        """Recall the question before, in a prompt that is empty or shows a recalled one."""
        at = self._recalled
        if not self.text:
            at = len(self.questions)
        elif at is None or self.text != self.questions[at]:
            self.action_cursor_up()
            return
        if at > 0:
            self._recalled = at - 1
            self.fill(self.questions[self._recalled])
        else:
            asked = "This was the first question" if self.questions else "Nothing was asked before"
            self.post_message(NothingToDo(asked))

    def _say(self) -> None:
        if self._busy:
            self.border_title = (
                f"answering … {key_hint('app.escape', 'stops')} it and keeps what has come"
            )
        elif self._awaited:
            call = one_line(self._awaited, 50).replace("[", r"\[")
            self.border_title = f"type what {call} returns; {key_hint('prompt.send', 'sends')} it"
        else:
            leaves = f"{command('app.escape').key_label}: command keys"
            keys = " · ".join([*key_words(commands_for("prompt"), {}), leaves])
            goes = f"{key_hint('chat.prompt', 'goes')} to the prompt"
            self.border_title = keys if self.has_focus else goes

    def watch_has_focus(self, has_focus: bool) -> None:
        """Say which keys work here, or how to come back."""
        super().watch_has_focus(has_focus)  # its frame
        self._say()
