"""Tell what a table holds, and the command that converts it with the columns it has."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui.core.formats.columns import EVERY_ROW, Columns, paths_of, value_at
from tui.core.formats.detection.delimited import delimited_records
from tui.core.formats.detection.foreign import ONE_CONVERSATION, Foreign, spoken_table
from tui.core.formats.detection.packed import not_text
from tui.core.formats.detection.samples import ROWS
from tui.core.formats.detection.sniffing import sniff
from tui.core.formats.encodings import head_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.core.formats.columns import Part
    from tui.core.formats.detection.containers import Container

_SHOWN = 12
NO_ROWS = "there is no row in it: add rows"
# What no question or answer is: a number, a date, a link, an id.
# What says of an answer how good it is, or which of two: the answer itself it is not.
_JUDGES = frozenset({"winner", "choice", "preference", "verdict", "label", "rating", "score"})
_NO_TEXT = re.compile(r"[\d\s.,:;/+TZ-]*|https?://\S+|[0-9a-fA-F-]{8,}")


def table_format(kind: Container, head: bytes) -> Foreign:
    """Return what a table's first bytes say of it; the command asks for nothing that is there.

    Of a table that is not text only its kind is known: then convert tells what it holds.
    """
    if kind not in {"csv", "tsv"} or not_text(head):
        return Foreign("table", kind.upper(), asked="")
    text, encoding = head_text(head)
    records = [*islice(delimited_records(text, kind), ROWS)]
    rows = [record.value for record in records if isinstance(record.value, dict)]
    if not rows:
        problem = next((f"row 1 is {one.problem}" for one in records if one.problem), NO_ROWS)
        return Foreign("table", kind.upper(), problem, asked="")
    found, title = _columns_of(kind, rows), kind.upper()
    if not encoding:
        return found
    words = f"{title}, in the encoding {encoding} as it seems"
    return replace(found, reason=words, asked=f"--encoding {encoding} {found.asked or ''}".strip())


def _columns_of(kind: Container, rows: Sequence[Mapping[str, Any]]) -> Foreign:
    found = sniff(rows, table=True)
    if found.format not in {"", "table"}:
        return Foreign("table", f"{kind.upper()}: {found.reason}", asked=f"--from {found.format}")
    if not Columns.guess(paths_of(rows)).problem:
        return spoken_table(rows, kind.upper()) or Foreign("table", kind.upper())
    return Foreign("table", kind.upper(), asked=shlex.join(suggested(rows)), about=about(rows))


_SENTENCE = (".", "?", "!", "…")  # how no column is called: the table has no heading


def about(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say which columns there are, and what to do about them."""
    names = paths_of(rows)
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    if not suggested(rows):
        return f"its columns are {shown}, and a question and its answer take two of texts"
    if Columns.guess(names).is_spoken:
        return f"{ONE_CONVERSATION}; its columns are {shown}"
    said = f"put the columns of question and answer there; its columns are {shown}"
    if any(name.rstrip().endswith(_SENTENCE) for name in names):
        said += "; if that is the first row of data, put a line with names above it"
    return said


def suggested(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the options that name columns, filled in with those of these rows.

    By their names where those are usual, else by what they hold. Empty where there are too few.
    """
    names = paths_of(rows)
    columns = Columns.guess(names)
    found = _of_messages(columns, rows) if columns.is_spoken else _of_pairs(columns, rows)
    return [word for part, of in found.items() for name in of for word in (f"--{part}", name)]


def _of_messages(
    columns: Columns, rows: Sequence[Mapping[str, Any]]
) -> Mapping[Part, tuple[str, ...]]:
    found = columns.named()
    if "conversation" not in found:
        free = [name for name in paths_of(rows) if name not in columns.used]
        repeated = next((n for n in free if 1 < len({*_cells(rows, n)}) < len(rows)), EVERY_ROW)
        found = {"conversation": (repeated,), **found}
    return found


def _of_pairs(
    columns: Columns, rows: Sequence[Mapping[str, Any]]
) -> Mapping[Part, tuple[str, ...]]:
    found = columns.named()
    free = [name for name in paths_of(rows)
            if name not in columns.used and name.casefold() not in _JUDGES]  # fmt: skip
    texts = {name: size for name in free if (size := _length(_cells(rows, name)))}
    missing: list[Part] = [part for part in ("user", "assistant") if part not in found]
    longest = sorted(texts, key=lambda name: -texts[name])[: len(missing)]
    chosen = [name for name in texts if name in longest]
    if len(chosen) < len(missing):
        return {}
    return {**found, **{part: (name,) for part, name in zip(missing, chosen, strict=True)}}


def _cells(rows: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    found = []
    for row in rows:
        try:
            value = value_at(row, name)
            found.append("" if value is None or isinstance(value, (list, dict)) else str(value))
        except KeyError:
            found.append("")
    return found


def _length(cells: Sequence[str]) -> float:
    """Return how long the texts of a column are; 0 where it holds none."""
    texts = [cell for cell in cells if cell.strip() and not _NO_TEXT.fullmatch(cell.strip())]
    return sum(map(len, texts)) / len(cells) if len(texts) * 2 > len(cells) else 0.0
