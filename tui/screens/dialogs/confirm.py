"""Questions: yes or no, for what cannot be undone a word to type, and for money an amount."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from textual.widgets import Input, Static

from tui.commands import command
from tui.core.text.text import visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult


class Confirm(Dialog[bool]):
    """Asks a plain question; y or enter is yes, n is no, esc leaves it open (None)."""

    WHERE = "confirm"

    def __init__(self, title: str, question: str, yes: str = "yes", no: str = "no") -> None:
        super().__init__(title)
        self._question, self._yes, self._no = question, yes, no

    def compose_content(self) -> ComposeResult:
        """Lay out the question and its two keys."""
        yield Static(visible(self._question), classes="question", markup=False)
        yield self.key_hints(yes=self._yes, no=self._no, cancel=None)

    @handles("confirm.yes")
    def yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    @handles("confirm.no")
    def no(self) -> None:
        """Answer no."""
        self.dismiss(False)


class GoOn(Dialog[bool]):
    """A question whose answer is no unless y is pressed: enter, n and esc go back."""

    WHERE = "go_on"

    def __init__(self, title: str, question: str, yes: str, no: str) -> None:
        super().__init__(title)
        self._question, self._yes, self._no = question, yes, no

    def compose_content(self) -> ComposeResult:
        """Lay out the question and its keys."""
        also = command("go_on.no").labels[1]
        yield Static(visible(self._question), classes="question", markup=False)
        yield self.key_hints(yes=self._yes, no=f"or {also} {self._no}", cancel=None)

    @handles("go_on.yes")
    def yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    @handles("go_on.no")
    def no(self) -> None:
        """Answer no."""
        self.dismiss(False)


class TypedConfirm(Dialog[bool]):
    """Says what will happen and asks for a word to be typed; nothing else lets it happen.

    `also` are other words that will do, such as a full name for its short form.
    """

    WHERE = "typed"

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
        yield self.key_hints(cancel="leaves everything as it is")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        self.go_on()

    @handles("typed.go_on")
    def go_on(self) -> None:
        """Go on only if the word is right."""
        if self.query_one(Input).value.strip() in self._accepted:
            self.dismiss(True)
        else:
            problem = f"That is not {visible(self._word)}. Nothing has been done."
            self.query_one(".problem", Static).update(problem)


class TypedAmount(Dialog[Decimal]):
    """Says what will happen and asks for an amount of money; answers with it, or None."""

    WHERE = "amount"

    def __init__(self, title: str, statement: str, currency: str) -> None:
        super().__init__(title)
        self._statement, self._currency = statement, currency

    def compose_content(self) -> ComposeResult:
        """Lay out the statement and the field."""
        yield Static(visible(self._statement), classes="question", markup=False)
        yield Static(f"Type the most it may count as, in {visible(self._currency)}:", markup=False)
        yield Entry(id="typed")
        yield Static("", classes="problem", markup=False)
        yield self.key_hints(cancel="leaves everything as it is")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        self.go_on()

    @handles("amount.go_on")
    def go_on(self) -> None:
        """Go on only with an amount."""
        try:
            typed = self.query_one(Input).value.strip()
            amount = Decimal(typed.removesuffix(self._currency).strip())
        except InvalidOperation:
            amount = Decimal(0)
        if amount.is_finite() and amount > 0:
            self.dismiss(amount)
            return
        problem = "That is not an amount such as 12.50. Nothing has been done."
        self.query_one(".problem", Static).update(problem)
