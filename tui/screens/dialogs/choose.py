"""The dialog to choose from a list that narrows as one types."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Input

from tui.core.text.paths import path_line
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

T = TypeVar("T")
_APART = 2  # blanks between columns
_FEWEST, _MOST = 3, 12  # rows of the list


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One thing to choose: its value, what it is called, a remark, and the key it has.

    Of `names`, such as paths and ids, the middle is cut where a line is too short, not the end.
    """

    value: T
    title: str
    remark: str = ""
    key: str = ""
    names: bool = False


class Choose(Dialog[T]):
    """Answers with the value chosen, or None.

    With `typed`, which makes a value of a text, what is typed can be chosen as it stands, and
    so can a current value that is not listed: above the matches, as the first row.
    """

    WHERE = "choose"
    CHOSEN = "choose.take"

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice[T]],
        current: T | None = None,
        *,
        empty: str = "nothing fits",
        typed: Callable[[str], T] | None = None,
        placeholder: str = "type to narrow",
    ) -> None:
        super().__init__(title)
        self._typed = typed
        self._placeholder = placeholder
        self._empty = empty
        self.choices = list(choices)
        self.listed = self.choices
        self._columns: tuple[int, int, int] | None = None  # for a width: of titles, of keys
        self._own: Choice[T] | None = None  # the row of what is typed
        self._current = current
        self._rows = 0  # of the list
        self._start = next((i for i, c in enumerate(self.choices) if c.value == current), 0)

    def compose_content(self) -> ComposeResult:
        """Lay out the field that narrows, and the list."""
        yield Entry(placeholder=self._placeholder, id="narrow")
        yield RecordList(empty=self._empty, id="choices")
        yield self.key_hints()

    def on_mount(self) -> None:
        """Show all choices with the current one under the cursor."""
        self._show("")
        self.query_one(RecordList).move_to(self._start)

    def offer(self, choices: Sequence[Choice[T]], *, empty: str = "nothing fits") -> None:
        """Offer other choices, as a fresh list arrives; what is under the cursor stays there."""
        listing = self.query_one(RecordList)
        under = self.listed[listing.cursor] if self.listed else None
        kept = self._current if under is None or under is self._own else under.value
        self.choices = list(choices)
        self._empty = empty
        self._show(self.query_one(Input).value)
        values = [choice.value for choice in self.listed]
        listing.move_to(values.index(kept) if kept in values else self._first)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._show(event.value)
        if self._typed is not None:
            self.query_one(RecordList).move_to(self._first)

    @property
    def _first(self) -> int:
        """The row of the first match."""
        return 1 if self._own is not None and len(self.listed) > 1 else 0

    def matching(self, typed: str) -> list[Choice[T]]:
        """Return the choices that fit what is typed, the best first."""
        words = typed.casefold().split()
        matches = [
            c for c in self.choices if all(w in f"{c.title} {c.remark}".casefold() for w in words)
        ]
        if words:  # what is called so comes before what only has the words in its remark
            matches.sort(key=partial(_distance, words))
        return matches

    def _show(self, typed: str) -> None:
        self._make_room()
        matches = self.matching(typed)
        self._columns = None
        self._own = self._as_typed(typed.strip())
        self.listed = matches if self._own is None else [self._own, *matches]
        self.query_one(RecordList).show(len(self.listed), self._row, empty=self._empty)

    def _make_room(self) -> None:
        """Have room for all choices, as far as there is any; typing changes nothing of it."""
        rows = len(self.choices) + (self._typed is not None)
        if (rows := min(max(rows, self._rows, _FEWEST), _MOST)) != self._rows:
            self._rows = rows
            self.query_one(RecordList).styles.height = rows

    def _as_typed(self, text: str) -> Choice[T] | None:
        """Return what is typed as a choice of its own, unless it is listed."""
        if self._typed is None:
            return None
        value = self._typed(text) if text else self._current
        if not value or any(choice.value == value for choice in self.choices):
            return None
        return Choice(value, text or str(value), "as typed")

    def _row(self, row: int, width: int) -> Text:
        choice = self.listed[row]
        if self._columns is None or self._columns[0] != width:
            self._columns = width, *_columns(self.choices, width)
        _, titles, keys = self._columns
        cut = path_line if choice.names else one_line
        text = Text(cut(choice.title, width))
        if choice.key:
            _go_to(text, titles)
            text.append(choice.key, style="bold")
        if choice.remark:
            _go_to(text, titles + _APART + keys if keys else titles)
            text.append(cut(choice.remark, max(width - text.cell_len, 1)), style="dim")
        return text

    @handles("choose.take")
    def take(self) -> None:
        """Choose what the cursor is on."""
        if self.listed:
            self.dismiss(self.listed[self.query_one(RecordList).cursor].value)
        else:
            self.nothing_listed()


def _columns(choices: Sequence[Choice[Any]], width: int) -> tuple[int, int]:
    """Return how wide titles and keys are: of all choices, so that typing moves no column.

    What is wider than its share of the width stands over into the next column, whole.
    """
    keys = max((cell_len(choice.key) for choice in choices), default=0)
    share = width // 3 if keys else width // 2
    titles = [wide for choice in choices if (wide := cell_len(choice.title)) <= share]
    return max(titles, default=0), keys


def _go_to(text: Text, column: int) -> None:
    """Fill up to where a column ends, and the blanks after it."""
    text.append(" " * (max(column - text.cell_len, 0) + _APART))


def _distance(words: Sequence[str], choice: Choice[Any]) -> int:
    """Return how far a choice's title is from the words: 0 is the same, 3 has not all of them."""
    title, typed = choice.title.casefold(), " ".join(words)
    if title == typed:
        return 0
    if title.startswith(typed):
        return 1
    return 2 if all(word in title for word in words) else 3
