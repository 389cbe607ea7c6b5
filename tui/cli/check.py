"""`finetui check`: what is wrong with datasets, line by line."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, command
from tui.cli.inputs import check_stdin, file_of
from tui.core.text.text import one_line, plural
from tui.services.checks.file_report import checking
from tui.services.datasets.file_lines import reading
from tui.services.errors import InputError, NotWritten

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tui.cli.output import Output
    from tui.core.checks import Alike, Issue, Severity
    from tui.services.checks.file_report import CheckedFile
    from tui.services.datasets.file_lines import FileLines
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
    documents: list[dict[str, Any]] = []
    unread: list[InputError] = []
    async with AsyncExitStack() as stack:
        against = (
            await stack.enter_async_context(file_of(options.against)) if options.against else None
        )
        others = await stack.enter_async_context(reading(against)) if against else None
        alike = _alike(others, against, near=options.near) if options.near or others else None
        for path in options.paths:
            try:
                async with file_of(path) as file, checking(file, limits, alike=alike) as checked:
                    documents.append(await _tell(path, checked, out))
            except NotWritten:  # the report, not the file
                raise
            except InputError as error:
                out.say(error)
                unread.append(error)
    document: dict[str, Any] = {"files": documents}
    if unread:
        document["error"] = unread[0].to_json()
    out.document(document)
    if unread:
        return InputError.exit_code
    return PROBLEMS if any(document["errors"] for document in documents) else 0


def _alike(
    others: FileLines | None, path: Path | None, *, near: bool
) -> Callable[[FileLines], Alike]:
    from tui.services.checks.near import alike_in

    name = path.name if path is not None else ""
    return lambda rows: alike_in(rows, near=near, others=others, against=name)


async def _tell(path: str, checked: CheckedFile, out: Output) -> dict[str, Any]:
    """Print what the checks say of a file as it is put into words; return its document."""
    counts: Counter[Severity] = Counter()
    kept: list[dict[str, Any]] = []
    async for part in checked.issues():
        counts.update(issue.severity for issue in part)
        if out.as_json:
            kept += map(_document, part)
        for issue in part:
            out.line(_line(path, issue))
    report = checked.report
    found = ", ".join(plural(counts[severity], noun) for severity, noun in _NOUNS.items())
    out.line(f"{one_line(path)}: {plural(report.objects, 'example')} ({report.format}), {found}")
    return {
        "path": path,
        "format": report.format,
        "examples": report.objects,
        "errors": counts["error"],
        "warnings": counts["warning"],
        "infos": counts["info"],
        "issues": kept,
    }


def _line(path: str, issue: Issue) -> str:
    at = f"{one_line(path)}:{issue.line}" if issue.line else one_line(path)
    where = f" {one_line(issue.where)}" if issue.where else ""
    return f"{at}: {issue.severity} {issue.rule}{where}: {one_line(issue.message, 1000)}"


def _document(issue: Issue) -> dict[str, Any]:
    return {
        "line": issue.line,
        "rule": issue.rule,
        "severity": issue.severity,
        "where": issue.where,
        "message": issue.message,
        "fixable": issue.fixable,
        "lines": issue.lines,
    }
