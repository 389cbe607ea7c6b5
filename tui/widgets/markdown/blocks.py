"""Parse Markdown into blocks of spans, in units at which a growing text can be cut.

A unit is what no text behind it can change any more once the next one has begun: a block at the
top, an item of a list at the top, a row of a long table. To parse on from the beginning of a unit,
`Place` says what it stands in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from tui.widgets.markdown.spans import HEADING, Code, safe_text, spans_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from tui.widgets.markdown.spans import Span

# Rows that the widths of a table's columns are made for; later ones have to fit.
FITTED_ROWS = 50
_NESTED = 20  # levels; what is nested deeper is shown as it is written
_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})(.*)")
_ODD_BREAKS = {ord(c): safe_text(c) for c in "\0\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"}
_BULLETS = "•◦▪"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, or a heading with its mark before it."""

    spans: tuple[Span, ...]
    mark: str = ""
    gap: bool = False  # a blank line before it, as every block may have


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""

    gap: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table: its columns' alignments ("left", "center", "right"), header and rows of cells."""

    aligns: tuple[str, ...]
    header: tuple[tuple[Span, ...], ...]
    rows: tuple[tuple[tuple[Span, ...], ...], ...]
    gap: bool = False
    widths: dict[int, list[int]] = field(default_factory=dict)  # of the columns, by the table's


@dataclass(frozen=True, slots=True)
class Rows:
    """More rows of a table, laid out like those before."""

    table: Table
    rows: tuple[tuple[tuple[Span, ...], ...], ...]
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Nest:
    """Blocks with something before their lines: an item of a list, a quote."""

    first: str
    rest: str
    blocks: tuple[Block, ...]
    gap: bool = False


Block = Text | Code | Rule | Table | Rows | Nest


