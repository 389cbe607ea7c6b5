"""Text fields of one line or many that keep every character as it was typed.

Textual's own split a text at every character that Python calls a line break, join it again
with one kind of them, and hand control characters on to the terminal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text
from textual.expand_tabs import expand_tabs_inline
from textual.geometry import Offset
from textual.reactive import reactive
from textual.widgets import Input, TextArea

from tui.core.text.placeholders import Placeholders
from tui.core.text.text import encodable
from tui.widgets.nothing_to_do import NothingToDo

if TYPE_CHECKING:
    from textual import events
    from textual.document._document import EditResult, Location
    from textual.document._edit import Edit

_TAB = 4  # cells, as Textual's field has them


class EditArea(TextArea):
    r"""A text of many lines, of which only `\n` ends one.

    What else breaks lines, and what cannot be seen, stands in its line as one cell and stays
    where it is; `text` is always the text itself.
    """

    # Idle writes nothing, over SSH too.
    cursor_blink = reactive(False, init=False)

    def __init__(self, text: str = "", **options: Any) -> None:
        """Edit `text`; the options are those of TextArea."""
        self._held = Placeholders()
        self._given, self._given_held = text, self._held.hold(text)
        super().__init__(self._given_held, **options)

    @property
    def text(self) -> str:
        """The text as it is now; setting it starts over, without undo."""
        now = self.document.text
        return self._given if now == self._given_held else self._held.free(now)

    @text.setter
    def text(self, value: str) -> None:
        self._held = Placeholders()
        self._given, self._given_held = value, self._held.hold(value)
        self.load_text(self._given_held)

    def edit(self, edit: Edit) -> EditResult:
        """Do an edit; what it takes out is told as the text that it was."""
        edit.text = self._held.hold_more(edit.text)
        done = super().edit(edit)
        return replace(done, replaced_text=encodable(self._held.free(done.replaced_text)))

    def get_text_range(self, start: Location, end: Location) -> str:
        """Return the text of a range, as it may be copied."""
        return encodable(self._held.free(super().get_text_range(start, end)))

    def get_line(self, line_index: int) -> Text:
        """Return a line as it is shown."""
        line = self.document.get_line(line_index)
        return Text(self._held.shown(line), end="", no_wrap=True)

    def action_undo(self) -> None:
        """Take back what was typed last."""
        before = self.document.text
        super().action_undo()
        if self.document.text == before:
            self.post_message(NothingToDo("Nothing typed is left to take back"))

    def action_redo(self) -> None:
        """Type what was taken back again."""
        before = self.document.text
        super().action_redo()
        if self.document.text == before:
            self.post_message(NothingToDo("Nothing was taken back"))

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if self.read_only:
            return
        # Terminals send a carriage return for each line break of what is pasted.
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        if (result := self._replace_via_keyboard(text, *self.selection)) is not None:
            self.move_cursor(result.end_location)
            self.focus()


class Entry(Input):
    """A text of one line; what cannot be seen in it is shown as one cell and stays.

    Of a password only dots are shown, and nothing is copied.
    """

    cursor_blink = reactive(False, init=False)

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the next character comes; Textual says one further at the end."""
        at_end = self.cursor_position >= len(self.value)
        return super().cursor_screen_offset - Offset(int(at_end), 0)

    def action_copy(self) -> None:
        """Copy what is selected."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected."""
        if not self.password:
            super().action_cut()

    @property
    def _shown(self) -> str:
        held = Placeholders()
        return held.shown(held.hold(self.value)).replace("\n", "\u240a")

    @property
    def _value(self) -> Text:
        if self.password:
            return super()._value
        text = Text(self._shown, no_wrap=True, overflow="ignore", end="")
        if self.highlighter is not None:
            text = self.highlighter(text)
        return text

    def _position_to_cell(self, position: int) -> int:
        return cell_len(expand_tabs_inline(self._shown[:position], _TAB))

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        line = event.text.replace("\r", "\n").split("\n", 1)[0]
        if line and self.selection.is_empty:
            self.insert_text_at_cursor(line)
        elif line:
            self.replace(line, *sorted(self.selection))
