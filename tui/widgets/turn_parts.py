"""What a message is made of, each as lines: plain text, reasoning, tokens, calls of tools."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import one_line, plural
from tui.widgets.markdown.spans import (
    CHOSEN,
    DOUBTFUL,
    GROUND,
    MARK,
    MUTED,
    UNSURE,
    Code,
    Line,
    safe_text,
    wrap,
)
from tui.widgets.wrapping import WrappedText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.chat.reply import TokenLogprob
    from tui.widgets.markdown.document import MarkdownDocument

# A model that gives a token less than this was not sure of it, or in doubt.
SURE, NOT_IN_DOUBT = 0.8, 0.4
_ALTERNATIVES = 20  # shown for a token at most


class PlainText:
    """A text as it is written, in lines of a width, with what is marked in it."""

    def __init__(self, text: str, width: int, marks: Sequence[tuple[int, int]] = ()) -> None:
        self._lines = WrappedText(safe_text(text), width)
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
        return self._lines.grow(safe_text(more))


class Reasoning:
    """What a model thought before it answered: a line that says how much, unless it is opened."""

    def __init__(self, text: str, width: int, seconds: float | None, *, opened: bool) -> None:
        self._text, self._seconds = text, seconds
        self._width = max(width - 2, 1)
        self._wrapped: WrappedText | None = None  # nobody waits for lines that are folded away
        self.opened = opened

    @property
    def _lines(self) -> WrappedText:
        if self._wrapped is None:
            self._wrapped = WrappedText(safe_text(self._text), self._width)
        return self._wrapped

    def __len__(self) -> int:
        """Count lines, as it is folded now."""
        return 1 + (len(self._lines) if self.opened else 0)

    def __getitem__(self, at: int) -> Line:
        """Return a line. Raises IndexError."""
        if at:
            return Line((("┊ ", MUTED), (self._lines[at - 1], MUTED)))
        if self.opened:  # no figures: the line stays as it is while more comes
            return Line(((f"▾ thought · {key_hint('messages.choose', 'closes')}", MUTED),))
        took = "" if self._seconds is None else f" / {self._seconds:,.0f} s"
        size = plural(len(self._text), "character")
        return Line(
            ((f"▸ thought for {size}{took} · {key_hint('messages.choose', 'opens')}", MUTED),)
        )

    def grow(self, more: str, seconds: float | None) -> int:
        """Append text and return the first line that may look different now."""
        self._text += more
        self._seconds = seconds
        first = 0 if self._wrapped is None else self._wrapped.grow(safe_text(more))
        return 1 + first if self.opened else 0


class Tokens:
    """The tokens of an answer: those the model was not sure of stand out, one is looked at."""

    def __init__(self, tokens: Sequence[TokenLogprob], width: int) -> None:
        self._tokens, self._width = tokens, width
        self._shown = [safe_text(token.token) for token in tokens]
        self.chosen = next((at for at in range(len(tokens)) if self._flags(at)), 0)
        self._lines: list[Line] = []
        self._lay_out()

    def __len__(self) -> int:
        """Count lines."""
        return len(self._lines)

    def __getitem__(self, at: int) -> Line:
        """Return a line. Raises IndexError."""
        return self._lines[at]

    def _flags(self, at: int) -> int:
        share = _share(self._tokens[at].logprob)
        return 0 if share >= SURE else UNSURE if share >= NOT_IN_DOUBT else DOUBTFUL

    def _lay_out(self) -> None:
        spans = [
            (text, self._flags(at) | (CHOSEN if at == self.chosen else 0))
            for at, text in enumerate(self._shown)
        ]
        lines = wrap(spans, self._width)
        self._lines = [*map(Line, lines), *self._alternatives()]

    def _alternatives(self) -> list[Line]:
        """Return the lines on the token looked at: how sure it was, and what else there was."""
        token = self._tokens[self.chosen]
        words = [
            f"token {self.chosen + 1:,} of {len(self._tokens):,}",
            _words(token.token, token.logprob),
        ]
        others = [pair for pair in token.alternatives if pair[0] != token.token]
        words += [_words(*pair) for pair in others[:_ALTERNATIVES]]
        if not others:
            words.append("no alternatives told")
        return [Line(spans) for spans in wrap([(" · ".join(words), MUTED)], self._width)]

    def choose(self, by: int, *, unsure: bool) -> int:
        """Look at another token, or the next one not sure; returns the line it stands on."""
        at = self.chosen + by
        while unsure and 0 <= at < len(self._tokens) and not self._flags(at):
            at += by
        if 0 <= at < len(self._tokens):
            self.chosen = at
            self._lay_out()
        for number, line in enumerate(self._lines):
            if any(flags & CHOSEN for _, flags in line.spans):
                return number
        return 0


def _share(logprob: float) -> float:
    return math.exp(min(logprob, 0.0))


def _words(token: str, logprob: float) -> str:
    share = _share(logprob) * 100
    shown = f"{share:.0f} %" if 1 <= share <= 99 else f"{share:.2g} %"
    return f"“{one_line(token, 40)}” {shown}"


def call_lines(name: str, arguments: str, width: int) -> list[Line]:
    """Return the lines of a call of a tool: its name, and its arguments as JSON."""
    from tui.widgets.markdown.layout import code_lines

    try:
        shown = json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        shown = arguments
    code = Code(shown, "json")
    head = (("╭ ", GROUND | MUTED), ("calls ", GROUND | MUTED), (safe_text(one_line(name)), GROUND))
    return [Line(head, GROUND, code), *code_lines(code, width)]


def open_code(code: Code, part: MarkdownDocument | list[Line]) -> Code:
    """Return a block of code with its text, of which the lines of an open one know nothing."""
    if code.closed or isinstance(part, list):
        return code
    return part.whole(code)
