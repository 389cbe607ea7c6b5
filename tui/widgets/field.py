"""One line of a form: a label, what is typed, and below it what is wrong with that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.core.text import visible

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Field(Vertical):
    """A labelled text field; its `Input` has the id `name`."""

    DEFAULT_CSS = """
    Field {
        height: auto;
        & > Horizontal { height: 1; }
        & .label { width: 16; color: $text-muted; }
        & Input { width: 1fr; }
        & .hint { width: auto; color: $text-muted; padding: 0 0 0 1; }
        & > .problem { height: auto; padding: 0 0 0 16; color: $text-error; display: none; }
        &.-wrong > .problem { display: block; }
    }
    """

    def __init__(self, name: str, label: str, value: str, hint: str = "") -> None:
        super().__init__(id=f"field-{name}")
        self._field, self._label, self._value, self._hint = name, label, value, hint

    def compose(self) -> ComposeResult:
        """Lay out label, field and hint, and the line for what is wrong."""
        with Horizontal():
            yield Static(self._label, classes="label", markup=False)
            yield Input(self._value, id=self._field, compact=True)
            yield Static(self._hint, classes="hint", markup=False)
        yield Static("", classes="problem", markup=False)

    def say(self, problem: str) -> None:
        """Show what is wrong with the field; an empty text takes it back."""
        if problem:
            self.query_one(".problem", Static).update(f"✗ {visible(problem)}")
        self.set_class(bool(problem), "-wrong")


class OneOf(Widget, can_focus=True):
    """One of a few words, switched with left, right or space."""

    DEFAULT_CSS = """
    OneOf { height: 1; width: 1fr; }
    OneOf:focus { text-style: reverse; }
    """
    HELP = "← → or space switches."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Before", show=False),
        Binding("right,space", "move(1)", "Next", show=False),
    ]

    value: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """Another word was chosen."""

        one_of: OneOf
        value: str

        @property
        def control(self) -> OneOf:
            """The widget it happened in."""
            return self.one_of

    def __init__(self, words: tuple[str, ...], value: str, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._words = words
        self.set_reactive(OneOf.value, value)

    def render(self) -> Text:
        """Show all words, the one chosen in brackets."""
        shown = (f"[{w}]" if w == self.value else f" {w} " for w in self._words)
        return Text(" ".join(shown), no_wrap=True)

    def action_move(self, by: int) -> None:
        """Choose the word before or after."""
        self.value = self._words[(self._words.index(self.value) + by) % len(self._words)]
        self.post_message(self.Changed(self, self.value))

    def on_click(self) -> None:
        """Choose the next word."""
        self.action_move(1)
