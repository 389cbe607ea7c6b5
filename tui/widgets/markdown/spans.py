"""Styled text as spans (text, flags), and its lines wrapped to a width.

Flags say what a piece of text is; the widget that draws it decides what that looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, chop_cells

from tui.core.text.text import visible
from tui.widgets.wrapping import line_starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markdown_it.token import Token

BOLD, ITALIC, STRIKE, CODE, LINK, MUTED, HEADING, MARK = (1 << n for n in range(8))
# Of a block of code: its ground, and what its words are.
GROUND, KEYWORD, STRING, NUMBER, COMMENT = (1 << n for n in range(8, 13))
# Tokens of an answer of which the model was not sure, less sure, and the one looked at.
UNSURE, DOUBTFUL, CHOSEN = (1 << n for n in range(13, 16))

Span = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code, `closed` once its end has come."""

    text: str
    language: str
    closed: bool = True
    gap: bool = False


class Line(NamedTuple):
    """One line: its spans, the flags of what is blank behind them, and a block it begins."""

    spans: tuple[Span, ...] = ()
    fill: int = 0
    code: Code | None = None


BLANK = Line()


def safe_text(text: str) -> str:
    """Return text as it is shown: control characters visible, tabs as blanks."""
    return visible(text).replace("\t", "    ")


_FLAGS = {"strong": BOLD, "em": ITALIC, "s": STRIKE, "link": LINK}


def spans_of(token: Token | None) -> tuple[Span, ...]:
    """Return the spans of an inline token: links with their address, images with their name."""
    found: list[Span] = []
    flags: list[int] = []
    links: list[tuple[int, str]] = []  # where the text of a link begins, and its address
    for child in (token.children if token is not None else None) or ():
        kind, _, way = child.type.rpartition("_")
        if way == "open" and kind in _FLAGS:
            flags.append(_FLAGS[kind])
            if kind == "link":
                links.append((len(found), str(child.attrs.get("href", ""))))
        elif way == "close" and flags:
            flags.pop()
            if kind == "link":
                _close_link(found, *links.pop())
        else:
            _leaf(found, child, _united(flags))
    return tuple(found)


def _united(flags: Iterable[int]) -> int:
    found = 0
    for flag in flags:
        found |= flag
    return found


def _leaf(found: list[Span], token: Token, flags: int) -> None:
    if token.type in {"softbreak", "hardbreak"}:
        found.append(("\n", flags))
    elif token.type == "code_inline":
        found.append((safe_text(token.content), flags | CODE))
    elif token.type == "image":
        name = " ".join(safe_text(token.content).split())
        found.append((f"[image: {name}]" if name else "[image]", flags | LINK))
        _address(found, str(token.attrs.get("src", "")))
    elif token.content:
        found.append((safe_text(token.content), flags))


def _close_link(found: list[Span], start: int, address: str) -> None:
    text = "".join(text for text, _ in found[start:])
    if address.removeprefix("mailto:") != text:
        _address(found, address)


def _address(found: list[Span], address: str) -> None:
    if address:
        found.append((f" ({safe_text(address)})", MUTED))


def wrap(spans: Sequence[Span], width: int) -> list[tuple[Span, ...]]:
    """Return the spans in lines of at most `width` cells; there is at least one line."""
    text = "".join(text for text, _ in spans)
    starts = line_starts(text, width)
    lines: list[tuple[Span, ...]] = []
    at, offset = 0, 0  # the span looked at, and where in the text it begins
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(text)
        end = start + len(text[start:end].rstrip())
        line = []
        while at < len(spans) and offset < end:
            piece, flags = spans[at]
            part = piece[max(start - offset, 0) : end - offset]
            if part:
                line.append((part, flags))
            if offset + len(piece) > end:
                break
            offset += len(piece)
            at += 1
        lines.append(tuple(line))
    return lines


def chop(spans: Sequence[Span], width: int) -> list[tuple[Span, ...]]:
    """Return the spans of one line in lines of at most `width` cells, broken anywhere."""
    lines: list[list[Span]] = [[]]
    used = 0
    for text, flags in spans:
        wide = cell_len(text)
        if used + wide <= width:
            lines[-1].append((text, flags))
            used += wide
            continue
        first, rest = _fitting(text, width - used)
        if first:
            lines[-1].append((first, flags))
        pieces = chop_cells(rest, width) if rest else []
        lines.extend([(piece, flags)] for piece in pieces)
        used = cell_len(pieces[-1]) if pieces else used + cell_len(first)
    return [tuple(line) for line in lines]


def _fitting(text: str, width: int) -> tuple[str, str]:
    """Return the beginning of a text that fits, and the rest."""
    if width <= 0:
        return "", text
    first = chop_cells(text, width)[0]
    if cell_len(first) > width:  # a wide character where there is one cell
        return "", text
    return first, text[len(first) :]


def cut(spans: Sequence[Span], width: int) -> tuple[Span, ...]:
    """Return the spans cut to `width` cells, with … where something is left out."""
    flat = [(text.replace("\n", " "), flags) for text, flags in spans]
    if sum(cell_len(text) for text, _ in flat) <= width:
        return tuple(flat)
    first = chop(flat, max(width - 1, 1))[0] if width > 1 else ()
    return (*first, ("…", MUTED))
