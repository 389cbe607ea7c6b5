"""A list of any length: rows are made when they come into view, a cursor move repaints two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.geometry import Offset, Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tui.widgets.line_view import LineView
from tui.widgets.nothing_to_do import NothingToDo, at_end

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from textual import events
    from textual.binding import BindingType

_MOST_DRAWN = 200


class RecordList(LineView, can_focus=True):
    """Rows made on demand by a function; ready in the same time for ten rows or a million."""

    DEFAULT_CSS = """
    RecordList {
        & > .record-list--cursor {
            background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .record-list--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        & > .record-list--empty { color: $text-muted; }
        &:focus > .record-list--empty { color: $text; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"record-list--cursor", "record-list--empty"}
    PLACES: ClassVar[tuple[str, ...]] = ("lists",)  # whose keys help lists
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="lists.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="lists.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="lists.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="lists.page_down"),
        Binding("home,g", "first", "First", show=False, id="lists.first"),
        Binding("end,G", "last", "Last", show=False, id="lists.last"),
        Binding("enter", "choose", "Choose", show=False, id="lists.choose"),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Moved(Message):
        """The cursor is on another row."""

        record_list: RecordList
        index: int

        @property
        def control(self) -> RecordList:
            """The list it happened in."""
            return self.record_list

    @dataclass
    class Chosen(Message):
        """Enter was pressed (or the row under the cursor clicked)."""

        record_list: RecordList
        index: int

        @property
        def control(self) -> RecordList:
            """The list it happened in."""
            return self.record_list

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._count = 0
        self._make: Callable[[int, int], Text] = lambda _row, _width: Text()
        self._empty = empty
        # Lines drawn, by row: scrolling by one draws one. Empty when rows may look different.
        self._drawn: dict[int, tuple[Style, int, Strip]] = {}

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the row under the cursor begins, for the terminal's own cursor."""
        return self.content_region.offset + Offset(0, self.cursor - self.scroll_offset.y)

    @property
    def count(self) -> int:
        """The number of rows."""
        return self._count

    @property
    def empty(self) -> str:
        """What is said where there are no rows."""
        return self._empty

    def show(
        self, count: int, make: Callable[[int, int], Text], *, empty: str | None = None
    ) -> None:
        """Show `count` rows; `make(row, width)` gives a row's text. The cursor stays in place."""
        self._count, self._make = count, make
        if empty is not None:
            self._empty = empty
        self._resize_content()
        self.cursor = max(0, min(self.cursor, count - 1))
        self.refresh()

    def grow(self, count: int) -> None:
        """Take more rows at the end, which changes nothing of those in view."""
        below = self.scroll_offset.y + self.size.height > self._count
        self._count = count
        self._resize_content()
        if below:
            self.refresh()

    def refresh_row(self, row: int) -> None:
        """Repaint one row, if it is in view."""
        self._drawn.pop(row, None)
        top = row - self.scroll_offset.y
        if 0 <= top < self.size.height:
            self.refresh(Region(0, top, self.size.width, 1))

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Paint it again; without regions, as scrolling names one, rows may look different."""
        if not regions:
            self._drawn.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def move_to(self, row: int, *, center: bool = False) -> None:
        """Put the cursor on a row and bring it into view."""
        self.cursor = max(0, min(row, self._count - 1))
        if center and self._count:
            top = max(0, self.cursor - self.size.height // 2)
            self.scroll_to(y=top, animate=False, immediate=True, force=True)

    # -- drawing ---------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw the line `y` of the viewport."""
        base, width = self.look
        row = y + self.scroll_offset.y
        if row >= self._count:
            return self._blank(y, width, base)
        if row == self.cursor:
            return self._draw(row, base + self._part("cursor"), width)
        known = self._drawn.get(row)
        if known is None or known[:2] != (base, width):
            if len(self._drawn) >= _MOST_DRAWN:
                self._drawn.clear()
            known = self._drawn[row] = base, width, self._draw(row, base, width)
        return known[2]

    def _draw(self, row: int, base: Style, width: int) -> Strip:
        text = self._make(row, width)
        text.truncate(width, overflow="ellipsis", pad=True)
        segments = text.render(self.app.console)
        strip = Strip(
            Segment(s.text, base + (s.style or Style())) for s in segments if not s.control
        )
        return strip.adjust_cell_length(width, base)

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"record-list--{name}", partial=True)

    def _blank(self, y: int, width: int, base: Style) -> Strip:
        lines = self._empty.split("\n") if self._count == 0 else []
        if y >= len(lines):
            return Strip.blank(width, base)
        style = base + self._part("empty")
        return Strip([Segment(lines[y], style)]).adjust_cell_length(width, base)

    def _resize_content(self) -> None:
        self.fit(max(self.size.width, 1), self._count)

    def on_resize(self) -> None:
        """Fit the rows to a new size, the cursor still in view."""
        self._resize_content()
        if self._count:
            self._keep_in_view(self.cursor)
        self.refresh()

    # -- the cursor ------------------------------------------------------------------

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint the two rows concerned and keep the cursor in view."""
        self.refresh_row(before)
        self.refresh_row(after)
        if self._count:
            self._keep_in_view(after)
            self.post_message(self.Moved(self, after))

    def _keep_in_view(self, row: int) -> None:
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if row < top:
            self.scroll_to(y=row, animate=False, immediate=True, force=True)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False, immediate=True, force=True)

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self._go(self.cursor + by)

    def action_page(self, direction: int) -> None:
        """Move the cursor by one screen."""
        self._go(self.cursor + direction * max(self.size.height - 1, 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._go(self._count - 1)

    def _go(self, row: int) -> None:
        before = self.cursor
        self.move_to(row)
        if not self._count:
            self._tell_empty()
        elif self.cursor == before:
            self.post_message(at_end("row", before, self._count))

    def _tell_empty(self) -> None:
        self.post_message(NothingToDo(" ".join(self._empty.split())))

    def action_choose(self) -> None:
        """Report the row under the cursor as chosen."""
        if self._count:
            self.post_message(self.Chosen(self, self.cursor))
        else:
            self._tell_empty()

    def on_click(self, event: events.Click) -> None:
        """Move to the row clicked; a second click chooses it."""
        row = event.y + self.scroll_offset.y
        if row >= self._count:
            return
        if row == self.cursor:
            self.action_choose()
        else:
            self.move_to(row)
