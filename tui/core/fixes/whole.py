"""Whether a file is one to mend at all: text, and not in another program's format."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import kind_of
from tui.core.formats.containers import UnreadableError, container_of, records_of
from tui.core.formats.foreign import Foreign, foreign_format

if TYPE_CHECKING:
    from collections.abc import Container

_LOOKED_AT = 200  # rows, as many as convert looks at
_OWN = Foreign("openai", "")
_HEAD = 64 * 1024
_PACKED = {
    b"\x1f\x8b": "packed with gzip",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\x00": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"PK\x03\x04": "a ZIP archive or a workbook",
    b"PAR1": "a Parquet table",
    b"ARROW1": "an Arrow table",
}


def not_text(data: bytes) -> str:
    """Return what a file is that holds no text at all; "" for all others."""
    return next((what for mark, what in _PACKED.items() if data.startswith(mark)), "")


def other_format(data: bytes, rules: Container[str] = ()) -> Foreign | None:
    """Return the format that most of a file's first rows are of, when it is not OpenAI's.

    `rules` are those to be mended: with its own among them, the old format counts as OpenAI's.
    """
    try:
        records = islice(records_of(data, container_of("", data[:_HEAD])), _LOOKED_AT)
        rows = [record.value for record in records if isinstance(record.value, dict)]
    except UnreadableError:
        return None
    found = Counter(_format(row, rules) for row in rows)
    own = found.pop(_OWN, 0)
    found.pop(None, None)
    return next((one for one, n in found.most_common(1) if n > own and one is not _OWN), None)


def _format(row: dict[str, Any], rules: Container[str]) -> Foreign | None:
    """Return a row's format; None for none that is known."""
    found, kind = foreign_format(row), kind_of(row)
    if kind == "completion" and "legacy-completion" in rules:
        return _OWN
    return _OWN if found is None and kind in {"chat", "preference"} else found
