"""A message of a conversation, and its lines for a width."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tui.core.text.text import plural
from tui.widgets.markdown.spans import BLANK, MARK, MUTED, Line, safe_text
from tui.widgets.wrapping import Wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.widgets.markdown.document import MarkdownDocument


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message shows: its role, a remark beside the role, its text, a note below it.

    `marks` are ranges (start, end) of the text that stand out; they count in the text as it is
    shown, which is the same only for text that `shown_text` has been through. The text of a turn
    that is not `markdown` is shown as it is written.
    """

    role: str
    text: str
    remark: str = ""
    dim: bool = False
    note: str = ""
    side: str = ""  # "left" or "right" of a pair that can stand side by side
    marks: tuple[tuple[int, int], ...] = ()
    markdown: bool = False


def shown_text(text: str) -> str:
    """Return text as it is shown: safe, and with tabs as blanks."""
    return safe_text(text)


class PlainText:
    """A text as it is written, in lines of a width, with what is marked in it."""

    def __init__(self, text: str, width: int, marks: Sequence[tuple[int, int]] = ()) -> None:
        self._lines = Wrapped(shown_text(text), width)
        self._marks = marks

    def __len__(self) -> int:
        """Count lines; there is at least one."""
        return len(self._lines)

    def __getitem__(self, at: int) -> Line:
        """Return a line. Raises IndexError."""
        text = self._lines[at]
        if not self._marks:
            return Line(((text, 0),))
        start = self._lines.start(at)
        cuts = [0]
        for first, last in self._marks:
            cuts += [max(0, min(c - start, len(text))) for c in (first, last)]
        cuts.append(len(text))
        found = ((text[a:b], MARK if i % 2 else 0) for i, (a, b) in enumerate(pairwise(cuts)))
        return Line(tuple((piece, flags) for piece, flags in found if piece))

    def grow(self, more: str) -> int:
        """Append text and return the first line that may look different now."""
        return self._lines.grow(shown_text(more))


class Block:
    """A turn laid out for a width: a header, the text's lines, the note's lines, a blank."""

    def __init__(self, turn: Turn, width: int, limit: int, *, raw: bool = False) -> None:
        self.turn, self.width, self.raw = turn, width, raw
        self._limit = limit
        self._body = self._lay_out(turn)
        self._note = self._wrapped_note()

    def _wrapped_note(self) -> Wrapped | tuple[()]:
        rest = len(self.turn.text) - self._limit
        more = f"… {plural(rest, 'character')} more\n" if rest > 0 else ""
        note = f"{more}{shown_text(self.turn.note)}".strip()
        return Wrapped(note, self.width) if note else ()

    def _lay_out(self, turn: Turn) -> MarkdownDocument | PlainText:
        text = turn.text[: self._limit]
        if turn.markdown and not self.raw:
            from tui.widgets.markdown.document import MarkdownDocument  # with its parser

            return MarkdownDocument(text, self.width)
        return PlainText(text, self.width, turn.marks)

    @property
    def height(self) -> int:
        """Count its lines."""
        return 2 + len(self._body) + len(self._note)

    def line(self, at: int) -> Line:
        """Return a line after the header."""
        at -= 1
        if at < len(self._body):
            line = self._body[at]
            if not self.turn.dim:
                return line
            return line._replace(spans=tuple((text, flags | MUTED) for text, flags in line.spans))
        at -= len(self._body)
        return Line(((self._note[at], MUTED),)) if at < len(self._note) else BLANK

    def resized(self, turn: Turn, width: int, *, raw: bool) -> bool:
        """Take another width, if it shows just this turn in this way; tells whether it does."""
        if raw != self.raw or turn != self.turn:
            return False
        if width != self.width:
            if isinstance(self._body, PlainText):
                return False
            self._body.resize(width)
            self.width = width
            self._note = self._wrapped_note()
        return True

    def grow(self, turn: Turn) -> int | None:
        """Take a turn that only adds text to this one; returns the first line changed, or None."""
        before = self.turn
        same = _frame(turn) == _frame(before)
        fits = len(turn.text) <= self._limit and not self._note
        if not (same and fits and turn.text.startswith(before.text)):
            return None
        self.turn = turn
        return 1 + self._body.grow(turn.text[len(before.text) :])


def _frame(turn: Turn) -> tuple[object, ...]:
    """Return what a turn shows beside its text."""
    return turn.role, turn.remark, turn.dim, turn.note, turn.marks, turn.markdown
