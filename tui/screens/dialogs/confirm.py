"""Dialogs that confirm: yes or no, a word to type before what is final, an amount of money."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.widgets import Static

from tui.commands import command, either, key_hint
from tui.core.text.text import visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.frame.key_hints import KeyHints
from tui.widgets.reading_scroll import ReadingScroll
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from textual.app import ComposeResult

T = TypeVar("T")
_SHARE, _BORDERS, _LEAST = 0.94, 2, 2  # of the terminal a dialog may take; rows


class Confirm(Dialog[bool]):
    """Asks a plain question; y or enter is yes, n is no, esc leaves it open (None).

    `yes` and `no` say what happens then; `leaves` says it of esc where that is not what a no does.
    """

    WHERE = "confirm"

    def __init__(
        self, title: str, question: str, yes: str = "yes", no: str = "no", leaves: str = ""
    ) -> None:
        super().__init__(title)
        self._question, self._yes, self._no, self._leaves = question, yes, no, leaves

    def compose_content(self) -> ComposeResult:
        """Lay out the question and its keys."""
        yield Static(visible(self._question), classes="question", markup=False)
        yield KeyHints(self._told_keys())

    def _told_keys(self) -> list[str]:
        """Return what each key does: all that answer are told, by what comes of them."""
        keys: dict[str, list[str]] = {}
        for name, word in (
            (f"{self.WHERE}.yes", self._yes),
            (f"{self.WHERE}.no", self._no),
            ("dialog.cancel", self._leaves or self._no),
        ):
            keys.setdefault(word, []).extend(command(name).labels)
        return [f"{either(labels)} {word}" for word, labels in keys.items() if labels]

    @handles("confirm.yes", "go_on.yes")
    def yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    @handles("confirm.no", "go_on.no")
    def no(self) -> None:
        """Answer no."""
        self.dismiss(False)


def leave(
    dialog: Dialog[Any], what: str, *, typed: bool, dropped: Callable[[], None] = lambda: None
) -> None:
    """Close a dialog without an answer; asks when something was typed, which is then dropped."""

    def answered(yes: bool | None) -> None:
        if yes:
            dropped()
            dialog.dismiss(None)

    if typed:
        question = Confirm(f"Leave the {what}", "Drop what you have typed?", "drop it", "go on")
        dialog.app.push_screen(question, answered)
    else:
        dialog.dismiss(None)


class GoOn(Confirm):
    """A question whose answer is no unless y is pressed: enter, n and esc go back."""

    WHERE = "go_on"


class Typed(Dialog[T]):
    """Asks for something to be typed, below a statement; `asked` stands right above the field.

    `wrong` is what is said of anything that `read` takes for no answer. A statement that is too
    long for the terminal scrolls: the field and the keys are always in view.
    """

    DEFAULT_CSS = """
    Typed {
        & .statement { height: auto; margin: 0 0 1 0; }
        & .statement > .question { margin: 0; }
    }
    """
    CANCEL: ClassVar[str] = "cancels"  # what esc does

    def __init__(
        self,
        title: str,
        statement: str,
        wrong: str,
        *,
        asked: str = "",
        value: str = "",
        placeholder: str = "",
    ) -> None:
        super().__init__(title)
        self._statement, self._asked, self._wrong = statement, asked, wrong
        self._entry = Entry(value, placeholder=placeholder, id="typed")

    def compose_content(self) -> ComposeResult:
        """Lay out the statement and the field."""
        with ReadingScroll(classes="statement", can_focus=False):
            yield Static(visible(self._statement), classes="question", markup=False)
        yield from self.compose_more()
        if self._asked:
            yield Static(visible(self._asked), id="asked", markup=False)
        yield self._entry
        yield Static("", classes="problem", markup=False)
        paging = {"statement.up": None, "statement.down": None}  # told where it is of use
        yield self.key_hints(cancel=self.CANCEL, **paging)

    def on_resize(self) -> None:
        """Leave the statement the rows that nothing else needs."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        box, statement = self.query_one(".dialog"), self.query_one(".statement")
        others = (one for one in box.children if one is not statement)
        taken = sum(one.outer_size.height + one.styles.margin.height for one in others)
        room = max(int(self.size.height * _SHARE) - _BORDERS - taken - 1, _LEAST)
        statement.styles.max_height = room
        if (asked := self.query_one_optional("#asked", Static)) is not None:
            longer = statement.virtual_size.height > room
            more = f"  ({key_hint('statement.down', 'reads on')})" if longer else ""
            asked.update(f"{visible(self._asked)}{more}")

    @handles("statement.up", "statement.down")
    def read_on(self, command_id: str) -> None:
        """Scroll the statement while the field keeps the focus."""
        statement = self.query_one(".statement")
        page = statement.size.height
        self.scroll_part(statement, -page if command_id == "statement.up" else page)

    def compose_more(self) -> ComposeResult:
        """Yield what else is to be decided, between the statement and the field."""
        yield from ()

    def read(self, typed: str) -> T | None:
        """Return the answer that was typed, None if it is none."""
        raise NotImplementedError

    @handles("typed.go_on", "amount.go_on", "epochs.take", "prompts.take")
    def go_on(self) -> None:
        """Go on only with an answer."""
        answer = self.read(self._entry.value.strip())
        if answer is not None:
            self.dismiss(answer)
        else:
            self.query_one(".problem", Static).update(visible(self._wrong))
            self.call_after_refresh(self._fit)


class TypedConfirm(Typed[bool]):
    """Asks for a word to be typed. `also` will do, such as a full name for its short form."""

    WHERE = "typed"
    KEEPS = False  # the confirmation is typed each time
    SHARED = ("statement",)  # one that also has fields has their keys too
    CANCEL = "leaves everything as it is"

    def __init__(self, title: str, statement: str, word: str, also: Collection[str] = ()) -> None:
        wrong = f"That is not {word}. Nothing has been done."
        super().__init__(title, statement, wrong, asked=f"Type {word} to go on:")
        self.word = word
        self._accepted = {word, *also}

    def read(self, typed: str) -> bool | None:
        """Return a yes only if the word is right."""
        return True if typed in self._accepted else None


class TypedAmount(Typed[Decimal]):
    """Asks for an amount of money."""

    WHERE = "amount"
    KEEPS = False  # the confirmation is typed each time
    CANCEL = "leaves everything as it is"

    def __init__(self, title: str, statement: str, currency: str) -> None:
        asked = f"Type the most it may count as, in {currency}:"
        wrong = "That is not an amount such as 12.50. Nothing has been done."
        super().__init__(title, statement, wrong, asked=asked)
        self._currency = currency

    def read(self, typed: str) -> Decimal | None:
        """Return the amount; it is more than nothing."""
        try:
            amount = Decimal(typed.removesuffix(self._currency).strip())
        except InvalidOperation:
            return None
        return amount if amount.is_finite() and amount > 0 else None
