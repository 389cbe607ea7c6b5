"""Leakage between training and validation file: equal examples always, near ones if quick."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from tui.services.datasets.disk.file_lines import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.near import Group

# Sketching for nearness takes a few seconds for this much; equality a tenth of that.
_NEAR_BYTES = 4_000_000


async def leaks_of(training: Path, validation: Path, size: int) -> tuple[list[Group], bool]:
    """Return the groups two files share, and whether nearly equal examples were looked for.

    `size` is that of both, in bytes. A cancel ends the thread too. Raises InputError.
    """
    near = size <= _NEAR_BYTES
    stop = threading.Event()
    try:
        return await asyncio.to_thread(_leaks, training, validation, near, stop), near
    finally:
        stop.set()


def _leaks(training: Path, validation: Path, near: bool, stop: threading.Event) -> list[Group]:
    from tui.core.near import THRESHOLD, Stopped
    from tui.services.checks.near_finder import NearFinder, NearQuestion

    question = NearQuestion("leak", THRESHOLD if near else None)
    with closing(read_rows(training)) as rows, closing(read_rows(validation)) as others:
        try:
            return NearFinder().groups(rows, question, others, cancelled=stop.is_set)
        except Stopped:
            return []
