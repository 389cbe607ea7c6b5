"""The turns of a conversation, laid out one below the other for a width."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from tui.widgets.turn_block import Block, Look, Turn, effort, still_shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.widgets.markdown.spans import Code

# Characters of Markdown that are laid out at once, new or for another width, about 20 ms.
AT_ONCE, RESIZED_AT_ONCE = 8_000, 40_000


class TurnColumn:
    """Blocks, and the line each begins on; `limit` is how many characters of one are shown."""

    def __init__(self, limit: int) -> None:
        self.blocks: list[Block] = []
        self.look = Look()
        self._limit = limit
        self._width = 8
        self._tops: list[int] = [0]  # the line each block begins on, and the end of the last
        # What takes another width first: between two lines, and near a turn.
        self.in_view = (0, 0, 0)

    @property
    def turns(self) -> Sequence[Turn]:
        """The turns laid out."""
        return [block.turn for block in self.blocks]

    @property
    def height(self) -> int:
        """How many lines there are."""
        return self._tops[-1]

    def extent(self, index: int) -> tuple[int, int]:
        """Return the lines a turn stands on: its first, and the one after its last."""
        return self._tops[index], self._tops[index + 1]

    def overlaps(self, index: int, at: int, height: int) -> bool:
        """Whether a view of `height` lines from `at` on shows any of a turn."""
        top, bottom = self.extent(index)
        return top < at + height and bottom > at

    def at(self, line: int) -> tuple[int, int]:
        """Return which turn a line is in, the last one for any behind it, and which line of it."""
        index = min(max(bisect_right(self._tops, line) - 1, 0), max(len(self.blocks) - 1, 0))
        return index, line - self._tops[index]

    # -- laying out ------------------------------------------------------------------

    def lay_out(self, turns: Sequence[Turn], width: int) -> None:
        """Lay out these turns, those that are shown already only if they look different."""
        known, self._width = self.blocks, max(width, 8)
        kept, left = still_shown(known, turns, self.look), RESIZED_AT_ONCE
        for at in sorted(kept, key=self._distance):
            left -= effort(turns[at], self.look, self._limit)
            kept[at].resize(self._width, later=left < 0 and not turns[at].side)
        self.blocks, left = [], AT_ONCE
        for at, turn in enumerate(turns):
            if (block := kept.get(at)) is None:
                left -= effort(turn, self.look, self._limit)
                later = left < 0 and (turn.markdown or not turn.side)
                block = self._block(turn, known[at] if at < len(known) else None, later=later)
            self.blocks.append(block)
        self._tops = list(accumulate((block.height for block in self.blocks), initial=0))

    def append(self, turn: Turn) -> None:
        """Add a turn at the end."""
        self.blocks.append(self._block(turn))
        self._tops.append(self.height + self.blocks[-1].height)

    def take_last(self, turn: Turn) -> tuple[int, int]:
        """Put a turn in place of the last; returns the first line changed, and how many."""
        before = self.blocks[-1].height
        changed = self.blocks[-1].take(turn)
        if changed is None:
            self.blocks[-1], changed = self._block(turn, self.blocks[-1]), 0
        self.measure(len(self.blocks) - 1)
        return self._tops[-2] + changed, max(before, self.blocks[-1].height) - changed

    def measure(self, index: int) -> int:
        """Move what is below a turn that was laid out again; returns by how many lines."""
        top, bottom = self.extent(index)
        by = self.blocks[index].height - (bottom - top)
        self._tops[index + 1 :] = [line + by for line in self._tops[index + 1 :]]
        return by

    def next_waiting(self, top: int, bottom: int, near: int) -> int | None:
        """Return the turn to lay out next: between two lines, if any is, and near a turn."""
        self.in_view = top, bottom, near
        waiting = [index for index, block in enumerate(self.blocks) if block.waiting]
        return min(waiting, key=self._distance, default=None)

    def _distance(self, index: int) -> tuple[int, int]:
        """Return how far a turn is from what is in view, and from the turn there."""
        top, bottom, near = self.in_view
        first, end = self.extent(index)
        return max(top - end, first - bottom, 0), abs(index - near)

    def _block(self, turn: Turn, known: Block | None = None, *, later: bool = False) -> Block:
        """Lay out a turn; where it takes another's place, reasoning that was open stays open."""
        block = Block(turn, self._width, self._limit, self.look, later=later)
        if known is not None and known.opened and turn.reasoning == known.turn.reasoning:
            block.fold()
        return block

    # -- blocks of code --------------------------------------------------------------

    def places_of_code(self) -> list[tuple[int, int]]:
        """Return where blocks of code begin: which turn, and which line of it."""
        return [(at, line) for at, block in enumerate(self.blocks) for line, _ in block.codes()]

    def code_at(self, place: tuple[int, int]) -> Code | None:
        """Return the block of code that begins there."""
        index, line = place
        return next((code for at, code in self.blocks[index].codes() if at == line), None)
