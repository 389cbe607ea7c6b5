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
from tui.widgets.conversation import Conversation, Turn, shown_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from tui.widgets.conversation import Block

# Each half has to hold words, not letters.
NARROWEST = 40
# How much of each text a diff shows; more of it nobody reads there.
SHOWN = 20_000


class ExampleView(Conversation):
    """A conversation in which the two sides of a preference pair stand side by side."""

    PLACES = ("messages", "sides")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "side('left')", "Left side", show=False),
        Binding("right", "side('right')", "Right side", show=False),
    ]
    _extents: list[tuple[int, int]]  # the first line of each turn, and the one after its last
    _columns: Sequence[range] = ()  # the turns of each side; empty when nothing stands side by side

    def _lay_out(self, turns: Sequence[Turn]) -> None:
        super()._lay_out(turns)
        self._columns = ()
        first = next((i for i, t in enumerate(turns) if t.side), len(turns))
        middle = next((i for i, t in enumerate(turns) if t.side == "right"), len(turns))
        if not first < middle < len(turns) or self._width < NARROWEST:
            return
        self._columns = range(first, middle), range(middle, len(turns))
        self._blocks[first:] = [self._half_block(turn) for turn in turns[first:]]
        tops = self._tops[: first + 1]
        self._extents = [*pairwise(tops)]
        for column in self._columns:
            heights = (self._blocks[i].height for i in column)
            ends = [*accumulate(heights, initial=tops[-1])]
            self._extents += [*pairwise(ends)]
        self._tops = [*tops, max(self._extents[c[-1]][1] for c in self._columns)]
        self._fit()

    def _half_block(self, turn: Turn) -> Block:
        whole, self._width = self._width, self._half
        try:
            return self._block(turn)
        finally:
            self._width = whole

    @property
    def _half(self) -> int:
        return (self._width - 1) // 2

    def _extent(self, index: int) -> tuple[int, int]:
        return self._extents[index] if self._columns else super()._extent(index)

    def render_line(self, y: int) -> Strip:
        """Draw the line `y` of the viewport."""
        at = y + self.scroll_offset.y
        if not self._columns or not self._tops[-2] <= at < self._tops[-1]:
            return super().render_line(y)
        left, right = (self._column_line(column, at) for column in self._columns)
        base, width = self.look
        gap = Strip([Segment(" ", base)])
        return Strip.join([left, gap, right]).adjust_cell_length(width, base)

    def _column_line(self, column: range, at: int) -> Strip:
        for index in column:
            top, bottom = self._extents[index]
            if top <= at < bottom:
                return self._turn_line(index, at - top, self._half)
        return Strip.blank(self._half, self.look[0])

    def action_side(self, side: str) -> None:
        """Go to the other side of the pair."""
        turns = self.turns
        here = turns[self.cursor].side if turns else ""
        found = next((i for i, t in enumerate(turns) if t.side == side), None)
        if found is not None and here != side:
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
