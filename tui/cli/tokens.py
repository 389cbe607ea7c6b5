"""`finetui tokens`: how many tokens datasets have, and what training on them costs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, command
from tui.core.text import one_line, plural
from tui.services.errors import InputError, ServiceError
from tui.services.local_files import read_rows

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.tokens_report import TokenReport
    from tui.services.workspace import Workspace

DEFAULT_MODEL = "gpt-4.1-mini-2025-04-14"


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "tokens", _tokens, "count tokens and price a job")
    parser.add_argument("paths", metavar="FILE", nargs="+")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help=f"count for this model (default {DEFAULT_MODEL})"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="price so many passes")


async def _tokens(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if options.epochs is not None and options.epochs < 1:
        raise InputError("Usage", "--epochs must be 1 or more", "Leave it out for the default.")
    from tui.services.vocab import VocabularyError

    reports: list[TokenReport] = []
    unread: list[InputError] = []
    for path in options.paths:
        try:
            rows = await asyncio.to_thread(read_rows, Path(path))
        except InputError as error:
            out.say(error)
            unread.append(error)
            continue
        try:
            report = await workspace.tokens.report(rows, path, options.model, epochs=options.epochs)
        except VocabularyError as error:
            raise ServiceError(
                "Cannot count the tokens", str(error), "Install finetui again."
            ) from error
        finally:
            rows.close()
        reports.append(report)
        _print(report, out)
    document: dict[str, Any] = {"files": [report.to_json() for report in reports]}
    if unread:
        document["error"] = unread[0].to_json()
    out.document(document)
    return InputError.exit_code if unread else 0


def _print(report: TokenReport, out: Output) -> None:
    facts = report.to_json()
    exact = "" if facts["exact"] else ", an estimate"
    limit = facts["limit"]
    out.line(f"{one_line(report.path)}: {plural(report.examples, 'example')}")
    out.line(f"  model            {report.model} ({facts['encoding']}{exact})")
    out.line(f"  context tokens   {facts['context_tokens']:,}")
    out.line(f"  trained tokens   {facts['trained_tokens']:,}")
    spread = facts["per_example"]
    parts = (f"{name} {value:,.0f}" for name, value in spread.items() if value is not None)
    out.line(f"  per example      {', '.join(parts)}")
    cut = "" if limit is None else f" (limit {limit:,})"
    out.line(f"  cut short        {plural(len(facts['truncated']), 'example')}{cut}")
    out.line(f"  epochs           {report.epochs}")
    out.line(f"  billed tokens    {report.billed_tokens:,}")
    cost = facts["cost"]
    price = "unknown" if cost["amount"] is None else f"{cost['amount']:.4f} {cost['currency']}"
    out.line(f"  cost             {price}" + (f", as of {cost['as_of']}" if cost["as_of"] else ""))
