"""A conversation as text: one header and wrapped lines a message, with a cursor on messages."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message as Event
from textual.reactive import reactive
from textual.strip import Strip

from tui.core.text.text import plural, visible
from tui.widgets.line_view import LineView
from tui.widgets.wrapping import Wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

# A message is shown up to here; the rest is a note. One of ten megabytes must not freeze.
SHOWN = 20_000
_MARK = Style(bold=True, underline=True)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message shows: its role, a remark beside the role, its text, a note below it.

    `marks` are ranges (start, end) of the text that stand out; they count in the text as it is
    shown, which is the same only for text that `shown_text` has been through.
    """

    role: str
    text: str
    remark: str = ""
    dim: bool = False
    note: str = ""
    side: str = ""  # "left" or "right" of a pair that can stand side by side
    marks: tuple[tuple[int, int], ...] = ()


class Block:
    """A turn laid out for a width: a header, the text's lines, the note's lines, a blank."""

    def __init__(self, turn: Turn, width: int, limit: int) -> None:
        self.turn = turn
        self._limit = limit
        self._lines = Wrapped(shown_text(turn.text[:limit]), width)
        rest = len(turn.text) - limit
        more = f"… {plural(rest, 'character')} more\n" if rest > 0 else ""
        note = f"{more}{shown_text(turn.note)}".strip()
        self._note = Wrapped(note, width) if note else ()

    @property
    def height(self) -> int:
        """Count its lines."""
        return 2 + len(self._lines) + len(self._note)

    def line(self, at: int) -> tuple[str, bool]:
        """Return the text of a line after the header, and whether it belongs to the note."""
        at -= 1
        if at < len(self._lines):
            return self._lines[at], False
        at -= len(self._lines)
        return (self._note[at], True) if at < len(self._note) else ("", False)

    def pieces(self, at: int) -> list[tuple[str, bool]]:
        """Return a line of the text in pieces, each with whether it is marked."""
        text, is_note = self.line(at)
        if is_note or not self.turn.marks or at > len(self._lines):
            return [(text, False)]
        start = self._lines.start(at - 1)
        cuts = [0]
        for first, last in self.turn.marks:
            cuts += [max(0, min(c - start, len(text))) for c in (first, last)]
        cuts.append(len(text))
        found = ((text[a:b], bool(i % 2)) for i, (a, b) in enumerate(pairwise(cuts)))
        return [(piece, marked) for piece, marked in found if piece]

    def grow(self, turn: Turn) -> int | None:
        """Take a turn that only adds text to this one; returns the first line changed, or None."""
        before = self.turn
        same = (turn.role, turn.remark, turn.dim, turn.note) == (
            (before.role, before.remark, before.dim, before.note)
        )
        fits = len(turn.text) <= self._limit and not self._note
        if not (same and fits and turn.text.startswith(before.text)):
            return None
        self.turn = turn
        return 1 + self._lines.grow(shown_text(turn.text[len(before.text) :]))


def shown_text(text: str) -> str:
    """Return text as it is shown: safe, and with tabs as blanks."""
    return visible(text).replace("\t", "    ")


