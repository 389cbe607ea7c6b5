"""A message of a conversation, and its lines for a width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.text.text import plural
from tui.widgets.markdown.spans import BLANK, MUTED, Line, safe_text
from tui.widgets.turn_parts import PlainText, Reasoning, Tokens, call_lines, open_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.core.chat.reply import TokenLogprob
    from tui.widgets.markdown.document import MarkdownDocument
    from tui.widgets.markdown.spans import Code


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message shows: its role, a remark beside the role, its text, a note below it.

    `marks` are ranges (start, end) of the text that stand out; they count in the text as it is
    shown, which is the same only for text that `shown_text` has been through. The text of a turn
    that is not `markdown` is shown as it is written. `branch` ("‹2/3›") stands beside the role.
    What a model thought first, in `reasoning_s` seconds, is folded to one line. `images` are
    named above the text, `calls` (a name and its arguments) below it. `tokens` are those of the
    text, for a view that shows how sure the model was of each.
    """

    role: str
    text: str
    remark: str = ""
    dim: bool = False
    note: str = ""
    side: str = ""  # "left" or "right" of a pair that can stand side by side
    marks: tuple[tuple[int, int], ...] = ()
    markdown: bool = False
    branch: str = ""
    reasoning: str = ""
    reasoning_s: float | None = None
    images: tuple[str, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()
    tokens: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """How turns are shown: Markdown as it is written, or tokens by how sure the model was."""

    raw: bool = False
    tokens: bool = False


PLAIN = Look()
_RESIZED = 10  # times as much is laid out for another width, by its cells, as for new text
_PIECE = 8_000  # characters of plain text laid out at once for another width
_PLAIN = 4  # times as much plain text is laid out in the time that Markdown takes
Part = PlainText | Reasoning | Tokens | list[Line]


def effort(turn: Turn, look: Look, limit: int) -> int:
    """Return how many characters of Markdown are laid out in the time a turn takes."""
    size = min(len(turn.text), limit)
    return size if turn.markdown and not look.raw else size // _PLAIN


def shown_text(text: str) -> str:
    """Return text as it is shown: safe, and with tabs as blanks."""
    return safe_text(text)


class Block:
    """A turn laid out for a width: a header, what it is made of, a blank."""

    def __init__(
        self, turn: Turn, width: int, limit: int, look: Look = PLAIN, *, later: bool = False
    ) -> None:
        """Lay it out; `later` leaves the text to be laid out by `lay_out_more`."""
        self.turn, self.width, self.look = turn, width, look
        self._wanted = width  # the lines are still those of another width, where it differs
        self._limit = limit
        self._later = later
        self._waiting = ""  # the end of the text, not laid out yet
        self._resizing: Iterator[int] | None = None  # lays it out for the width wanted
        self._body = self._lay_out_text()
        self._reasoning = self._lay_out_reasoning()
        self._lay_out_frame()

    # -- what it is made of ----------------------------------------------------------

    def _lay_out_text(self) -> MarkdownDocument | PlainText | Tokens | None:
        turn = self.turn
        text = turn.text[: self._limit]
        if self.look.tokens and turn.tokens:
            return Tokens(turn.tokens, self.width)
        if not text and (turn.reasoning or turn.calls or turn.images):
            return None
        if self._later:
            self._waiting, text = text, ""
        if turn.markdown and not self.look.raw:
            from tui.widgets.markdown.document import MarkdownDocument  # with its parser

            return MarkdownDocument(text, self.width)
        return PlainText(text, self.width, turn.marks)

    def _lay_out_reasoning(self, *, opened: bool = False) -> Reasoning | None:
        turn = self.turn
        if not turn.reasoning:
            return None
        text = turn.reasoning[: self._limit]
        return Reasoning(text, self.width, turn.reasoning_s, opened=opened)

    def _lay_out_frame(self) -> None:
        """Lay out all but the text and the reasoning, which are short."""
        turn = self.turn
        images = PlainText("\n".join(turn.images), self.width) if turn.images else None
        calls = [line for call in turn.calls for line in call_lines(*call, self.width)]
        rest = len(turn.text) - self._limit
        more = f"… {plural(rest, 'character')} more\n" if rest > 0 else ""
        note = f"{more}{turn.note}".strip()
        notes = PlainText(note, self.width) if note else None
        self._parts: list[tuple[MarkdownDocument | Part, int]] = [
            (part, flags)
            for part, flags in (
                (self._reasoning, 0),
                (images, MUTED),
                (self._body, MUTED if turn.dim else 0),
                (calls, 0),
                (notes, MUTED),
            )
            if part is not None
        ]

    @property
    def waiting(self) -> bool:
        """Whether there is text that is not laid out yet, or is so for another width."""
        return bool(self._waiting) or self._wanted != self.width

    def lay_out_more(self, size: int) -> None:
        """Lay out this many more characters, or what takes as long for another width."""
        if self._wanted != self.width:
            self._resize_more(size * _RESIZED)
            return
        if isinstance(self._body, PlainText):
            size *= _PLAIN
        if self._body is not None and not isinstance(self._body, Tokens):
            self._body.grow(self._waiting[:size])
        self._waiting = self._waiting[size:]

    @property
    def height(self) -> int:
        """Count its lines."""
        return 2 + sum(len(part) for part, _ in self._parts)

    def line(self, at: int) -> Line:
        """Return a line after the header."""
        at -= 1
        for part, flags in self._parts:
            if at < len(part):
                line = part[at]
                if not flags:
                    return line
                return line._replace(spans=tuple((text, f | flags) for text, f in line.spans))
            at -= len(part)
        return BLANK

    # -- what changes ----------------------------------------------------------------

    def take(self, turn: Turn) -> int | None:
        """Take a turn whose text begins like this one's; returns the first line changed, or None.

        What is added to the text is laid out, what is there already is not.
        """
        before, body = self.turn, self._body
        if not self._goes_on(turn) or isinstance(body, Tokens) or (body is None and turn.text):
            return None
        while self.waiting:
            self.lay_out_more(self._limit)
        self.turn = turn
        changed = self.height
        if turn.reasoning != before.reasoning or turn.reasoning_s != before.reasoning_s:
            changed = self._take_reasoning(before)
        if body is not None and len(turn.text) > len(before.text):
            line = body.grow(turn.text[len(before.text) :])
            changed = min(changed, self._start_of(body) + line)
        if _frame(turn) != _frame(before):
            self._lay_out_frame()
            return 0
        return changed

    def _goes_on(self, turn: Turn) -> bool:
        before = self.turn
        same = (turn.markdown, turn.marks, turn.tokens) == (
            (before.markdown, before.marks, before.tokens)
        )
        short = len(turn.text) <= self._limit and len(turn.reasoning) <= self._limit
        return same and short and turn.text.startswith(before.text)

    def _take_reasoning(self, before: Turn) -> int:
        known, turn = self._reasoning, self.turn
        if known is None or not turn.reasoning.startswith(before.reasoning):
            opened = known is not None and known.opened
            self._reasoning = self._lay_out_reasoning(opened=opened)
            self._lay_out_frame()
            return 0
        more = turn.reasoning[len(before.reasoning) :]
        return 1 + known.grow(more, turn.reasoning_s)

    def _start_of(self, wanted: object) -> int:
        at = 1
        for part, _ in self._parts:
            if part is wanted:
                break
            at += len(part)
        return at

    def resize(self, width: int, *, later: bool = False) -> None:
        """Take another width, at once or with `lay_out_more`."""
        if width != self._wanted:
            self._wanted, self._resizing = width, None
        while self.width != self._wanted and not later:
            self._resize_more(self._limit)

    def _resize_more(self, size: int) -> None:
        """Lay out about this many more characters for the wanted width; the last take effect."""
        if self._resizing is None:
            self._resizing = self._resized(self._wanted)
        for done in self._resizing:
            size -= done
            if size <= 0:
                return
        self._resizing = None

    def _resized(self, width: int) -> Iterator[int]:
        body = self._body
        if isinstance(body, PlainText):
            text = self.turn.text[: self._limit]
            text = text[: len(text) - len(self._waiting)]
            body = PlainText(text[:_PIECE], width, self.turn.marks)
            for at in range(_PIECE, len(text), _PIECE):
                yield _PIECE
                body.grow(text[at : at + _PIECE])
        elif isinstance(body, Tokens):
            body = Tokens(self.turn.tokens, width)
        elif body is not None:
            yield from body.resized(width)
        self.width, self._body = width, body
        opened = self._reasoning is not None and self._reasoning.opened
        self._reasoning = self._lay_out_reasoning(opened=opened)
        self._lay_out_frame()

    def fold(self) -> bool:
        """Open or close the reasoning; return whether there is any."""
        if self._reasoning is not None:
            self._reasoning.opened = not self._reasoning.opened
        return self._reasoning is not None

    @property
    def opened(self) -> bool:
        """Whether the reasoning is open."""
        return self._reasoning is not None and self._reasoning.opened

    # -- what can be walked ----------------------------------------------------------

    def codes(self) -> list[tuple[int, Code]]:
        """Return the blocks of code, each with the line it begins on."""
        return [*self._codes()]

    def _codes(self) -> Iterator[tuple[int, Code]]:
        at = 1
        for part, _ in self._parts:
            if not isinstance(part, PlainText | Reasoning | Tokens):
                for line in range(len(part)):
                    code = part[line].code
                    if code is not None:
                        yield at + line, open_code(code, part)
            at += len(part)

    @property
    def token(self) -> int | None:
        """The token looked at; None where tokens are not shown."""
        return self._body.chosen if isinstance(self._body, Tokens) else None

    def choose_token(self, by: int, *, unsure: bool = False) -> int | None:
        """Look at another token, or another one the model was not sure of; returns its line."""
        if not isinstance(self._body, Tokens):
            return None
        line = self._body.choose(by, unsure=unsure)
        return self._start_of(self._body) + line


def still_shown(known: Sequence[Block], turns: Sequence[Turn], look: Look) -> dict[int, Block]:
    """Return those of the blocks at the places of turns that show them just so."""
    return {
        at: block
        for at, (block, turn) in enumerate(zip(known, turns, strict=False))
        if block.turn == turn and block.look == look
    }


def _frame(turn: Turn) -> Sequence[object]:
    """Return what a turn shows beside its text."""
    return turn.role, turn.remark, turn.dim, turn.note, turn.branch, turn.images, turn.calls
