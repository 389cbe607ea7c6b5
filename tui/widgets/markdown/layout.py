"""Lay out blocks of Markdown as lines of a given width."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.core.text.text import plural, visible
from tui.widgets.markdown.blocks import Nest, Rows, Rule, Table, Text
from tui.widgets.markdown.code import colored
from tui.widgets.markdown.spans import (
    BLANK,
    BOLD,
    GROUND,
    HEADING,
    MUTED,
    Code,
    Line,
    chop,
    safe_text,
    wrap,
)
from tui.widgets.markdown.table import columns_that_fit, table_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.widgets.markdown.blocks import Block
    from tui.widgets.markdown.spans import Span

LEAST = 8  # cells for text, however deep it stands
_PIECE = 200  # lines of code laid out at once


def lay_out(block: Block, width: int) -> list[Line]:
    """Return the lines of a block, a blank one first where it has a gap before it."""
    lines = _lines(block, max(width, LEAST))
    return [BLANK, *lines] if block.gap else lines


def pieces(block: Block, width: int) -> Iterator[list[Line]]:
    """Yield the lines of a block in turn, long code in several pieces."""
    if not isinstance(block, Code):
        yield lay_out(block, width)
        return
    yield [BLANK, code_head(block)] if block.gap else [code_head(block)]
    lines = code_spans(block)
    for at in range(0, len(lines), _PIECE):
        some = lines[at : at + _PIECE]
        yield [line for spans in some for line in _code_line(spans, max(width, LEAST))]


def _lines(block: Block, width: int) -> list[Line]:
    if isinstance(block, Text):
        return _text(block, width)
    if isinstance(block, Code):
        return [code_head(block), *code_lines(block, width)]
    if isinstance(block, Rule):
        return [Line((("─" * width, MUTED),))]
    if isinstance(block, Nest):
        return _nest(block, width)
    return _table(block, width)


def _text(block: Text, width: int) -> list[Line]:
    if not block.mark:
        return [Line(spans) for spans in wrap(block.spans, width)]
    marked = ((block.mark, HEADING | MUTED), *((t, f | BOLD) for t, f in block.spans))
    return [Line(spans) for spans in wrap(marked, width)]


def _nest(nest: Nest, width: int) -> list[Line]:
    """Put the marks before the lines; what stands too deep for the width loses them."""
    wide = cell_len(nest.rest)
    first, rest = (nest.first, nest.rest) if width - wide >= LEAST else ("", "")
    inner: list[Line] = []
    for block in nest.blocks:
        lines = lay_out(block, width - cell_len(rest))
        inner += lines if inner or not block.gap else lines[1:]
    return [
        Line((((rest if at else first), MUTED), *line.spans), line.fill, line.code)
        for at, line in enumerate(inner or [BLANK])
    ]


def _table(block: Table | Rows, width: int) -> list[Line]:
    table = block if isinstance(block, Table) else block.table
    widths = table.widths.get(width)
    if widths is None:
        widths = table.widths[width] = columns_that_fit((table.header, *table.rows), width)
    left_out = len(table.header) - len(widths)
    if isinstance(block, Rows):
        return table_lines(block.rows, table.aligns, widths)
    lines = table_lines((table.header,), table.aligns, widths, BOLD)
    if left_out:
        lines.append(Line(((f"… {plural(left_out, 'column')} more than fit here", MUTED),)))
    ruler = "─┼─".join("─" * wide for wide in widths)
    return [*lines, Line(((ruler, MUTED),)), *table_lines(table.rows, table.aligns, widths)]


# -- code ----------------------------------------------------------------------------


def code_head(code: Code) -> Line:
    """Return the line above a block of code, which names its language.

    Of one that is open it does not know the text, which would make it another line with each.
    """
    known = code if code.closed else replace(code, text="")
    name = " ".join(visible(code.language).split())[:40] or "code"
    return Line((("╭ ", GROUND | MUTED), (name, GROUND | MUTED)), GROUND, known)


def code_lines(code: Code, width: int) -> list[Line]:
    """Return the lines of a block of code."""
    return [line for spans in code_spans(code) for line in _code_line(spans, width)]


def code_spans(code: Code) -> Sequence[tuple[Span, ...]]:
    """Return each line of a block of code in spans; colours need the whole of it."""
    if not code.text:
        return []
    colors = colored(code.text, code.language) if code.closed else None
    if colors is not None:
        return colors
    return [((safe_text(text), GROUND),) for text in code.text.split("\n")]


def code_line(text: str, width: int) -> list[Line]:
    """Return the lines that one line of code takes: what does not fit goes on after ↪."""
    return _code_line(((safe_text(text), GROUND),), width)


def _code_line(spans: tuple[tuple[str, int], ...], width: int) -> list[Line]:
    marks = ("│ ", "↪ ")
    return [
        Line(((marks[bool(at)], GROUND | MUTED), *piece), GROUND)
        for at, piece in enumerate(chop(spans, max(width - 2, LEAST)))
    ]
