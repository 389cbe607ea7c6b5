"""A conversation as text: one header and wrapped lines a message, with a cursor on messages."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Offset, Region
from textual.message import Message as Event
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.commands import key_hint
from tui.core.text.text import visible
from tui.widgets.line_view import LineView
from tui.widgets.markdown.spans import MARK
from tui.widgets.nothing_to_do import NothingToDo, at_end
from tui.widgets.turn_column import AT_ONCE, TurnColumn
from tui.widgets.turn_styles import COMPONENTS, CSS, TurnStyles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.binding import BindingType
    from textual.timer import Timer

    from tui.widgets.markdown.spans import Code
    from tui.widgets.turn_block import Look, Turn

# A message is shown up to here; the rest is a note. One of ten megabytes must not freeze.
SHOWN = 20_000
# Scrolling paints the whole view, 4 kB and more over SSH: six times a second read well.
SCROLL_S = 1 / 6
# Characters of Markdown that are laid out in a step, and how many steps a second.
STEP, STEPS = 4_000, 20
# Work on the loop for a growing answer takes at most this share of the time.
SHARE = 0.2


READABLE = 122  # columns: in longer lines the eye loses the next one


class Conversation(LineView, can_focus=True):
    """Messages one below the other, wrapped to the width. `cursor` is the index of a turn."""

    DEFAULT_CSS = CSS
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"conversation--{name}" for name in COMPONENTS}
    COLUMN: ClassVar[type[TurnColumn]] = TurnColumn
    PLACES: ClassVar[tuple[str, ...]] = ("messages",)  # whose keys help lists
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Previous message", show=False, id="messages.up"),
        Binding("down,j", "move(1)", "Next message", show=False, id="messages.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="messages.page_up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="messages.page_down"),
        Binding("enter", "choose", "Choose", show=False, id="messages.choose"),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Chosen(Event):
        """Enter was pressed on a message."""

        index: int

    def __init__(
        self,
        *,
        empty: str = "",
        limit: int = SHOWN,
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Show nothing yet; `limit` is how many characters of one message are shown at most."""
        super().__init__(id=id)
        self.clock = clock
        self._steps: Timer | None = None  # lays out what is not in view
        self._code: tuple[int, int] | None = None  # the block walked to: its turn, its line there
        self._busy_until = 0.0  # when a growing answer may be laid out again
        self._scroll_at = 0.0  # when it may be scrolled again
        self._behind_at: int | None = None  # where the view stands that is to be scrolled on
        self._grows = False  # whether the last turn is an answer that has grown
        self._styles = TurnStyles(self._part)
        self.column = self.COLUMN(limit)  # laid out for the width below
        self._width = 0
        self._height = 0  # of the view as it was last laid out for
        self._empty = empty

    @property
    def turns(self) -> Sequence[Turn]:
        """The turns shown."""
        return self.column.turns

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the turn under the cursor begins, for the terminal's own cursor."""
        at = self.column.extent(self.cursor)[0] if self.column.blocks else 0
        return self.content_region.offset + Offset(0, at - self.scroll_offset.y)

    def show(self, turns: Sequence[Turn], *, cursor: int = 0, empty: str | None = None) -> None:
        """Show these turns from the top, or from the one under the cursor."""
        if empty is not None:
            self._empty = empty
        before, self._grows = self._used_lines(), False
        self._lay_out(turns)
        self.set_reactive(Conversation.cursor, max(0, min(cursor, len(turns) - 1)))
        self.scroll_to(y=0, animate=False, immediate=True, force=True)
        if self.cursor:
            self._scroll_to_cursor()
        self._lay_out_waiting()
        # What is blank before and after need not be painted.
        used = max(before, self._used_lines())
        if self.size:
            self.refresh(Region(0, 0, self.outer_size.width, used))

    def _used_lines(self) -> int:
        """Count the lines in view down to the last that is not blank."""
        if not self.column.blocks:
            return self._empty.count("\n") + 1
        return max(0, min(self.column.height - self.scroll_offset.y, self.size.height))

    def append(self, turn: Turn) -> None:
        """Add a turn at the end and put the cursor on it."""
        self.column.append(turn)
        self._fit()
        self.cursor = len(self.column.blocks) - 1
        self.refresh()

    # -- looks -----------------------------------------------------------------------

    @property
    def raw(self) -> bool:
        """Whether Markdown is shown as it is written."""
        return self.column.look.raw

    @raw.setter
    def raw(self, raw: bool) -> None:
        self._take_look(replace(self.column.look, raw=raw))

    @property
    def tokens_shown(self) -> bool:
        """Whether answers are shown token by token, where their tokens are known."""
        return self.column.look.tokens

    @tokens_shown.setter
    def tokens_shown(self, shown: bool) -> None:
        self._take_look(replace(self.column.look, tokens=shown))

    def _take_look(self, look: Look) -> None:
        if look != self.column.look:
            self.column.look = look
            self._lay_out_again()

    def choose_token(self, by: int, *, unsure: bool = False) -> bool | None:
        """Look at another token of the answer; None where its tokens are not shown.

        Returns whether there was another one.
        """
        if not self.column.blocks:
            return None
        block = self.column.blocks[self.cursor]
        before, line = block.token, block.choose_token(by, unsure=unsure)
        if line is None:
            return None
        if block.token == before:
            return False
        self._changed_height(self.cursor)
        self._bring_into_view(self.column.extent(self.cursor)[0] + line)
        self.refresh()
        return True

    def fold(self) -> bool:
        """Open or close the reasoning of the turn under the cursor; return whether it has any."""
        if not self.column.blocks or not self.column.blocks[self.cursor].fold():
            return False
        self._changed_height(self.cursor)
        self.refresh()
        return True

    def _changed_height(self, index: int) -> int:
        """Move what is below a turn that was laid out again; the code walked to is another line."""
        self._code = None
        by = self.column.measure(index)
        self._fit()
        return by

    # -- blocks of code --------------------------------------------------------------

    @property
    def code(self) -> Code | None:
        """The block of code walked to, None while the cursor is on a turn as a whole."""
        return None if self._code is None else self.column.code_at(self._code)

    def walk_code(self, by: int) -> bool:
        """Go to the next block of code (by 1) or the one before (-1); return whether there is."""
        found = self.column.places_of_code()
        here = self._code or (self.cursor, 0)
        beyond = [at for at in found if (at > here if by > 0 else at < here)]
        if not beyond:
            return False
        index, line = beyond[0] if by > 0 else beyond[-1]
        self.cursor = index
        self._code = index, line
        self._bring_into_view(self.column.extent(index)[0] + line)
        self.refresh()
        return True

    def _bring_into_view(self, line: int) -> None:
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if not top <= line < top + height - 1:
            self.scroll_to(y=max(line - 1, 0), animate=False, immediate=True, force=True)

    # -- an answer that grows --------------------------------------------------------

    def update_last(self, turn: Turn) -> None:
        """Replace the last turn, as a streamed answer grows. Stays at the end if it was there.

        Text added at the end costs what is added: earlier turns are neither wrapped nor, while
        no line is added, painted again.
        """
        self._take_last(turn, now=None)

    def stream_last(self, turn: Turn) -> bool:
        """Replace the last turn, unless that has to wait; return whether all of it can be seen.

        Called often, until it was done, it keeps what is laid out, painted and scrolled within
        what the event loop and a terminal over SSH carry easily. The end of an answer is for
        `update_last`.
        """
        now = self.clock()
        if now < self._busy_until:
            return False
        self._take_last(turn, now=now)
        self._busy_until = now + (self.clock() - now) / SHARE
        return self._behind_at is None

    def _take_last(self, turn: Turn, *, now: float | None) -> None:
        """Show the last turn as it is now, scrolled at once (`now` is None) or when it is time."""
        follow = self._at_end()
        first, count = self.column.take_last(turn)
        self._fit()
        # While it grows, lines that go again leave room for the next ones.
        behind = self.max_scroll_y - self.scroll_offset.y
        self._behind_at, self._grows = None, True
        if follow and (behind > 0 or (behind and now is None)):
            if now is None or now >= self._scroll_at:
                self._scroll_at = 0.0 if now is None else now + SCROLL_S
                self.scroll_end(animate=False, immediate=True, force=True)
                return
            self._behind_at = self.scroll_offset.y
        self._refresh_in_view(first, count)

    def _at_end(self) -> bool:
        """Whether the view stands at the end, or is still to be scrolled there."""
        at = self.scroll_offset.y
        return at >= self.max_scroll_y or at == self._behind_at

    def _refresh_in_view(self, first: int, count: int) -> None:
        """Have those of some lines painted that can be seen."""
        top = self.scroll_offset.y
        start, end = max(first, top), min(first + count, top + self.size.height)
        if start < end:
            self.refresh_lines(start, end - start)

    # -- layout ----------------------------------------------------------------------

    def _lay_out(self, turns: Sequence[Turn]) -> None:
        """Lay out these turns, those that are shown already only if they look different."""
        self._width = min(self.scrollable_content_region.width, READABLE)
        self._code = None
        top = self.scroll_offset.y
        self.column.in_view = top, top + self.size.height, self.cursor
        self.column.lay_out(turns, self._width - 2)
        self._fit()

    # -- turns that are laid out later -----------------------------------------------

    def _lay_out_waiting(self) -> None:
        """Lay out what is in view and waits, as far as can be done at once; the rest in steps."""
        for _ in range(2 * AT_ONCE // STEP):
            if (index := self._next_waiting()) is None:
                return
            self._lay_out_step(index)
            if self.cursor:
                self._scroll_to_cursor()
        if self._steps is None and self._next_waiting() is not None:
            self._steps = self.set_interval(1 / STEPS, self._step)

    def _step(self) -> None:
        index = self._next_waiting()
        if index is not None:
            self._lay_out_step(index)
        elif self._steps is not None:
            self._steps.stop()
            self._steps = None

    def _next_waiting(self) -> int | None:
        """Return the turn to lay out next: in view, if any is, and near the cursor."""
        top = self.scroll_offset.y
        return self.column.next_waiting(top, top + self.size.height, self.cursor)

    def _lay_out_step(self, index: int) -> None:
        """Lay out some more of a turn; what is in view stays where it is."""
        follow, top = self._at_end(), self.scroll_offset.y
        block, (first, end) = self.column.blocks[index], self.column.extent(index)
        above, width = end <= top, block.width
        block.lay_out_more(STEP)
        by = self._changed_height(index)
        inside = first < top < end and block.width != width
        if above or inside or (follow and index < self.cursor):
            # A turn that is read in its midst and takes another width shows the same part of it.
            top += round((top - first) * by / (end - first)) if inside else by
            self.set_reactive(Widget.scroll_y, float(top))
            self.set_reactive(Widget.scroll_target_y, float(top))
            self.vertical_scrollbar.position = top
        if not above:
            first = self.column.extent(index)[0]
            self._refresh_in_view(first, self.column.height - first)

    def _lay_out_again(self) -> None:
        """Lay out what is shown for another size or look.

        The message under the cursor stays in view if it was; else what was on top stays there.
        """
        at, height = self.scroll_offset.y, self._height or self.size.height
        column = self.column
        followed = at >= column.height - height or at == self._behind_at
        follow = followed and (self._grows or at > 0 or self.cursor == len(column.blocks) - 1)
        held = bool(column.blocks) and column.overlaps(self.cursor, at, height)
        index, below = column.at(at)
        self._height = self.size.height
        self._lay_out(self.turns)
        if not column.blocks:
            pass
        elif follow:
            self.scroll_end(animate=False, immediate=True, force=True)
        else:
            top, bottom = column.extent(index)
            y = min(top + below, bottom - 1)
            self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self._lay_out_waiting()
        if held and not (follow and self._grows):
            self._hold_cursor()
        self.refresh()

    def _hold_cursor(self) -> None:
        """Bring the message under the cursor into view; one taller than that needs some of it."""
        top, bottom = self.column.extent(self.cursor)
        at, height = self.scroll_offset.y, self.size.height
        if bottom - top < height or not self.column.overlaps(self.cursor, at, height):
            self._scroll_to_cursor()

    def _fit(self) -> None:
        self.fit(max(self._width, 1), self.column.height)

    def on_resize(self) -> None:
        """Wrap again for a new width; what was read stays in view at a new height."""
        size = min(self.scrollable_content_region.width, READABLE), self.size.height
        if size != (self._width, self._height):
            self._lay_out_again()
        self.refresh()

    # -- drawing ---------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines in view; styles are looked up once for all of them."""
        self._styles.forget()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw the line `y` of the viewport."""
        base, width = self.look
        at = y + self.scroll_offset.y
        if at >= self.column.height:
            lines = self._empty.split("\n") if not self.column.blocks else []
            text = lines[y] if y < len(lines) else ""
            muted = base + self._part("dim")
            return Strip([Segment(text, muted)]).adjust_cell_length(width, base)
        return self._turn_line(*self.column.at(at), width)

    def _turn_line(self, index: int, line: int, width: int) -> Strip:
        base, _ = self.look
        turn = self.column.blocks[index].turn
        role = self._part(turn.role if turn.role in {"system", "user", "assistant"} else "other")
        # Not the blank line between two turns.
        under = index == self.cursor and line < self.column.blocks[index].height - 1
        if under:
            base += self._part("cursor")
        gutter = Segment("▌ " if under else "│ ", base + role)
        if line > 0:
            shown = self.column.blocks[index].line(line)
            if self._code == (index, line):
                hint = f" · {key_hint('app.copy', 'copies')} this block", MARK
                shown = shown._replace(spans=(("▸ ", MARK), *shown.spans[1:], hint))
            segments = self._styles.segments(shown, width - 2, self.look[0], under=under)
        else:
            muted = base + self._part("dim")
            role_name = f"{turn.role} {turn.branch}" if turn.branch else turn.role
            name = Segment(visible(role_name), base + role + Style(bold=True))
            segments = [name, Segment(f"  {visible(turn.remark)}", muted)]
        return Strip([gutter, *segments]).adjust_cell_length(width, base)

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"conversation--{name}", partial=True)

    # -- the cursor ------------------------------------------------------------------

    def watch_cursor(self, before: int, after: int) -> None:
        """Bring the message into view."""
        self._code = None
        if before != after and self.column.blocks:
            self._scroll_to_cursor()
            self.refresh()

    def _scroll_to_cursor(self) -> None:
        top, bottom = self.column.extent(self.cursor)
        height = max(self.size.height, 1)
        if top < self.scroll_offset.y or bottom - top >= height:
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
        elif bottom > self.scroll_offset.y + height:
            self.scroll_to(y=bottom - height, animate=False, immediate=True, force=True)

    def action_move(self, by: int) -> None:
        """Move to another message; inside one taller than the view, scroll first."""
        if not self.column.blocks:
            self.post_message(NothingToDo(" ".join(self._empty.split())))
            return
        if self._code is not None:  # back to the message as a whole
            self._code = None
            self.refresh()
        top, bottom = self.column.extent(self.cursor)
        view_top = self.scroll_offset.y
        view_bottom = view_top + self.size.height
        if by > 0 and bottom > view_bottom:
            self.scroll_to(y=view_top + 3, animate=False, immediate=True, force=True)
        elif by < 0 and top < view_top:
            self.scroll_to(y=max(top, view_top - 3), animate=False, immediate=True, force=True)
        else:
            before, count = self.cursor, len(self.column.blocks)
            self.cursor = max(0, min(before + by, count - 1))
            if self.cursor == before:
                self.post_message(at_end("message", before, count))

    def action_choose(self) -> None:
        """Open or close the reasoning of the message under the cursor, or report it as chosen."""
        if not self.column.blocks:
            self.post_message(NothingToDo(" ".join(self._empty.split())))
        elif not self.fold():
            self.post_message(self.Chosen(self.cursor))
