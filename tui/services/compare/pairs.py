"""Add a preference pair to the open dataset, or write it to a new file."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import Example
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import InputError, NotWritten

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tui.services.datasets import Document

_LOOK = 20


def takes_pairs(document: Document | None) -> bool:
    """Whether a dataset is one of pairs, or empty: training takes one kind of example a file."""
    if document is None:
        return False
    found = (document.example(at) for at in range(min(len(document), _LOOK)))
    kinds = {one.kind for one in found if isinstance(one, Example)}
    return kinds <= {"preference"}


async def add_pair(document: Document, pair: Mapping[str, Any]) -> int:
    """Put a pair at the end of a dataset, as one step that undo takes back; return its number."""
    await document.ready()
    await document.insert(len(document), [_line(pair)], "add a preference pair")
    return len(document)


async def write_pair(path: Path, pair: Mapping[str, Any]) -> None:
    """Write a new file that holds one pair. Raises InputError for one that exists."""
    if await asyncio.to_thread(path.exists):
        raise InputError(
            "The file exists", str(path), "Open it in Datasets (1, then o); then p adds the pair."
        )
    try:
        await asyncio.to_thread(write_atomically, path, iter([_line(pair) + b"\n"]))
    except OSError as error:
        cause = f"{path}: {error.strerror or error}"
        raise NotWritten("Cannot write the pair", cause, "Choose another place.") from error


def _line(pair: Mapping[str, Any]) -> bytes:
    return json.dumps(pair, ensure_ascii=False).encode("utf-8", "surrogatepass")
