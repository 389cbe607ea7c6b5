"""The pane of a list at the provider: columns' names, rows, and what is known of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.widgets import Static

from tui.widgets.line_view import Pane
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from rich.text import Text
    from textual.app import ComposeResult

T = TypeVar("T")


class _About(Static):
    """What is known of an entry, said for the width there is: made again when that changes."""

    def __init__(self, name: str, resized: Callable[[], None]) -> None:
        super().__init__(id=name, classes="listing-about", markup=False)
        self._resized = resized

    def on_resize(self) -> None:
        """Have it said for the new width."""
        self._resized()


class ListingPane(Pane, Generic[T]):
    """Shows entries, each in a row; subclasses say how an entry looks and what identifies it."""

    DEFAULT_CSS = """
    ListingPane {
        height: 1fr;
        & > .listing-head { height: 1; color: $text-muted; }
        & > RecordList { height: 1fr; }
        & > .listing-about { border-top: dashed $surface-lighten-2; padding: 0 1 0 0; }
        &.-empty > .listing-head, &.-empty > .listing-about { display: none; }
    }
    """

    def __init__(self, name: str, title: str, empty: str) -> None:
        """Show no entry yet; `name` is the id of the list, and begins those of its parts."""
        super().__init__(id=f"{name}-pane", classes="pane -empty")
        self.border_title = title
        self.entries: list[T] = []
        self.marked: Collection[str] = ()
        self._head = Static(id=f"{name}-head", classes="listing-head", markup=False)
        self.list = RecordList(id=name, empty=empty)
        self._about = _About(f"{name}-about", self.show_about)

    def compose(self) -> ComposeResult:
        """Lay out the columns' names, the list, and what is known of the entry under the cursor."""
        yield self._head
        yield self.list
        yield self._about

    # -- what subclasses say ---------------------------------------------------------

    def id_of(self, entry: T) -> str:
        """Return what tells an entry from all others."""
        raise NotImplementedError

    def head(self, width: int) -> Text:
        """Return the columns' names for a list of this width."""
        raise NotImplementedError

    def row(self, entry: T, width: int, *, marked: bool) -> Text:
        """Return one line of the list."""
        raise NotImplementedError

    def about(self, entry: T, width: int) -> Text:
        """Return what is known of an entry."""
        raise NotImplementedError

    # -- showing ---------------------------------------------------------------------

    def show(self, entries: Sequence[T], empty: str) -> None:
        """Show these entries, the cursor on the same one as before if it is still there."""
        before, was_empty = self.current, not self.entries
        self.entries = list(entries)
        self.set_class(not entries, "-empty")
        self.list.show(len(self.entries), self._row, empty=empty)
        if before is not None:
            self.select(self.id_of(before))
        self._fit()
        if was_empty and entries:  # what was hidden has no width before the next layout
            self.call_after_refresh(self._fit)
        if was_empty == bool(entries):
            self.screen.refresh_bindings()  # some commands need an entry

    def show_marks(self, marked: Collection[str]) -> None:
        """Mark the entries with these keys, and only those."""
        self.marked = marked
        self.list.refresh()

    @property
    def current(self) -> T | None:
        """The entry under the cursor."""
        at = self.list.cursor
        return self.entries[at] if 0 <= at < len(self.entries) else None

    def select(self, key: str) -> None:
        """Put the cursor on an entry, if it is listed."""
        keys = [self.id_of(entry) for entry in self.entries]
        if key in keys:
            self.list.move_to(keys.index(key))

    def show_about(self) -> None:
        """Show what is known of the entry under the cursor."""
        current, width = self.current, max(self._about.content_size.width, 20)
        self._about.update(self.about(current, width) if current is not None else "", layout=False)

    def on_record_list_moved(self) -> None:
        """Follow the cursor."""
        self.show_about()

    def on_resize(self) -> None:
        """Fit the columns to a new width."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        width = self.list.scrollable_content_region.width
        self._head.update(self.head(width) if self.entries else "", layout=False)
        self.show_about()

    def _row(self, at: int, width: int) -> Text:
        entry = self.entries[at]
        return self.row(entry, width, marked=self.id_of(entry) in self.marked)
