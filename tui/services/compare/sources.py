"""Read the prompts of a run: from rows of the open dataset, or from a file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.compare.prompts import Prompt, prompt_of, prompts_of
from tui.services.datasets.disk.file_lines import reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tui.core.dataset.lines import Lines


async def prompts_of_file(path: Path, limit: int | None) -> tuple[list[Prompt], int]:
    """Return the prompts of a JSONL file, and how many lines ask nothing. Raises InputError."""
    async with reading(path) as lines:
        prompts, skipped = await asyncio.to_thread(prompts_of, lines, limit)
    return prompts, len(skipped)


async def prompts_of_rows(
    rows: Lines, positions: Sequence[int], limit: int | None
) -> tuple[list[Prompt], int]:
    """Return the prompts of rows at some positions, and how many of them ask nothing."""
    return await asyncio.to_thread(_of_rows, rows, positions, limit)


def _of_rows(rows: Lines, positions: Sequence[int], limit: int | None) -> tuple[list[Prompt], int]:
    found: list[Prompt] = []
    skipped = 0
    for position in positions:
        if limit is not None and len(found) >= limit:
            break
        one = prompt_of(position + 1, rows[position])
        if isinstance(one, Prompt):
            found.append(one)
        else:
            skipped += 1
    return found, skipped
