"""`finetui check`: what is wrong with datasets, line by line."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, command
from tui.cli.inputs import check_stdin, file_of
from tui.core.text.text import one_line, plural
from tui.services.datasets.local_files import FileReport, check_file, reading
from tui.services.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tui.cli.output import Output
    from tui.core.checks import Alike, Severity
    from tui.services.datasets.local_files import Rows
    from tui.services.workspace import Workspace

PROBLEMS = 1
_NOUNS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "remark"}


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "check", _check, "check datasets, line by line")
    parser.add_argument("--near", action="store_true", help="look for near duplicates too")
    parser.add_argument(
        "--against",
        metavar="VALIDATION",
        help="look for what this file holds too: examples, prompts, near duplicates",
    )
    parser.add_argument("paths", metavar="FILE", nargs="+", help="datasets, or -")


async def _check(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    check_stdin([*options.paths, options.against])
    limits = workspace.files.limits
    reports: list[FileReport] = []
    unread: list[InputError] = []
    async with AsyncExitStack() as stack:
        against = (
            await stack.enter_async_context(file_of(options.against)) if options.against else None
        )
        others = await stack.enter_async_context(reading(against)) if against else None
        alike = _alike(others, against, near=options.near) if options.near or others else None
        for path in options.paths:
            try:
                async with file_of(path) as file:
                    report = await asyncio.to_thread(check_file, file, alike, limits)
            except InputError as error:
                out.say(error)
                unread.append(error)
                continue
            report = replace(report, path=path)
            reports.append(report)
            _print(report, out)
    document: dict[str, Any] = {"files": [_document(report) for report in reports]}
    if unread:
        document["error"] = unread[0].to_json()
    out.document(document)
    if unread:
        return InputError.exit_code
    return PROBLEMS if any(report.count("error") for report in reports) else 0


def _alike(others: Rows | None, path: Path | None, *, near: bool) -> Callable[[Rows], Alike]:
    from tui.services.checks.near import alike_in

    name = path.name if path is not None else ""
    return lambda rows: alike_in(rows, near=near, others=others, against=name)


def _print(report: FileReport, out: Output) -> None:
    path = one_line(report.path)
    for issue in report.issues:
        at = f"{path}:{issue.line}" if issue.line else path
        where = f" {one_line(issue.where)}" if issue.where else ""
        text = one_line(issue.message, 1000)
        out.line(f"{at}: {issue.severity} {issue.rule}{where}: {text}")
    counts = ", ".join(plural(report.count(severity), noun) for severity, noun in _NOUNS.items())
    out.line(f"{path}: {plural(report.examples, 'example')} ({report.format}), {counts}")


def _document(report: FileReport) -> dict[str, Any]:
    return {
        "path": report.path,
        "format": report.format,
        "examples": report.examples,
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "infos": report.count("info"),
        "issues": [
            {
                "line": issue.line,
                "rule": issue.rule,
                "severity": issue.severity,
                "where": issue.where,
                "message": issue.message,
                "fixable": issue.fixable,
                "lines": issue.lines,
            }
            for issue in report.issues
        ],
    }
