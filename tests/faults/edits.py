"""A seeded sequence of edits, run by a process that is killed: `python -m tests.faults.edits`.

Arguments: the dataset, the folder of journals, the number of the step to begin with. It prints
the number of steps that are confirmed after each. Some steps save.
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from tui.services.datasets import Change, Document

STEPS = 400


def edited(rows: list[bytes], step: int) -> tuple[list[bytes], Change]:
    """Return what a step makes of rows, and the change that does it."""
    chance = random.Random(step)
    at = chance.randrange(len(rows) + 1)
    removed = min(chance.randrange(3), len(rows) - at)
    lines = tuple(
        b'{"step": %d, "pad": "%s"}' % (step, b"x" * chance.randrange(3000))
        for _ in range(chance.randrange(3))
    )
    return [*rows[:at], *lines, *rows[at + removed :]], Change(at, removed, lines)


def saves(step: int) -> bool:
    """Return whether the rows are saved after a step."""
    return random.Random(-step).random() < 0.4


async def main(path: Path, journals: Path, first: int) -> None:
    """Edit until killed."""
    document = Document.open(path, journals)
    print(first, flush=True)
    for step in range(first, STEPS):
        _, change = edited(list(document.snapshot()), step)
        await document.change(f"step {step}", [change])
        print(step + 1, flush=True)
        if saves(step):
            await document.save()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
