"""Two answers side by side, and two texts as one: what differs is marked word by word."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.strip import Strip

from tui.core.text.word_diff import word_diff
from tui.widgets.conversation import Conversation
from tui.widgets.nothing_to_do import NothingToDo
from tui.widgets.turn_block import Turn, shown_text
from tui.widgets.turn_column import TurnColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

# Each half has to hold words, not letters: cells beside the line that tells the role.
NARROWEST = 38
# How much of each text a diff shows; more of it nobody reads there.
SHOWN = 20_000


class PairColumn(TurnColumn):
    """Turns of which those with a side stand in two halves, where there is room for two."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.halves: Sequence[range] = ()  # the turns of each side; empty for one below the other
        self.half = 0  # how wide each is
        self._extents: list[tuple[int, int]] = []

    def lay_out(self, turns: Sequence[Turn], width: int) -> None:
        """Lay out these turns; a pair's side by side."""
        super().lay_out(turns, width)
        self.halves = ()
        first = next((i for i, t in enumerate(turns) if t.side), len(turns))
        middle = next((i for i, t in enumerate(turns) if t.side == "right"), len(turns))
        if not first < middle < len(turns) or width < NARROWEST:
            return
        self.halves = range(first, middle), range(middle, len(turns))
        self.half = (width + 1) // 2
        whole, self._width = self._width, max(self.half - 2, 8)
        self.blocks[first:] = [self._block(turn) for turn in turns[first:]]
        self._width = whole
        tops = self._tops[: first + 1]
        self._extents = [*pairwise(tops)]
        for half in self.halves:
            heights = (self.blocks[i].height for i in half)
            ends = [*accumulate(heights, initial=tops[-1])]
            self._extents += [*pairwise(ends)]
        self._tops = [*tops, max(self._extents[half[-1]][1] for half in self.halves)]

    def extent(self, index: int) -> tuple[int, int]:
        """Return the lines a turn stands on: its first, and the one after its last."""
        return self._extents[index] if self.halves else super().extent(index)

    def in_halves(self, line: int) -> bool:
        """Whether turns stand side by side on a line."""
        return bool(self.halves) and self._tops[-2] <= line < self._tops[-1]


class ExampleView(Conversation):
    """A conversation in which the two sides of a preference pair stand side by side."""

    COLUMN = PairColumn
    PLACES = ("messages", "sides")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "side('left')", "Left side", show=False, id="sides.left"),
        Binding("right", "side('right')", "Right side", show=False, id="sides.right"),
    ]
    column: PairColumn

    def render_line(self, y: int) -> Strip:
        """Draw the line `y` of the viewport."""
        at = y + self.scroll_offset.y
        if not self.column.in_halves(at):
            return super().render_line(y)
        left, right = (self._half_line(half, at) for half in self.column.halves)
        base, width = self.look
        gap = Strip([Segment(" ", base)])
        return Strip.join([left, gap, right]).adjust_cell_length(width, base)

    def _half_line(self, half: range, at: int) -> Strip:
        for index in half:
            top, bottom = self.column.extent(index)
            if top <= at < bottom:
                return self._turn_line(index, at - top, self.column.half)
        return Strip.blank(self.column.half, self.look[0])

    def action_side(self, side: str) -> None:
        """Go to the other side of the pair."""
        turns = self.turns
        here = turns[self.cursor].side if turns else ""
        found = next((i for i, t in enumerate(turns) if t.side == side), None)
        if found is None:
            self.post_message(NothingToDo("There are no two sides here"))
        elif here == side:
            self.post_message(NothingToDo(f"This is the {side} side"))
        else:
            self.cursor = found


def side_by_side(preferred: str, other: str) -> tuple[Turn, Turn]:
    """Return the two answers as turns with what only one of them has in « » and marked."""
    pieces = word_diff(*(shown_text(text[:SHOWN]) for text in (preferred, other)))
    made = []
    for side, kind in (("left", "gone"), ("right", "new")):
        text, marks = "", []
        for piece in pieces:
            if piece.kind == "same":
                text += piece.text
            elif piece.kind == kind:
                marks.append((len(text), len(text) + len(piece.text) + 2))
                text += f"«{piece.text}»"
        made.append(Turn("assistant", text, side=side, marks=tuple(marks)))
    return made[0], made[1]


def diff_text(old: str, new: str) -> Text:
    """Return two texts as one: [-what is gone-] and {+what is new+}, readable without colour."""
    text = Text()
    for piece in word_diff(*(shown_text(t[:SHOWN]) for t in (old, new))):
        if piece.kind == "same":
            text.append(piece.text)
        elif piece.kind == "gone":
            text.append(f"[-{piece.text}-]", Style(color="red", strike=True))
        else:
            text.append(f"{{+{piece.text}+}}", Style(color="green", bold=True))
    if max(len(old), len(new)) > SHOWN:
        text.append("\n… more than is shown here", "dim")
    return text
