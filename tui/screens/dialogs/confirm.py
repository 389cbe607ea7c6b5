"""Questions: yes or no, for what cannot be undone a word to type, and for money an amount."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from tui.core.text.text import visible
from tui.screens.dialogs.base import Dialog
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult


class Confirm(Dialog[bool]):
    """Asks a plain question; y or enter is yes, n is no, esc leaves it open (None)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "yes", "Yes", show=False),
        Binding("n", "no", "No", show=False),
    ]

    def __init__(self, title: str, question: str, yes: str = "yes", no: str = "no") -> None:
        super().__init__(title)
        self._question, self._yes, self._no = question, yes, no

    def compose_content(self) -> ComposeResult:
        """Lay out the question and its two keys."""
        yield Static(visible(self._question), classes="question", markup=False)
        yield Static(f"y {self._yes}   n {self._no}", classes="keys", markup=False)

    def action_yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Answer no."""
        self.dismiss(False)


class TypedConfirm(Dialog[bool]):
    """Says what will happen and asks for a word to be typed; nothing else lets it happen.

    `also` are other words that will do, such as a full name for its short form.
    """

    def __init__(self, title: str, statement: str, word: str, also: Collection[str] = ()) -> None:
        super().__init__(title)
        self._statement, self._word = statement, word
        self._accepted = {word, *also}

    def compose_content(self) -> ComposeResult:
        """Lay out the statement and the field."""
        yield Static(visible(self._statement), classes="question", markup=False)
        yield Static(f"Type {visible(self._word)} to go on:", markup=False)
        yield Entry(id="typed")
        yield Static("", classes="problem", markup=False)
        yield Static("enter goes on · esc leaves everything as it is", classes="keys", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on only if the word is right."""
        event.stop()
        if event.value.strip() in self._accepted:
            self.dismiss(True)
        else:
            problem = f"That is not {visible(self._word)}. Nothing has been done."
            self.query_one(".problem", Static).update(problem)


class TypedAmount(Dialog[Decimal]):
    """Says what will happen and asks for an amount of money; answers with it, or None."""

    def __init__(self, title: str, statement: str, currency: str) -> None:
        super().__init__(title)
        self._statement, self._currency = statement, currency

    def compose_content(self) -> ComposeResult:
        """Lay out the statement and the field."""
        yield Static(visible(self._statement), classes="question", markup=False)
        yield Static(f"Type the most it may count as, in {visible(self._currency)}:", markup=False)
        yield Entry(id="typed")
        yield Static("", classes="problem", markup=False)
        yield Static("enter goes on · esc leaves everything as it is", classes="keys", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on only with an amount."""
        event.stop()
        try:
            amount = Decimal(event.value.strip().removesuffix(self._currency).strip())
        except InvalidOperation:
            amount = Decimal(0)
        if amount.is_finite() and amount > 0:
            self.dismiss(amount)
            return
        problem = "That is not an amount such as 12.50. Nothing has been done."
        self.query_one(".problem", Static).update(problem)
