"""A conversation as text: one header and wrapped lines a message, with a cursor on messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message as Event
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.core.text import plural, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

# A message is shown up to here; the rest is a note. One of ten megabytes must not freeze.
SHOWN = 20_000


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message shows: its role, remarks beside the role, its text, and whether dimmed."""

    role: str
    text: str
    remark: str = ""
    dim: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    turn: int
    header: bool
    text: str


class Conversation(ScrollView, can_focus=True):
    """Messages one below the other, wrapped to the width. `cursor` is the index of a turn."""

    DEFAULT_CSS = """
    Conversation {
        height: 1fr;
        scrollbar-size: 1 1;
        padding: 0 1 0 0;
        & > .conversation--system { color: $text-warning; }
        & > .conversation--user { color: $text-accent; }
        & > .conversation--assistant { color: $text-success; }
        & > .conversation--other { color: $text-secondary; }
        & > .conversation--dim { color: $text-muted; }
        & > .conversation--cursor { background: $surface-lighten-1; }
        &:focus > .conversation--cursor { background: $primary-muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "conversation--system",
        "conversation--user",
        "conversation--assistant",
        "conversation--other",
        "conversation--dim",
        "conversation--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Previous message", show=False),
        Binding("down,j", "move(1)", "Next message", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Moved(Event):
        """The cursor is on another message."""

        index: int

    @dataclass
    class Chosen(Event):
        """Enter was pressed on a message."""

        index: int

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._turns: list[Turn] = []
        self._wrapped: list[list[_Line]] = []  # per turn, for the width below
        self._lines: list[_Line] = []
        self._width = 0
        self._empty = empty

    @property
    def turns(self) -> Sequence[Turn]:
        """The turns shown."""
        return self._turns

    def show(self, turns: Sequence[Turn], *, cursor: int = 0, empty: str | None = None) -> None:
        """Show these turns from the top, or from the one under the cursor."""
        self._turns = list(turns)
        if empty is not None:
            self._empty = empty
        self._width = 0
        self._layout_lines()
        self.set_reactive(Conversation.cursor, max(0, min(cursor, len(self._turns) - 1)))
        self.scroll_to(y=0, animate=False, immediate=True)
        if self.cursor:
            self._scroll_to_cursor()
        self.refresh()

    def append(self, turn: Turn) -> None:
        """Add a turn at the end and put the cursor on it."""
        self._turns.append(turn)
        self._wrapped.append(self._wrap(len(self._turns) - 1))
        self._collect()
        self.cursor = len(self._turns) - 1
        self.refresh()

    def update_last(self, turn: Turn) -> None:
        """Replace the last turn, as a streamed answer grows. Stays at the end if it was there."""
        at_end = self.scroll_offset.y >= self.max_scroll_y
        self._turns[-1] = turn
        self._wrapped[-1] = self._wrap(len(self._turns) - 1)
        self._collect()
        if at_end:
            self.scroll_end(animate=False, immediate=True)
        self.refresh()

    # -- layout ----------------------------------------------------------------------

    def _wrap(self, index: int) -> list[_Line]:
        turn, width = self._turns[index], max(self._width - 2, 8)
        shown = visible(turn.text[:SHOWN])
        lines = [_Line(index, True, turn.role)]
        wrapped = Text(shown, tab_size=4).wrap(self.app.console, width)
        lines.extend(_Line(index, False, line.plain) for line in wrapped)
        if len(turn.text) > SHOWN:
            rest = plural(len(turn.text) - SHOWN, "character")
            lines.append(_Line(index, False, f"… {rest} more"))
        lines.append(_Line(index, False, ""))
        return lines

    def _layout_lines(self) -> None:
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._wrapped = [self._wrap(i) for i in range(len(self._turns))]
        self._collect()

    def _collect(self) -> None:
        self._lines = [line for lines in self._wrapped for line in lines]
        self.virtual_size = Size(max(self._width, 1), len(self._lines))

    def on_resize(self) -> None:
        """Wrap anew for a new width."""
        self._layout_lines()
        self.refresh()

    # -- drawing ---------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw the line `y` of the viewport."""
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        base = self.rich_style
        if at >= len(self._lines):
            lines = self._empty.split("\n") if not self._turns else []
            text = lines[y] if y < len(lines) else ""
            muted = base + self._part("dim")
            return Strip([Segment(text, muted)]).adjust_cell_length(width, base)
        line = self._lines[at]
        turn = self._turns[line.turn]
        role = self._part(turn.role if turn.role in {"system", "user", "assistant"} else "other")
        if line.turn == self.cursor:
            base += self._part("cursor")
        gutter = Segment("▌ " if line.turn == self.cursor else "│ ", base + role)
        strip = Strip([gutter, *self._content(line, turn, base, role)])
        return strip.adjust_cell_length(width, base)

    def _content(self, line: _Line, turn: Turn, base: Style, role: Style) -> list[Segment]:
        if not line.header:
            return [Segment(line.text, base + self._part("dim") if turn.dim else base)]
        name = Segment(visible(turn.role), base + role + Style(bold=True))
        return [name, Segment(f"  {visible(turn.remark)}", base + self._part("dim"))]

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"conversation--{name}", partial=True)

    # -- the cursor ------------------------------------------------------------------

    def watch_cursor(self, before: int, after: int) -> None:
        """Bring the message into view and tell about it."""
        if before != after and self._turns:
            self._scroll_to_cursor()
            self.refresh()
            self.post_message(self.Moved(after))

    def _scroll_to_cursor(self) -> None:
        top = sum(len(lines) for lines in self._wrapped[: self.cursor])
        bottom = top + len(self._wrapped[self.cursor])
        height = max(self.size.height, 1)
        if top < self.scroll_offset.y or bottom - top >= height:
            self.scroll_to(y=top, animate=False, immediate=True)
        elif bottom > self.scroll_offset.y + height:
            self.scroll_to(y=bottom - height, animate=False, immediate=True)

    def action_move(self, by: int) -> None:
        """Move to another message; inside one taller than the view, scroll first."""
        if not self._turns:
            return
        top = sum(len(lines) for lines in self._wrapped[: self.cursor])
        bottom = top + len(self._wrapped[self.cursor])
        view_top = self.scroll_offset.y
        view_bottom = view_top + self.size.height
        if by > 0 and bottom > view_bottom:
            self.scroll_to(y=view_top + 3, animate=False, immediate=True)
        elif by < 0 and top < view_top:
            self.scroll_to(y=max(top, view_top - 3), animate=False, immediate=True)
        else:
            self.cursor = max(0, min(self.cursor + by, len(self._turns) - 1))

    def action_choose(self) -> None:
        """Report the message under the cursor as chosen."""
        if self._turns:
            self.post_message(self.Chosen(self.cursor))
