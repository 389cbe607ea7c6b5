"""Fields of a form: a labelled text with its problem, one of a few words, a fold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from tui.core.text.text import one_line, visible
from tui.widgets.nothing_to_do import NothingToDo
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Field(Vertical):
    """A labelled text field; its `Input` has the id `name`.

    What is wrong is said from outside and not by Textual's validators: they judge one value alone,
    at each key, and show by a border, of which a field of one line has none.
    """

    DEFAULT_CSS = """
    Field {
        height: auto;
        & > Horizontal { height: 1; }
        & .label { width: 16; color: $text-muted; }
        & Entry { width: 1fr; }
        & .hint { width: auto; color: $text-muted; padding: 0 0 0 1; }
        & > .problem { height: auto; padding: 0 0 0 16; color: $text-error; display: none; }
        &.-wrong > .problem { display: block; }
    }
    """

    def __init__(
        self,
        name: str,
        label: str,
        value: str,
        hint: str = "",
        placeholder: str = "",
        *,
        password: bool = False,
    ) -> None:
        super().__init__(id=f"field-{name}")
        self._label, self._hint = label, hint
        self._entry = Entry(
            value, placeholder=placeholder, id=name, compact=True, password=password
        )
        self._problem = Static("", classes="problem", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out label, field and hint, and the line for what is wrong."""
        with Horizontal():
            yield Static(self._label, classes="label", markup=False)
            yield self._entry
            yield Static(self._hint, classes="hint", markup=False)
        yield self._problem

    @property
    def value(self) -> str:
        """What is typed."""
        return self._entry.value

    def say(self, problem: str) -> None:
        """Show what is wrong with the field; an empty text takes it back."""
        if problem:
            self._problem.update(f"✗ {visible(problem)}")
        self.set_class(bool(problem), "-wrong")


class OneOf(Widget, can_focus=True):
    """One of a few words, switched with left, right or space.

    Textual's `RadioSet` in one line was tried in a terminal: it wants an arrow and space for each
    choice, takes up and down away from moving between fields, and shows what is chosen by the
    colour of a bullet alone, which 16 colours or none do not tell; it also writes twice as many
    bytes for each key.
    """

    DEFAULT_CSS = """
    OneOf { height: 1; width: 1fr; }
    OneOf:focus { text-style: reverse; }
    """
    PLACES = ("fields",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Before", show=False, id="fields.previous"),
        Binding("right,space", "move(1)", "Next", show=False, id="fields.next"),
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
        self.words = words
        self.set_reactive(OneOf.value, value)

    def render(self) -> Text:
        """Show all words, the one chosen in brackets."""
        shown = (f"[{w}]" if w == self.value else f" {w} " for w in self.words)
        return Text(" ".join(shown), no_wrap=True)

    def action_move(self, by: int) -> None:
        """Choose the word before or after."""
        if len(self.words) == 1:
            self.post_message(NothingToDo("There is only one choice"))
        self.value = self.words[(self.words.index(self.value) + by) % len(self.words)]
        self.post_message(self.Changed(self, self.value))

    def on_click(self) -> None:
        """Choose the next word."""
        self.action_move(1)


class Fold(Widget, can_focus=True):
    """A line that opens and closes what is folded away below it.

    Textual's `Collapsible` has enter as its only key (pressed in a terminal; the rest is from its
    source) and is laid out again when its title changes, which here tells the values that are
    folded away as they are typed.
    """

    DEFAULT_CSS = """
    Fold { height: 1; width: 1fr; }
    Fold:focus { text-style: reverse; }
    """
    PLACES = ("fold",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "turn", "Unfold or fold", show=False, id="fold.turn"),
        Binding("right", "put(True)", "Unfold", show=False, id="fold.open"),
        Binding("left", "put(False)", "Fold", show=False, id="fold.close"),
    ]

    open: reactive[bool] = reactive(False)
    words: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """It was opened or closed."""

        fold: Fold

        @property
        def control(self) -> Fold:
            """The widget it happened in."""
            return self.fold

    def render(self) -> Text:
        """Say what is folded away."""
        mark = "▾ less" if self.open else "▸ more"
        return Text.assemble(
            (f"{mark:<16}", "bold"), (one_line(self.words, 300), "dim"), no_wrap=True,
            overflow="ellipsis",
        )  # fmt: skip

    def watch_open(self) -> None:
        """Tell that it was opened or closed."""
        self.post_message(self.Changed(self))

    def action_turn(self) -> None:
        """Open what is closed, close what is open."""
        self.open = not self.open

    def action_put(self, wanted: bool) -> None:
        """Open or close."""
        if self.open == wanted:
            self.post_message(NothingToDo(f"It is {'unfolded' if wanted else 'folded'} already"))
        self.open = wanted

    def on_click(self) -> None:
        """Open what is closed, close what is open."""
        self.open = not self.open
