"""`finetui diff`: what changed between two datasets, example by example."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.exit_codes import PROBLEMS
from tui.cli.inputs import lines_of
from tui.core.dataset.diff import compare
from tui.core.text.text import one_line

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.dataset.diff import Difference
    from tui.services.workspace import Workspace

_MARKS = {"added": "+", "removed": "-", "changed": "~", "moved": ">"}
_EXCERPT = 100


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "diff", _diff)
    parser.add_argument("before", metavar="A", help="the older dataset, or -")
    parser.add_argument("after", metavar="B", help="the newer dataset, or -")


async def _diff(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    del workspace
    before, after = await lines_of(options.before), await lines_of(options.after)
    found = await asyncio.to_thread(compare, before, after)
    for change in found.changes:
        _print(change, before, after, out)
    out.line(found.words)
    out.document(
        {
            "before": options.before,
            "after": options.after,
            "same": found.same,
            **{kind: found.count(kind) for kind in ("added", "removed", "changed", "moved")},
            "changes": [change.to_json() for change in found.changes],
        }
    )
    return PROBLEMS if found.changes else 0


def _print(change: Difference, before: list[bytes], after: list[bytes], out: Output) -> None:
    places = [str(at + 1) for at in (change.before, change.after) if at is not None]
    out.line(f"{_MARKS[change.kind]} {change.kind} {' → '.join(places)}")
    if change.before is not None and change.kind != "moved":
        out.line(f"    - {_shown(before[change.before])}")
    if change.after is not None:
        mark = " " if change.kind == "moved" else "+"
        out.line(f"    {mark} {_shown(after[change.after])}")


def _shown(line: bytes) -> str:
    return one_line(line[: _EXCERPT * 4].decode("utf-8", "replace"), _EXCERPT)
