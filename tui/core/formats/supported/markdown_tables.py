"""Tables of Markdown: a heading between bars, a line of dashes, and a line for each row.

| question | answer |
|----------|--------|
| Q        | A      |
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DASHES = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?")
_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")  # one that is not escaped


def is_markdown_table(text: str) -> bool:
    """Whether a text is such a table and nothing else."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and _DASHES.fullmatch(lines[1]) is not None and "|" in lines[0]


def markdown_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of the heading and of each row, with their line (1-based)."""
    rows = [(at, line.strip()) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    return ((at, _cells(line)) for at, line in (*rows[:1], *rows[2:]))


def _cells(line: str) -> list[str]:
    inner = line.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    cells = _BAR.sub("\\1\0", inner).split("\0")
    return [cell.strip().replace("\\|", "|") for cell in cells]
