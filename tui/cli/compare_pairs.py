"""`finetui compare --pairs`: preference pairs of the best and the worst answers of a run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.inputs import a_file, refuse_existing
from tui.core.compare.listing import Listing
from tui.core.compare.measures import QUALITY
from tui.core.compare.sides.pairs import best_pairs
from tui.core.dataset.example import writer
from tui.core.dataset.fingerprints import content_key
from tui.core.text.text import one_line, plural
from tui.services.errors import InputError
from tui.services.store.best_effort import record_best_effort
from tui.services.transfer.importing import write_lines

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from tui.core.compare.plan import Plan
    from tui.core.compare.result_row import Row
    from tui.core.dataset.from_answers import MadeExample
    from tui.services.workspace import Workspace

# The first of these that applies is taken where none is named: a person's word before a model's.
_PREFERRED = ("picked", "judge", "similarity")


def add_pairs(parser: argparse.ArgumentParser) -> None:
    """Add the options that make pairs of a run."""
    earlier = "ask nobody: take the answers of an earlier run, by its id or its file of results"
    parser.add_argument("--from", dest="from_run", metavar="RUN", help=earlier)
    pairs = "write a preference pair for each prompt, best answer over worst, to a new file"
    parser.add_argument("--pairs", metavar="FILE", help=pairs)
    by = "the measure that says which is better (default: picked, else judge, else similarity)"
    parser.add_argument("--by", choices=QUALITY, help=by)


def check_pairs(options: argparse.Namespace) -> None:
    """Raise InputError for options that do not fit together, or a file that exists."""
    if options.by is not None and options.pairs is None:
        raise InputError("Usage", "--by is what --pairs are made by", "Name a file for them.")
    if options.pairs is not None:
        refuse_existing([a_file(options.pairs, "--pairs")], "Name a new file for --pairs.")


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of a run by a measure, of this many prompts. `path` is where they are to go."""

    path: Path
    measure: str
    made: tuple[MadeExample, ...]
    prompts: int

    def as_json(self, *, written: bool) -> dict[str, Any]:
        """Return it as the document of a run has it."""
        return {
            "path": str(self.path),
            "by": self.measure,
            "pairs": len(self.made),
            "prompts": self.prompts,
            "written": written,
        }

    def words(self, *, written: bool) -> str:
        """Return it in a line."""
        of = f"{plural(len(self.made), 'pair')} of {plural(self.prompts, 'prompt')}"
        by = f"by {self.measure}" if self.measure else "as no measure applies"
        if not self.made:
            return f"no pair: no answer is better than another {by}; nothing was written"
        where = one_line(str(self.path))
        return f"{of} {by} {'written to' if written else 'would go to'} {where}"


def pairs_of(
    options: argparse.Namespace, run: str, plan: Plan, rows: Iterable[Row]
) -> Pairs | None:
    """Return the pairs of a run, where they are asked for."""
    if options.pairs is None:
        return None
    listing = Listing(tuple(one.name for one in plan.candidates))
    listing.take(plan.prompts, rows)
    known = listing.measures()
    measure = options.by or next((m for m in (*_PREFERRED, *known) if m in known), "")
    shown = listing.listed()
    made = [one for _, one in best_pairs(shown, measure, run)] if measure else []
    return Pairs(Path(options.pairs), measure, tuple(made), len(shown))


async def write_pairs(pairs: Pairs, workspace: Workspace) -> None:
    """Write pairs to their new file, and keep where each came from. Raises InputError."""
    write = writer(b"")
    lines = [write(one.raw) for one in pairs.made]
    refuse_existing([pairs.path], "Name a new file for --pairs.")  # made while answers came
    await asyncio.to_thread(write_lines, pairs.path, lines)
    path = str(await asyncio.to_thread(pairs.path.absolute))
    for line, one in zip(lines, pairs.made, strict=True):
        added = workspace.store.origins.add(content_key(line), path, one.origin)
        await record_best_effort(added)
    await workspace.datasets.record_version(pairs.path, len(lines), "pairs of a comparison")