@dataclass(frozen=True, slots=True)
class Place:
    """What the beginning of a unit stands in: a list, or a table.

    `head` is what to put before the text to have it parsed as what it is; `number` counts items.
    """

    head: str = ""
    number: int | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A block, where it begins in the text parsed, and in what.

    `after` is what the text goes on in where the unit is cut.
    """

    start: int
    block: Block
    place: Place
    after: Place


TOP = Place()


def plain_newlines(text: str) -> str:
    """Return text whose lines end in newlines alone, what else may count as a break visible."""
    return text.replace("\r\n", "\n").translate(_ODD_BREAKS)


@cache
def parser() -> MarkdownIt:
    """Return the parser: CommonMark with tables, but without HTML and definitions of links.

    HTML is shown as it is written; a definition would change text far before it.
    """
    from markdown_it import MarkdownIt

    options = {"html": False, "maxNesting": _NESTED}
    made = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    return made.disable(["html_block", "html_inline", "reference"])


def parse_units(text: str, place: Place = TOP, *, gap: bool = False) -> list[Unit]:
    """Parse text that begins with a unit at `place`; `gap` is whether a blank line is before it.

    Lines end in newlines alone, see `plain_newlines`.
    """
    return _Units(place.head + text, len(place.head), place, gap=gap).parse()


class _Units:
    """One parse of a text, whose first `head` characters are repeated from before."""

    def __init__(self, source: str, head: int, place: Place, *, gap: bool) -> None:
        self._source, self._head, self._place, self._gap = source, head, place, gap
        self._lines = source.split("\n")
        self._offsets = [0]
        for line in self._lines:
            self._offsets.append(self._offsets[-1] + len(line) + 1)

    def parse(self) -> list[Unit]:
        tokens = parser().parse(self._source)
        found: list[Unit] = []
        for group in _groups(tokens):
            found += self._units(group)
        return found

    def _units(self, tokens: list[Token]) -> Iterator[Unit]:
        first = tokens[0]
        if any(token.level >= _NESTED - 1 for token in tokens):
            yield self._unit(first, self._as_written(first))
        elif first.type in {"bullet_list_open", "ordered_list_open"}:
            yield from self._items(tokens)
        elif first.type == "table_open":
            yield from self._table(tokens)
        elif first.type == "fence":
            yield self._unit(first, self._fence(first))
        else:
            for block in self._blocks(tokens, 0):
                yield self._unit(first, block)

    def _unit(self, token: Token, block: Block, place: Place = TOP, after: Place = TOP) -> Unit:
        return Unit(self._offsets[(token.map or [0])[0]] - self._head, block, place, after)

    def _gap_before(self, token: Token) -> bool:
        """Whether the line before a block is blank, but for the marks of what it stands in."""
        line = (token.map or [0])[0]
        if self._offsets[line] <= self._head:
            return self._gap
        return not self._lines[line - 1].strip(" \t>")

    # -- units at the top ------------------------------------------------------------

    def _items(self, tokens: list[Token]) -> Iterator[Unit]:
        items = [*_groups(tokens[1:-1])]
        number = _first_number(tokens[0])
        if self._head and (tokens[0].map or [0])[0] == 0:
            items, number = items[1:], self._place.number
        for item in items:
            mark = item[0].markup if number is None else f"1{item[0].markup}"
            # An item before it makes it one too; indented as far as can be, it takes nothing in.
            place = Place(f"   {mark} #\n", number)
            yield self._unit(item[0], self._item(item, number, 0), place)
            number = None if number is None else number + 1

    def _table(self, tokens: list[Token]) -> Iterator[Unit]:
        table, rows = self._read_table(tokens)
        line = (tokens[0].map or [0])[0]
        if self._place.table is not None and line == 0:
            table, head, begun = self._place.table, self._place.head, 0
        else:
            head = self._source[self._offsets[line] : self._offsets[line + 2]]
            begun = FITTED_ROWS
            shown = tuple(cells for _, cells in rows[:begun])
            table = Table(table.aligns, table.header, shown, table.gap)
            yield self._unit(tokens[0], table, after=Place(table=table, head=head))
        within = Place(table=table, head=head)
        for row, cells in rows[begun:]:
            yield self._unit(row, Rows(table, (cells,)), within, within)

    def _fence(self, token: Token) -> Code:
        start, end = token.map or [0, 0]
        opened = Fence.opened_by(self._lines[start]) or Fence(0, token.markup, token.info)
        lines = self._lines[start + 1 : end]
        closed = bool(lines) and opened.closed_by(lines[-1])
        text = "\n".join(opened.content(line) for line in (lines[:-1] if closed else lines))
        return Code(text, opened.language, closed, self._gap_before(token))

    def _as_written(self, token: Token) -> Text:
        start, end = token.map or [0, 0]
        text = "\n".join(self._lines[start:end]).strip("\n")
        return Text(((safe_text(text), 0),), gap=self._gap_before(token))

    # -- blocks ----------------------------------------------------------------------

    def _blocks(self, tokens: list[Token], depth: int) -> Iterator[Block]:
        """Yield the blocks of tokens, which stand in `depth` lists."""
        for group in _groups(tokens):
            first = group[0]
            gap = self._gap_before(first)
            if first.type in {"bullet_list_open", "ordered_list_open"}:
                yield from self._nested_items(group, depth)
            elif first.type == "table_open":
                table, rows = self._read_table(group)
                cells = tuple(row for _, row in rows)
                yield Table(table.aligns, table.header, cells, gap)
            elif first.type == "blockquote_open":
                yield Nest("▎ ", "▎ ", tuple(self._blocks(group[1:-1], depth)), gap)
            else:
                yield self._leaf(group, gap)

    def _leaf(self, group: list[Token], gap: bool) -> Block:
        first = group[0]
        if first.type == "heading_open":
            spans = tuple((text, flags | HEADING) for text, flags in spans_of(group[1]))
            return Text(spans, f"{'#' * int(first.tag[1:])} ", gap)
        if first.type in {"fence", "code_block"}:
            language = first.info.split()[0] if first.info.split() else ""
            return Code(first.content.removesuffix("\n"), language, gap=gap)
        if first.type == "hr":
            return Rule(gap)
        return Text(spans_of(group[1] if len(group) > 1 else None), gap=gap)

    def _nested_items(self, tokens: list[Token], depth: int) -> Iterator[Block]:
        number = _first_number(tokens[0])
        for item in _groups(tokens[1:-1]):
            yield self._item(item, number, depth)
            number = None if number is None else number + 1

    def _item(self, tokens: list[Token], number: int | None, depth: int) -> Nest:
        blocks = tuple(self._blocks(tokens[1:-1], depth + 1))
        bullet = _BULLETS[min(depth, len(_BULLETS) - 1)]
        mark = f"{bullet} " if number is None else f"{number}{tokens[0].markup} "
        return Nest(mark, " " * len(mark), blocks, self._gap_before(tokens[0]))

    def _read_table(
        self, tokens: list[Token]
    ) -> tuple[Table, list[tuple[Token, tuple[tuple[Span, ...], ...]]]]:
        """Return a table without its rows, and these."""
        rows: list[tuple[Token, list[tuple[Span, ...]]]] = []
        aligns = []
        for at, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append((token, []))
            elif token.type in {"th_open", "td_open"}:
                rows[-1][1].append(spans_of(tokens[at + 1]))
                if token.type == "th_open":
                    aligns.append(str(token.attrs.get("style", "")).rpartition(":")[2] or "left")
        header = tuple(rows[0][1])
        table = Table(tuple(aligns), header, (), self._gap_before(tokens[0]))
        return table, [(token, tuple(cells)) for token, cells in rows[1:]]


def _first_number(token: Token) -> int | None:
    """Return what the items of a list are counted from; None for one with bullets."""
    return int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None


def _groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each block: from its opening one to its closing one."""
    depth, group = 0, []
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


@dataclass(frozen=True, slots=True)
class Fence:
    """What opened a block of code, and therefore closes it."""

    indent: int
    mark: str
    language: str

    @classmethod
    def opened_by(cls, line: str) -> Fence | None:
        """Return the fence that a line opens, if it opens one."""
        found = _FENCE.fullmatch(line)
        if found is None or (found[2][0] == "`" and "`" in found[3]):
            return None
        words = found[3].split()
        return cls(len(found[1]), found[2], words[0] if words else "")

    def closed_by(self, line: str) -> bool:
        """Whether a line ends the block."""
        bare = line.rstrip(" \t")
        mark = bare.lstrip(" ")
        return (
            len(bare) - len(mark) <= 3
            and len(mark) >= len(self.mark)
            and not mark.strip(self.mark[0])
        )

    def content(self, line: str) -> str:
        """Return a line of the block without the indentation of the fence."""
        blanks = len(line) - len(line.lstrip(" "))
        return line[min(self.indent, blanks) :]
