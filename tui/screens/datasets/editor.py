"""The editor of one text: a message, or a whole line that is no valid JSON yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static, TextArea

from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.confirm import Confirm

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

# Beyond this in one line, Textual's text area takes over half a second for a key press.
LONGEST_LINE = 50_000


class TextEditor(Dialog[str]):
    """Answers with the new text. `check` says what is wrong with a text, or nothing."""

    DEFAULT_CSS = """
    TextEditor > .dialog { width: 96%; height: 92%; }
    TextEditor TextArea { height: 1fr; border: none; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "done", "Done", show=False, priority=True),
        # A text area in which tab indents keeps esc for itself.
        Binding("escape", "cancel", "Leave", show=False, priority=True),
    ]

    def __init__(
        self, title: str, text: str, check: Callable[[str], str] = lambda _text: ""
    ) -> None:
        super().__init__(title)
        self._text, self._check = text, check

    def compose_content(self) -> ComposeResult:
        """Lay out the text and its keys."""
        yield TextArea(self._text, soft_wrap=True, tab_behavior="indent", show_line_numbers=False)
        yield Static("", classes="problem", markup=False)
        yield Static("ctrl+s keeps · esc leaves · ctrl+z undoes", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Begin at the end of the text, where most additions go."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)

    def action_done(self) -> None:
        """Answer with the text, unless the check finds it wrong."""
        text = self.query_one(TextArea).text
        if problem := self._check(text):
            self.query_one(".problem", Static).update(problem)
        else:
            self.dismiss(text)

    def action_cancel(self) -> None:
        """Leave; asks when something was typed."""
        if self.query_one(TextArea).text == self._text:
            self.dismiss(None)
            return
        question = Confirm("Leave the editor", "Drop what you have typed?", "drop it", "go on")
        self.app.push_screen(question, self._leave_if)

    def _leave_if(self, answer: bool | None) -> None:
        if answer:
            self.dismiss(None)
