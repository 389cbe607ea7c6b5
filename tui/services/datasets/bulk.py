"""Bulk operations on an open document: previewed, then done as one undoable step."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.bulk.run import Outcome, run
from tui.services.datasets.disk.read_ahead import ReadAhead, RowsAhead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.bulk.operations import Work
    from tui.services.datasets.document import Document

_TOLD_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What would become of a document, made from its rows as of `version`."""

    outcome: Outcome
    version: int


async def plan(
    document: Document,
    work: Work,
    positions: Sequence[int],
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PlannedChange | None:
    """Work out what `work` makes of the rows at `positions`; nothing is changed yet.

    Runs off the loop, on the rows as they stand now; `on_progress(done, of)` is called on it.
    None when it was cancelled.
    """
    snapshot = document.snapshot()
    loop = asyncio.get_running_loop()
    told = time.monotonic()

    def tick(done: int, of: int) -> bool:
        nonlocal told
        if on_progress is not None and (now := time.monotonic()) - told >= _TOLD_EVERY_S:
            told = now
            loop.call_soon_threadsafe(on_progress, done, of)
        return not cancelled()

    rows = RowsAhead(snapshot.ids, ReadAhead(snapshot.source, snapshot.text))
    outcome = await asyncio.to_thread(run, work, rows, positions, tick)
    return None if outcome is None else PlannedChange(outcome, snapshot.version)


async def apply(document: Document, planned: PlannedChange) -> bool:
    """Do it, as one undoable step; return whether anything changed.

    Raises InputError when the rows have changed since, or the document cannot be edited.
    """
    outcome = planned.outcome
    return await document.rewrite(outcome.label, outcome.rows, planned.version)
