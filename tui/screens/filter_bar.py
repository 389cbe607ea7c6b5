"""The line above the list in which a filter is typed, with the count of rows found so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tui.commands import commands_for, key_hint
from tui.core.text.text import visible
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult


def _commands() -> dict[str, str]:
    return {key: one.name for one in commands_for("filter") for key in one.key_names}


class FilterField(Entry):
    """The text field; keys that concern the list or saved filters call `told` at once.

    Subclasses explain the language of their filter in `HELP`.
    """

    PLACES = ("filter",)
    told: Callable[[str], None] = staticmethod(lambda _what: None)

    def __init__(self, placeholder: str) -> None:
        super().__init__(id="filter", compact=True, placeholder=placeholder)

    def allow_focus(self) -> bool:
        """Only while the bar is shown: Textual would give it the focus of a screen that opens."""
        shown = all(bar.display for bar in self.ancestors if isinstance(bar, FilterBar))
        return shown and super().allow_focus()

    def on_key(self, event: events.Key) -> None:
        """Pass on keys that are not for the text; `told` hears the command's name.

        Not by bindings, which run later than the letters typed after them.
        """
        if self.screen.focused is not self:  # typed ahead, after the key that left the field
            self.app.post_message(events.Key(event.key, event.character))
        elif (what := _commands().get(event.key)) is not None:
            self.told(what)
        else:
            return
        event.stop()
        event.prevent_default()


def filter_keys() -> str:
    """Return what is said, with the keys in use."""
    return " · ".join(
        key_hint(of, word)
        for of, word in (
            ("app.help", "tells all"),
            ("filter.keep", "keeps"),
            ("filter.leave", "leaves"),
        )
    )


class FilterBar(Vertical):
    """The field with its count; below it, while there is one, what is wrong."""

    DEFAULT_CSS = """
    FilterBar {
        height: auto;
        & > Horizontal { height: 1; padding: 0 1; background: $panel; }
        & .slash { width: 2; color: $text-muted; }
        & FilterField { width: 1fr; }
        & #filter-count { width: auto; padding: 0 0 0 1; color: $text-muted; }
        & #filter-problem { display: none; height: auto; padding: 0 3; color: $text-error; }
        &.-wrong #filter-problem { display: block; }
    }
    """

    def __init__(self, field: FilterField) -> None:
        """Hide the field until somebody wants to type in it."""
        super().__init__(id="filter-bar")
        self.display = False
        self.field = field
        # Called with what is typed, and with what a key of the field means (see `FilterField`).
        self.typed: Callable[[str], None] = lambda _text: None
        self.told: Callable[[str], None] = lambda _what: None

    def compose(self) -> ComposeResult:
        """Lay out the field, the count and the line for what is wrong."""
        with Horizontal():
            yield Static("/", classes="slash", markup=False)
            yield self.field
            yield Static("", id="filter-count", markup=False)
        yield Static("", id="filter-problem", markup=False)

    def on_mount(self) -> None:
        """Have the field tell what its keys mean."""
        self.field.told = self.told

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what is typed."""
        event.stop()
        self.typed(event.value)

    def open(self) -> None:
        """Show the field, to be typed in."""
        self.display = True
        self.screen.set_focus(self.field)

    def close(self) -> None:
        """Empty the field and hide it."""
        self.fill("")
        self.display = False

    def fill(self, text: str) -> None:
        """Put a text into the field as if it had been typed and dealt with."""
        with self.prevent(Input.Changed):
            self.field.value = text
        self.say("")

    def count(self, text: str) -> None:
        """Show how many rows match."""
        self.query_one("#filter-count", Static).update(text)

    def say(self, problem: str) -> None:
        """Show what is wrong with the filter; an empty text takes it back."""
        if problem:
            self.query_one("#filter-problem", Static).update(f"✗ {visible(problem)}")
        self.set_class(bool(problem), "-wrong")
