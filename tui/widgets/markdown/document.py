"""A Markdown text that grows: blocks that are complete are parsed and laid out only once.

The text is cut into units (see `blocks`). All but the last one are final as soon as the
last one stands on a line of its own; only that one is parsed again when text is added. An open
block of code at the top is not even that: its lines are taken one by one. A unit longer than
`LONGEST` is cut, so that the cost of a token never grows with the text. Where the cuts are
follows from the text alone, never from the pieces in which it came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.widgets.markdown.blocks import (
    TOP,
    Block,
    Fence,
    Place,
    Unit,
    parse_units,
    plain_newlines,
)
from tui.widgets.markdown.layout import code_head, code_line, lay_out, pieces
from tui.widgets.markdown.spans import BLANK, Code, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST, MOST_LINES = 8_000, 250  # characters and lines of one unit
_NEAR = 500  # how far before its end a line that is too long may be cut at a blank


@dataclass(slots=True)
class _OpenCode:
    """A block of code at the top whose end has not come."""

    fence: Fence
    begin: int  # where its content begins in the text
    first: int  # the line it begins on, with the gap before it
    gap: bool


class MarkdownDocument:
    """The lines of a Markdown text at a width."""

    def __init__(self, text: str, width: int) -> None:
        self._width = width
        self._text = self._held = ""
        self._blocks: list[Block] = []  # those that are final
        self._lines: list[Line] = []
        self._stable = 0  # how many of the lines are final, for this width
        self._start = 0  # where in the text the rest begins
        self._place: Place = TOP
        self._code: _OpenCode | None = None
        self._open_lines: list[Line] = []  # of code that looks closed by the rest, as it may not be
        self._looked = -1  # up to where the lines that are whole have been looked through
        self.grow(text)

    def __len__(self) -> int:
        """Count lines; there is at least one."""
        return max(len(self._lines), 1)

    def __getitem__(self, at: int) -> Line:
        """Return a line. Raises IndexError."""
        return self._lines[at] if self._lines or at else BLANK

    def grow(self, more: str) -> int:
        """Append text and return the first line that looks different now."""
        more = self._held + more
        self._held = "\r" if more.endswith("\r") else ""  # it may be half of a line break
        self._text += plain_newlines(more.removesuffix(self._held))
        base = self._code.first if self._code else self._stable
        before = self._lines[base:]
        self._drop_rest()
        while self._advance():
            pass
        self._add_rest()
        after = self._lines[base:]
        for at, (old, new) in enumerate(zip(before, after, strict=False)):
            if old is not new and old != new:
                return base + at
        return base + min(len(before), len(after))

    def whole(self, code: Code) -> Code:
        """Return an open block of code with all its text; a line of it knows only its language."""
        opened = self._code
        if opened is None:
            units = parse_units(self._text[self._start :], self._place)
            found = [u.block for u in units if isinstance(u.block, Code) and not u.block.closed]
            return found[-1] if found else code
        lines = self._text[opened.begin :].split("\n")
        return replace(code, text="\n".join(map(opened.fence.content, lines)).removesuffix("\n"))

    def resized(self, width: int) -> Iterator[int]:
        """Lay out for another width in pieces, told by their cells; the last one puts it in force.

        The text must not grow meanwhile.
        """
        if width == self._width:
            return
        lines: list[Line] = []
        for block in self._blocks:
            for piece in pieces(block, width):
                lines += piece if lines or not block.gap else piece[1:]
                yield len(piece) * width
        first, code = len(lines), self._code
        if code is not None:
            yield from self._code_resized(code, lines, width)
            code.first = first
        self._width, self._lines, self._open_lines = width, lines, []
        self._stable = len(lines)
        self._add_rest()

    def _code_resized(self, code: _OpenCode, lines: list[Line], width: int) -> Iterator[int]:
        """Add the lines of code whose end has not come, as far as they are whole."""
        if code.gap and lines:
            lines.append(BLANK)
        lines.append(code_head(Code("", code.fence.language, closed=False)))
        at = code.begin
        while at < self._start:
            end = self._text.index("\n", at)
            lines += code_line(code.fence.content(self._text[at:end]), width)
            at = end + 1
            yield width

    # -- what is final ---------------------------------------------------------------

    def _advance(self) -> bool:
        """Take what has become final; return whether there may be more of it."""
        return self._take_code() if self._code is not None else self._take_units()

    def _take_units(self) -> bool:
        most = self._most()
        full = most < len(self._text)
        stop = self._whole_lines(most, full=full)
        if stop <= self._start or (stop == self._looked and not full):
            return False
        self._looked = stop
        begun = self._start
        units = parse_units(self._text[begun:stop], self._place, gap=self._gap())
        if len(units) > 1 and not full and self._text.count("\n", begun + units[-1].start) < 2:
            units.pop()  # the next line may yet make it a table
        for unit in units[:-1]:
            self._keep(unit.block)
        last = units[-1] if units else None
        if last is not None and self._opens_code(last, begun + last.start, stop):
            return True
        if last is not None and len(units) > 1:
            self._start, self._place = begun + last.start, last.place
        elif full:  # nothing but this fits: it is cut
            if last is not None:
                self._keep(last.block)
            self._start, self._place = stop, TOP if last is None else last.after
        return full

    def _opens_code(self, unit: Unit, at: int, stop: int) -> bool:
        """Begin to take lines of code, if that is what a unit at the end is."""
        if not isinstance(unit.block, Code) or unit.block.closed:
            return False
        end = self._text.find("\n", at, stop)
        opened = self._text[at:end]
        fence = Fence.opened_by(opened) if end >= 0 else None
        if fence is None:
            return False
        self._start, self._place = at + len(opened) + 1, TOP
        self._open_code(fence, gap=unit.block.gap)
        return True

    def _most(self) -> int:
        """Return how far a unit at the beginning of the rest may go."""
        most = min(self._start + LONGEST, len(self._text))
        end = self._start - 1
        for _ in range(MOST_LINES):
            end = self._text.find("\n", end + 1, most)
            if end < 0:
                return most
        return end + 1

    def _whole_lines(self, most: int, *, full: bool) -> int:
        """Return where what can be looked through ends: at the end of a line, if possible."""
        stop = self._text.rfind("\n", self._start, most) + 1
        if stop or not full:
            return stop
        blank = self._text.rfind(" ", most - _NEAR, most)
        return blank + 1 if blank > 0 else most

    def _gap(self) -> bool:
        """Whether the line before the rest is blank."""
        end = self._start - 1
        if end < 0 or self._text[end] != "\n":
            return False
        return not self._text[self._text.rfind("\n", 0, end) + 1 : end].strip(" \t>")

    def _keep(self, block: Block) -> None:
        self._blocks.append(block)
        self._put(block)
        self._stable = len(self._lines)

    def _put(self, block: Block) -> None:
        lines = lay_out(block, self._width)
        self._lines += lines if self._lines or not block.gap else lines[1:]

    # -- code whose end has not come -------------------------------------------------

    def _open_code(self, fence: Fence, *, gap: bool) -> None:
        self._code = _OpenCode(fence, self._start, len(self._lines), gap)
        if gap and self._lines:
            self._lines.append(BLANK)
        self._lines.append(code_head(Code("", fence.language, closed=False)))
        self._stable = len(self._lines)

    def _take_code(self) -> bool:
        """Take lines of code as far as they are whole; return whether the block has ended."""
        code = self._code
        assert code is not None
        while (end := self._text.find("\n", self._start)) >= 0:
            line = self._text[self._start : end]
            if code.fence.closed_by(line):
                block = self._closed(code)
                del self._lines[code.first :]
                self._code, self._place, self._start = None, TOP, end + 1
                self._looked = -1
                self._keep(block)
                return True
            self._lines += code_line(code.fence.content(line), self._width)
            self._start = end + 1
            self._stable = len(self._lines)
        return False

    def _closed(self, code: _OpenCode) -> Code:
        lines = self._text[code.begin : self._start].split("\n")[:-1]
        text = "\n".join(map(code.fence.content, lines))
        return Code(text, code.fence.language, closed=True, gap=code.gap)

    # -- the rest --------------------------------------------------------------------

    def _drop_rest(self) -> None:
        """Take the lines of what may still change away."""
        if self._code is not None and self._open_lines:
            self._lines[self._code.first :] = self._open_lines
            self._open_lines = []
        del self._lines[self._stable :]

    def _add_rest(self) -> None:
        """Add the lines of what may still change."""
        rest = self._text[self._start :]
        if self._code is None:
            for unit in (
                parse_units(rest, self._place, gap=self._gap()) if rest.strip(" \t\n") else ()
            ):
                self._put(unit.block)
        elif self._code.fence.closed_by(rest):
            block = self._closed(self._code)
            self._open_lines = self._lines[self._code.first :]
            del self._lines[self._code.first :]
            self._put(block)
        elif rest:
            self._lines += code_line(self._code.fence.content(rest), self._width)
