"""Work on many rows of an open document: looked at first, then done as one undoable step."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.bulk.run import Outcome, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.bulk.model import Work
    from tui.services.datasets.document import Document


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of a document, made from its rows as of `version`."""

    outcome: Outcome
    version: int


async def plan(
    document: Document,
    work: Work,
    positions: Sequence[int],
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Planned | None:
    """Work out what `work` makes of the rows at `positions`; nothing is changed yet.

    Runs off the loop, on the rows as they stand now; `on_progress(done, of)` is called on it.
    None when it was cancelled.
    """
    snapshot = document.snapshot()
    loop = asyncio.get_running_loop()

    def tick(done: int, of: int) -> bool:
        if on_progress is not None:
            loop.call_soon_threadsafe(on_progress, done, of)
        return not cancelled()

    outcome = await asyncio.to_thread(run, work, snapshot, positions, tick)
    return None if outcome is None else Planned(outcome, snapshot.version)


async def apply(document: Document, planned: Planned) -> bool:
    """Do it, as one undoable step; tells whether anything changed.

    Raises InputError when the rows have changed since, or the document cannot be edited.
    """
    outcome = planned.outcome
    return await document.rewrite(outcome.label, outcome.rows, planned.version)