class Conversation(LineView, can_focus=True):
    """Messages one below the other, wrapped to the width. `cursor` is the index of a turn."""

    DEFAULT_CSS = """
    Conversation {
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
    PLACES: ClassVar[tuple[str, ...]] = ("messages",)  # whose keys help lists
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

    def __init__(
        self,
        *,
        empty: str = "",
        limit: int = SHOWN,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Show nothing yet; `limit` is how many characters of one message are shown at most."""
        super().__init__(id=id)
        self._blocks: list[Block] = []  # laid out for the width below
        self._tops: list[int] = [0]  # the line each block begins at, and the end of the last
        self._width = 0
        self._empty = empty
        self._limit = limit

    @property
    def turns(self) -> Sequence[Turn]:
        """The turns shown."""
        return [block.turn for block in self._blocks]

    def show(self, turns: Sequence[Turn], *, cursor: int = 0, empty: str | None = None) -> None:
        """Show these turns from the top, or from the one under the cursor."""
        if empty is not None:
            self._empty = empty
        before = self._used_lines()
        self._lay_out(turns)
        self.set_reactive(Conversation.cursor, max(0, min(cursor, len(turns) - 1)))
        self.scroll_to(y=0, animate=False, immediate=True, force=True)
        if self.cursor:
            self._scroll_to_cursor()
        # What is blank before and after need not be painted.
        used = max(before, self._used_lines())
        if self.size:
            self.refresh(Region(0, 0, self.outer_size.width, used))

    def _used_lines(self) -> int:
        """Count the lines in view down to the last that is not blank."""
        if not self._blocks:
            return self._empty.count("\n") + 1
        return max(0, min(self._tops[-1] - self.scroll_offset.y, self.size.height))

    def append(self, turn: Turn) -> None:
        """Add a turn at the end and put the cursor on it."""
        self._blocks.append(self._block(turn))
        self._tops.append(self._tops[-1] + self._blocks[-1].height)
        self._fit()
        self.cursor = len(self._blocks) - 1
        self.refresh()

    def update_last(self, turn: Turn) -> None:
        """Replace the last turn, as a streamed answer grows. Stays at the end if it was there.

        Text added at the end costs what is added: earlier turns are neither wrapped nor, while
        no line is added, painted again.
        """
        at_end = self.scroll_offset.y >= self.max_scroll_y
        height = self._blocks[-1].height
        changed = self._blocks[-1].grow(turn)
        if changed is None:
            self._blocks[-1] = self._block(turn)
        if changed is not None and self._blocks[-1].height == height:
            self.refresh_lines(self._tops[-2] + changed, height - changed)
            return
        self._tops[-1] = self._tops[-2] + self._blocks[-1].height
        self._fit()
        if at_end:
            self.scroll_end(animate=False, immediate=True, force=True)
        self.refresh()

    # -- layout ----------------------------------------------------------------------

    def _block(self, turn: Turn) -> Block:
        return Block(turn, max(self._width - 2, 8), self._limit)

    def _lay_out(self, turns: Sequence[Turn]) -> None:
        self._width = self.scrollable_content_region.width
        self._blocks = [self._block(turn) for turn in turns]
        self._tops = list(accumulate((block.height for block in self._blocks), initial=0))
        self._fit()

    def _fit(self) -> None:
        self.fit(max(self._width, 1), self._tops[-1])

    def on_resize(self) -> None:
        """Wrap anew for a new width."""
        if self.scrollable_content_region.width != self._width:
            self._lay_out(self.turns)
        self.refresh()

    # -- drawing ---------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw the line `y` of the viewport."""
        base, width = self.look
        at = y + self.scroll_offset.y
        if at >= self._tops[-1]:
            lines = self._empty.split("\n") if not self._blocks else []
            text = lines[y] if y < len(lines) else ""
            muted = base + self._part("dim")
            return Strip([Segment(text, muted)]).adjust_cell_length(width, base)
        index = bisect_right(self._tops, at) - 1
        return self._turn_line(index, at - self._tops[index], width)

    def _turn_line(self, index: int, line: int, width: int) -> Strip:
        base, _ = self.look
        turn = self._blocks[index].turn
        role = self._part(turn.role if turn.role in {"system", "user", "assistant"} else "other")
        if index == self.cursor:
            base += self._part("cursor")
        gutter = Segment("▌ " if index == self.cursor else "│ ", base + role)
        strip = Strip([gutter, *self._content(index, line, base, role)])
        return strip.adjust_cell_length(width, base)

    def _content(self, index: int, line: int, base: Style, role: Style) -> list[Segment]:
        turn = self._blocks[index].turn
        muted = base + self._part("dim")
        if line > 0:
            _, is_note = self._blocks[index].line(line)
            style = muted if turn.dim or is_note else base
            pieces = self._blocks[index].pieces(line)
            return [Segment(text, style + _MARK if mark else style) for text, mark in pieces]
        name = Segment(visible(turn.role), base + role + Style(bold=True))
        return [name, Segment(f"  {visible(turn.remark)}", muted)]

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"conversation--{name}", partial=True)

    # -- the cursor ------------------------------------------------------------------

    def _extent(self, index: int) -> tuple[int, int]:
        """Return the lines a turn stands on: its first, and the one after its last."""
        return self._tops[index], self._tops[index + 1]

    def watch_cursor(self, before: int, after: int) -> None:
        """Bring the message into view and tell about it."""
        if before != after and self._blocks:
            self._scroll_to_cursor()
            self.refresh()
            self.post_message(self.Moved(after))

    def _scroll_to_cursor(self) -> None:
        top, bottom = self._extent(self.cursor)
        height = max(self.size.height, 1)
        if top < self.scroll_offset.y or bottom - top >= height:
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
        elif bottom > self.scroll_offset.y + height:
            self.scroll_to(y=bottom - height, animate=False, immediate=True, force=True)

    def action_move(self, by: int) -> None:
        """Move to another message; inside one taller than the view, scroll first."""
        if not self._blocks:
            return
        top, bottom = self._extent(self.cursor)
        view_top = self.scroll_offset.y
        view_bottom = view_top + self.size.height
        if by > 0 and bottom > view_bottom:
            self.scroll_to(y=view_top + 3, animate=False, immediate=True, force=True)
        elif by < 0 and top < view_top:
            self.scroll_to(y=max(top, view_top - 3), animate=False, immediate=True, force=True)
        else:
            self.cursor = max(0, min(self.cursor + by, len(self._blocks) - 1))

    def action_choose(self) -> None:
        """Report the message under the cursor as chosen."""
        if self._blocks:
            self.post_message(self.Chosen(self.cursor))
