"""`finetui dedupe --near` and `--against`: near duplicates, and leakage between two files."""

from __future__ import annotations

import asyncio
from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.exit_codes import PROBLEMS
from tui.cli.rewrite_files import (
    Rewritten,
    example_lines,
    lines_in,
    not_compared,
    rewrite_all,
    with_rows,
)
from tui.core.text.text import one_line, plural
from tui.services.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tui.cli.output import Output
    from tui.core.near.groups import Group
    from tui.services.checks.near_finder import NearQuestion


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what is looked for beside equal examples."""
    parser.add_argument(
        "--near", action="store_true", help="near duplicates too; lists them unless -o says where"
    )
    parser.add_argument(
        "--threshold", type=float, metavar="SHARE", help="how alike is near (default 0.85)"
    )
    parser.add_argument(
        "--against",
        metavar="VALIDATION",
        help="what this file holds too: examples, prompts, with --near also near duplicates",
    )


def wanted(options: argparse.Namespace) -> bool:
    """Whether more than equal examples is asked for."""
    if options.threshold is not None and not options.near:
        raise InputError("Usage", "--threshold is for --near", "Add --near.")
    return bool(options.near or options.against)


async def dedupe_near(options: argparse.Namespace, out: Output) -> int:
    """List what is found and return 1 if anything was; or take it out where -o says."""
    from tui.core.near import THRESHOLD

    threshold = THRESHOLD if options.threshold is None else options.threshold
    if not 0.3 <= threshold <= 1:
        raise InputError("Usage", "--threshold must be from 0.3 to 1", "Such as 0.85.")
    if options.same != "example" or options.keep != "first":
        raise InputError("Usage", "--same and --keep are for equal examples", "Leave them out.")
    others = await example_lines(options.against) if options.against else None
    finder = _Finder(threshold if options.near else None, others)
    if options.in_place or options.output:
        return await rewrite_all(options, finder.rewritten, out, by_line=True)
    return await _list(options, finder, out)


class _Finder:
    """Finds the groups of one file after the other."""

    def __init__(self, threshold: float | None, others: Sequence[bytes] | None) -> None:
        from tui.services.checks.near_finder import NearFinder, NearQuestion

        self.question: NearQuestion = NearQuestion("near" if others is None else "leak", threshold)
        self._others = others
        self._finder = NearFinder()

    def groups(self, lines: Sequence[bytes]) -> list[Group]:
        """Return the groups among lines."""
        return self._finder.groups(_Clean(lines), self.question, self._others)

    def rewritten(self, path: str, data: bytes) -> Rewritten:
        """Return a file without what is found in it."""
        del path
        from tui.core.near import surplus

        lines = lines_in(data)
        threshold = self.question.threshold or 1.0
        groups = self.groups(lines)
        gone = {row for one in groups for row in surplus(one, _Clean(lines), threshold)}
        kept = [row for row in range(len(lines)) if row not in gone]
        name = "near duplicate" if self._others is None else "leaked example"
        return with_rows(data, kept, name, not_compared(lines))


class _Clean:
    """Lines as they are read: without a byte order mark or the return of a CRLF."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, position: int, /) -> bytes:
        line = self._lines[position].removesuffix(b"\r")
        return line if position else line.removeprefix(BOM_UTF8)


async def _list(options: argparse.Namespace, finder: _Finder, out: Output) -> int:
    documents: list[dict[str, Any]] = []
    left = False
    for path in options.paths:
        lines = await example_lines(path)
        groups = await asyncio.to_thread(finder.groups, lines)
        for group in groups:
            out.line(f"{one_line(path)}:{_group_line(group, options.against)}")
        examples = sum(len(group.rows) for group in groups)
        out.line(
            f"{one_line(path)}: {plural(len(groups), 'group')}, {plural(examples, 'example')} "
            f"of {len(lines):,}"
        )
        for text in not_compared(lines):
            left = True
            out.note(f"{one_line(path)}: {text}")
        documents.append(
            {
                "path": str(Path(path)),
                "against": options.against,
                "threshold": finder.question.threshold,
                "examples": len(lines),
                "groups": [_document(group) for group in groups],
            }
        )
    out.document({"files": documents})
    return PROBLEMS if left or any(document["groups"] for document in documents) else 0


def _group_line(group: Group, against: str | None) -> str:
    members = ", ".join(
        f"{row + 1} ({int(alike * 100)} %)"
        for row, alike in zip(group.rows, group.alike, strict=True)
    )
    if against is None:
        return f"{group.rows[0] + 1}: near: lines {members}"
    others = ", ".join(str(row + 1) for row in group.others)
    return f"{group.rows[0] + 1}: {group.reason}: lines {members}; {one_line(against)}: {others}"


def _document(group: Group) -> dict[str, Any]:
    return {
        "reason": group.reason,
        "lines": [row + 1 for row in group.rows],
        "similarity": [round(alike, 4) for alike in group.alike],
        "other_lines": [row + 1 for row in group.others],
    }
