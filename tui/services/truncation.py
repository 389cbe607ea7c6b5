"""Telling what truncation costs: the trained text behind the limit, example by example."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.example import Broken, parse
from tui.core.tokens import count_example
from tui.core.truncation import trained_lost
from tui.services.vocab import encoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.services.tokens import Rows, TokenReport


async def trained_losses(
    rows: Rows, report: TokenReport, cancelled: Callable[[], bool] = lambda: False
) -> tuple[int, ...]:
    """Return the trained tokens lost by each of `report.truncated`, in that order.

    `rows` are those the report was made of. Runs in a thread; a cancelled run returns what it
    has. Raises VocabularyError when the vocabulary is damaged.
    """
    if not report.truncated:
        return ()
    return await asyncio.to_thread(_losses, rows, report, cancelled)


def _losses(rows: Rows, report: TokenReport, cancelled: Callable[[], bool]) -> tuple[int, ...]:
    counter = encoder(report.facts.encoding)
    limit = report.facts.training_limit or 0
    found: list[int] = []
    for cut in report.truncated:
        if cancelled():
            break
        example = parse(rows[cut.line - 1])
        counted = None if isinstance(example, Broken) else count_example(example, counter)
        found.append(trained_lost(counted, limit) if counted else 0)
    return tuple(found)
