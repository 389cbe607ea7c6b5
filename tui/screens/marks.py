"""Marks in a list at the provider: one by one, by ranges, all, or a group of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.commands import key_hint
from tui.core.text.text import plural
from tui.screens.dialogs.choose import Choice, Choose

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tui.screens.controller_context import ScreenContext
    from tui.widgets.record_list import RecordList


class MarkableList(Protocol):
    """A list whose entries can be marked. What is not an entry to be marked has no id here."""

    marked: set[str]
    marks_note: str

    @property
    def rows(self) -> RecordList:
        """The list itself."""

    @property
    def current_id(self) -> str | None:
        """The id under the cursor, None for what cannot be marked."""

    def row_ids(self) -> Sequence[str]:
        """Return the ids of all entries, in the order of the list."""

    def markable(self) -> Sequence[str]:
        """Return the ids that can be marked, in the order of the list."""

    def show_marks(self) -> None:
        """Show which are marked."""


class KeptMarks:
    """Marks of the last time, until what they are on is listed again."""

    def __init__(self, noun: str) -> None:
        self._noun, self._waiting = noun, set[str]()
        self._all = self._waiting  # with those found in a list kept of before

    def begin(self, ids: Collection[str] = ()) -> None:
        """Wait for these from now on, and for no others."""
        self._waiting = self._all = {*ids}

    def with_waiting(self, marked: Collection[str]) -> list[str]:
        """Return what is marked with what is still waited for, to be kept."""
        return sorted({*marked} | self._waiting)

    def found(self, there: Collection[str]) -> set[str]:
        """Return those that are there, which are not waited for any more."""
        found = self._waiting.intersection(there)
        self._waiting = self._waiting - found
        return found

    def gone(self, there: Collection[str]) -> str:
        """Return what to say of those that the provider does not list, and wait no more."""
        count = len(self._all.difference(there))
        self.begin()
        return f"{plural(count, f'marked {self._noun}')} not listed any more." if count else ""


class Marks:
    """Mark entries for a command on several; the keys are those of Datasets.

    Subclasses say which groups can be marked at once, and what an entry is called.
    """

    noun = "entry"

    def __init__(self, context: ScreenContext, listed: MarkableList) -> None:
        self._context, self._listed = context, listed
        self.range_from: str | None = None  # the id where a range begins

    def groups(self) -> Sequence[tuple[str, Collection[str]]]:
        """Return groups to mark at once, as a name and the ids."""
        return ()

    def mark_one(self) -> None:
        """Mark the entry under the cursor, or take its mark away, and go to the next."""
        current = self._listed.current_id
        if current is not None:
            self._listed.marked ^= {current}
            self._changed()
        else:
            self._context.tell(f"Only a {self.noun} takes a mark.", seconds=4)
        self._listed.rows.move_to(self._listed.rows.cursor + 1)

    def mark_a_range(self) -> None:
        """Begin a range here, or end it here and mark its entries; twice in place: a menu."""
        current = self._listed.current_id
        if current is None:
            self._context.tell(f"Only a {self.noun} takes a mark.", seconds=4)
            return
        start, self.range_from = self.range_from, None
        ids = self._listed.row_ids()
        if start == current:
            self._choose()
        elif start is None or start not in ids:
            self.range_from = current
        else:
            first, last = sorted((ids.index(start), ids.index(current)))
            self._listed.marked |= {*ids[first : last + 1]} & {*self._listed.markable()}
        self._changed()

    def _choose(self) -> None:
        listed = self._listed
        every = {*listed.markable()}
        made: dict[str, set[str]] = {name: listed.marked | {*ids} for name, ids in self.groups()}
        choices = [
            Choice(name, f"Mark {name}", plural(len(ids), self.noun)) for name, ids in self.groups()
        ]
        choices += [
            Choice("all", "Mark all", plural(len(every), self.noun)),
            Choice("invert", "Invert", "mark those that are not, and only those"),
            Choice("clear", "Clear", f"take {plural(len(listed.marked), 'mark')} away"),
        ]
        made |= {"all": listed.marked | every, "invert": every - listed.marked, "clear": set()}

        def take(chosen: str | None) -> None:
            listed.marked = made.get(chosen or "", listed.marked)
            self._changed()

        self._context.open(Choose("Marks", choices), take)

    def clear(self) -> bool:
        """Give up a range that was begun, else all marks; return whether there were any."""
        had = self.range_from is not None or bool(self._listed.marked)
        if self.range_from is None:
            self._listed.marked = set()
        self.range_from = None
        if had:
            self._changed()
        return had

    def _changed(self) -> None:
        ends = f" · range: {key_hint('datasets.mark_range', 'ends it')}"
        self._listed.marks_note = ends if self.range_from is not None else ""
        self._listed.show_marks()
