"""`finetui stats`: statistics of datasets: kinds, roles, turns, lengths, tools."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, command
from tui.cli.rewrite_files import example_lines
from tui.core.dataset.stats import Stats, stats
from tui.core.text.text import one_line, plural

if TYPE_CHECKING:
    import argparse
    from collections import Counter

    from tui.cli.output import Output
    from tui.core.tokens.distribution import Summary
    from tui.services.workspace import Workspace

_LISTED = 5


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "stats", _stats)
    parser.add_argument("paths", metavar="FILE", nargs="+", help="datasets, or -")


async def _stats(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    del workspace
    documents: list[dict[str, Any]] = []
    for path in options.paths:
        found = await asyncio.to_thread(stats, await example_lines(path, wrote=""))
        documents.append({"path": path, **found.to_json()})
        _print(path, found, out)
    out.document({"files": documents})
    return 0


def _print(path: str, found: Stats, out: Output) -> None:
    out.line(f"{one_line(path)}: {plural(found.examples, 'example')}")
    for name, count in (
        ("broken lines", found.broken),
        ("blank lines", found.blank),
        ("duplicates", found.duplicates),
        ("same prompts", found.same_prompts),
        ("with tools", found.with_tools),
        ("weight 0", found.messages_left_out),
    ):
        if count:
            out.line(f"  {name:<18}{count:,}")
    _spread("messages", found.messages, out)
    _spread("answer characters", found.answer_characters, out)
    _most("formats", found.formats, out)
    _most("roles", found.roles, out)
    _most("patterns", found.patterns, out)
    _most("system prompts", found.systems, out)
    _most("tools called", found.tools, out)


def _spread(name: str, one: Summary, out: Output) -> None:
    if one.count:
        out.line(f"  {name:<18}min {one.min:,.0f}, median {one.p50:,.0f}, p95 {one.p95:,.0f}, "
                 f"max {one.max:,.0f}")  # fmt: skip


def _most(name: str, counts: Counter[str], out: Output) -> None:
    if not counts:
        return
    out.line(f"  {name} ({len(counts):,} different)")
    for value, count in counts.most_common(_LISTED):
        out.line(f"    {count:>8,}  {one_line(value, 60)}")
