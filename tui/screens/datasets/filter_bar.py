"""The line above the list in which a filter is typed, and what is found so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tui.core.filtering.fields import HELP
from tui.core.text import visible

if TYPE_CHECKING:
    from textual.app import ComposeResult


class FilterField(Input):
    """The text field; keys that concern the list or saved filters become messages."""

    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "tell('left')", "Clear", show=False),
        Binding("down", "tell('recalled')", "Saved and recent", show=False),
        Binding("ctrl+s", "tell('saved')", "Save", show=False),
    ]

    @dataclass
    class Told(Message):
        """A key was pressed: `what` is left, recalled or saved."""

        what: str

    def action_tell(self, what: str) -> None:
        """Pass a key on."""
        self.post_message(self.Told(what))


class FilterBar(Vertical):
    """The field with its count; below it, while there is one, what is wrong."""

    DEFAULT_CSS = """
    FilterBar {
        height: auto; display: none;
        &.-shown { display: block; }
        & > Horizontal { height: 1; padding: 0 1; background: $panel; }
        & .slash { width: 2; color: $text-muted; }
        & FilterField { width: 1fr; }
        & #filter-count { width: auto; padding: 0 0 0 1; color: $text-muted; }
        & #filter-problem { display: none; height: auto; padding: 0 3; color: $text-error; }
        &.-wrong #filter-problem { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="filter-bar")

    def compose(self) -> ComposeResult:
        """Lay out the field, the count and the line for what is wrong."""
        with Horizontal():
            yield Static("/", classes="slash", markup=False)
            yield FilterField(
                id="filter",
                compact=True,
                placeholder="words, role:tool, tokens>4000, issue:secret … F1 lists all",
            )
            yield Static("", id="filter-count", markup=False)
        yield Static("", id="filter-problem", markup=False)

    @property
    def field(self) -> FilterField:
        """The text field."""
        return self.query_one(FilterField)

    def count(self, text: str) -> None:
        """Show how many rows match."""
        self.query_one("#filter-count", Static).update(text)

    def say(self, problem: str) -> None:
        """Show what is wrong with the filter; an empty text takes it back."""
        if problem:
            self.query_one("#filter-problem", Static).update(f"✗ {visible(problem)}")
        self.set_class(bool(problem), "-wrong")
