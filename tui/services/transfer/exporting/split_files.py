"""Splits on disk: planned with what earlier splits decided, written, and remembered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from tui.core.dataset.fingerprints import content_key
from tui.core.dataset.splitting import by_question, split
from tui.services.store.best_effort import record_best_effort
from tui.services.transfer.importing import write_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tui.core.dataset.splitting import Grouping, Side, Split, SplitOptions
    from tui.services.datasets import DatasetService
    from tui.services.store.store import Store


async def plan_split(
    store: Store,
    lines: Sequence[bytes],
    wanted: SplitOptions,
    *,
    near: bool = False,
    fresh: bool = False,
) -> Split:
    """Divide lines off the loop; examples split before stay on their side unless `fresh`.

    Raises LedgerError when the ledger cannot be read.
    """
    known = cast("Mapping[str, Side]", {} if fresh else await store.sides.all())

    def plan() -> Split:
        keys = [content_key(line) for line in lines] if known else []
        return split(lines, wanted, grouping=_grouping(near), known=known, keys=keys)

    return await asyncio.to_thread(plan)


async def write_split(
    store: Store,
    datasets: DatasetService,
    lines: Sequence[bytes],
    made: Split,
    targets: tuple[Path, Path],
    source: str,
    *,
    near: bool = False,
) -> None:
    """Write the training and the validation file, and remember each example's side.

    Raises InputError when a file cannot be written; the sides are then not remembered.
    """
    parts: tuple[tuple[Side, Sequence[int], Path], ...] = (
        ("training", made.training, targets[0]),
        ("validation", made.validation, targets[1]),
    )
    for side, rows, path in parts:
        await asyncio.to_thread(write_lines, path, [lines[row] for row in rows])
        await datasets.record_version(path, len(rows), f"{side} part of {source}")
    sides = await asyncio.to_thread(_sides, lines, parts, _grouping(near))
    await record_best_effort(store.sides.keep(sides))


def _sides(
    lines: Sequence[bytes],
    parts: Sequence[tuple[Side, Sequence[int], Path]],
    grouping: Grouping,
) -> dict[str, str]:
    names = grouping(lines)
    sides: dict[str, str] = {}
    for side, rows, _ in parts:
        for row in rows:
            sides[names[row]] = side
            sides[content_key(lines[row])] = side
    return sides


def _grouping(near: bool) -> Grouping:
    """Return what keeps examples together: those that are nearly the same, or of one question."""
    if near:
        from tui.core.near import by_likeness

        return by_likeness
    return by_question
