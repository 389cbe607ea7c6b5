"""Suggest files to compare the open one with: its validation file first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MOST = 20
_VALIDATION = ("valid", "val", "dev", "test", "eval")


def neighbours(path: Path, recents: Sequence[Path]) -> list[Path]:
    """Return JSONL files of the same folder, likely validation files first, then recent ones.

    Reads the folder, so not for the event loop; one that cannot be read has no files.
    """
    try:
        here = sorted(p for p in path.parent.iterdir() if p.suffix in {".jsonl", ".ndjson"})
    except OSError:
        here = []
    here.sort(key=lambda p: not any(word in p.stem.casefold() for word in _VALIDATION))
    found = [p for p in here if p != path][:_MOST]
    return [*found, *(p for p in recents if p not in found and p != path)]
