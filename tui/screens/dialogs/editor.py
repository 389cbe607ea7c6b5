"""Dialogs that edit a text, JSON or one line; a text too long is only shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.text import Text
from textual.widgets import Input, Static, TextArea

from tui.commands import key_hint
from tui.core.text.text import plural, visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.confirm import leave
from tui.screens.dialogs.kept_fields import place_of
from tui.screens.host import host_of
from tui.widgets.reading_scroll import ReadingScroll
from tui.widgets.text_fields import EditArea, Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

# Beyond these, Textual's text area takes over half a second for a key press.
LONGEST_LINE = 50_000
LONGEST_TEXT = 500_000
# A text is checked as it is typed up to here; a longer one when it is kept.
CHECKED_TYPING = 100_000
# What the key that keeps a text says of one that is wrong, so that it is seen to do something.
NOT_KEPT = "Not kept: "


def kept_words() -> str:
    """Return what is said, with the keys in use."""
    return f"Typed here when the program ended, and kept; {key_hint('text.undo', 'takes')} it out."


# How much of a text that is too long is shown.
SHOWN = 20_000


def fine(_text: str) -> str:
    """Find nothing wrong with any text."""
    return ""


def typed_line(value: str, before: str) -> str:
    """Return what was typed without blanks around it; what was there before stays as it is."""
    return value if value == before else value.strip()


def too_long(text: str) -> str:
    """Return why a text cannot be edited here, or nothing."""
    longest = max(map(len, text.split("\n")))
    if longest > LONGEST_LINE:
        return f"one of its lines has {plural(longest, 'character')}"
    return f"it has {plural(len(text), 'character')}" if len(text) > LONGEST_TEXT else ""


class TextEditor(Dialog[str]):
    """Answers with the new text. `check` says what is wrong with a text, or nothing.

    `live` runs the check as one types, and says so when nothing is wrong. What is typed is kept
    under the name `keep`, or by the title, until the editor is left: an end of the program
    between does not lose it. With a `hint` on top it is a smaller box for a text of its own:
    tab leaves the text, and an empty one is none.
    """

    DEFAULT_CSS = """
    TextEditor > .dialog { width: 96%; height: 92%; }
    TextEditor.-small > .dialog { width: 76; height: 16; }
    TextEditor TextArea { height: 1fr; }
    """
    WHERE = "editor"

    def __init__(
        self,
        title: str,
        text: str,
        check: Callable[[str], str] = fine,
        *,
        live: bool = False,
        keep: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(title, classes="-small" if hint else None)
        self._text, self._check, self._live = text, check, live
        self.kept_at = keep or place_of(title)
        self._hint = hint

    def compose_content(self) -> ComposeResult:
        """Lay out the text and its keys."""
        if self._hint:
            yield Static(self._hint, classes="question", markup=False)
        yield EditArea(
            self._text,
            soft_wrap=True,
            tab_behavior="focus" if self._hint else "indent",
            show_line_numbers=self._live,
        )
        yield Static("", classes="problem", markup=False)
        yield self.key_hints(keep="keeps, empty is none") if self._hint else self.key_hints()

    def on_mount(self) -> None:
        """Begin at the end of a text, where most additions go, and at the top of JSON."""
        area = self.query_one(TextArea)
        if not self._live:
            area.move_cursor(area.document.end)

    def bring_back(self) -> None:
        """Put in what was typed here when the program ended; undo takes it out again."""
        workspace = host_of(self).workspace
        kept = workspace.typed.get(self.kept_at) if workspace is not None else None
        area = self.query_one(TextArea)
        if isinstance(kept, str) and kept != area.text:
            area.replace(kept, (0, 0), area.document.end)
            area.move_cursor(area.document.end)
            self.query_one(".problem", Static).update(kept_words())

    def _keep_typed(self, text: str) -> None:
        workspace = host_of(self).workspace
        if workspace is not None:
            workspace.typed.put(self.kept_at, "" if text == self._text else text)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Keep what is typed, and say what is wrong with it."""
        self._keep_typed(event.text_area.text)
        if self._live and len(event.text_area.text) <= CHECKED_TYPING:
            self._say(self._check(event.text_area.text), "✓ JSON without mistakes")

    def _say(self, problem: str, well: str = "") -> None:
        text = Text(f"✗ {visible(problem)}") if problem else Text(well, "green")
        self.query_one(".problem", Static).update(text)

    @handles("editor.keep")
    def keep(self) -> None:
        """Answer with the text, unless the check finds it wrong."""
        text = self.query_one(TextArea).text
        if problem := self._check(text):
            self._say(f"{NOT_KEPT}{problem}")
        else:
            self._keep_typed(self._text)
            self.dismiss(text)

    @handles("editor.leave")
    def leave(self) -> None:
        """Leave; asks when something was typed."""
        typed = self.query_one(TextArea).text != self._text
        leave(self, "editor", typed=typed, dropped=lambda: self._keep_typed(self._text))


class LineEditor(Dialog[str]):
    """Asks for one line of text, such as a name; `check` says what is wrong with it."""

    WHERE = "line"

    def __init__(
        self, title: str, value: str, hint: str, check: Callable[[str], str] = fine
    ) -> None:
        super().__init__(title)
        self._value, self._hint, self._check = value, hint, check

    def compose_content(self) -> ComposeResult:
        """Lay out the field and its keys."""
        yield Static(self._hint, classes="question", markup=False)
        yield Entry(self._value, id="line")
        yield Static("", classes="problem", markup=False)
        yield self.key_hints(cancel="leaves")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong as it is typed."""
        problem = self._check(event.value.strip())
        self.query_one(".problem", Static).update(f"✗ {visible(problem)}" if problem else "")

    @handles("line.keep")
    def keep(self) -> None:
        """Answer with the line unless it is wrong."""
        typed = typed_line(self.query_one(Input).value, self._value)
        problem = "" if typed == self._value else self._check(typed)
        if problem:
            self.query_one(".problem", Static).update(f"✗ {NOT_KEPT}{visible(problem)}")
        else:
            self.dismiss(typed)


class TooLong(Dialog[Literal["outside"]]):
    """Shows the beginning of a text too long to edit here, and offers $EDITOR."""

    DEFAULT_CSS = """
    TooLong > .dialog { width: 96%; height: 92%; }
    TooLong VerticalScroll { height: 1fr; }
    """
    WHERE = "too_long"

    def __init__(self, title: str, text: str, why: str) -> None:
        super().__init__(f"{title} · read only")
        self._text, self._why = text, why

    def compose_content(self) -> ComposeResult:
        """Lay out why, and the beginning of the text."""
        note = f"Too long to edit here: {self._why}. Shown is the beginning."
        yield Static(note, classes="question", markup=False)
        with ReadingScroll():
            yield Static(visible(self._text[:SHOWN]), markup=False)
        yield self.key_hints(cancel="leaves")

    @handles("too_long.outside")
    def edit_outside(self) -> None:
        """Answer that it is to be edited outside."""
        self.dismiss("outside")
