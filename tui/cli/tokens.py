"""`finetui tokens`: how many tokens datasets have, and what training on them costs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli import tokens_money
from tui.cli.arguments import Commands, Parser, command
from tui.cli.exit_codes import PROBLEMS
from tui.cli.inputs import STDIN, a_file, check_stdin, file_of
from tui.core.catalog.models import DEFAULT_MODEL, base_of
from tui.core.money.pricing import MOST_EPOCHS
from tui.core.text.text import one_line, plural
from tui.services.errors import InputError, LedgerError, NotWritten, disk_errors
from tui.services.output_endings import by_ending

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.tokens.report import TokenReport
    from tui.services.workspace import Workspace

# In the order of their size; in JSON those that came later stand last.
_SPREAD = ("min", "p05", "p25", "p50", "p75", "p95", "p99", "max", "mean", "std")

_AS_LINES = {".csv": False, ".jsonl": True, ".ndjson": True}  # endings of --per-example


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "tokens", _tokens)
    parser.add_argument("paths", metavar="FILE", nargs="+", help="datasets, or -")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help=f"count for this model (default {DEFAULT_MODEL})"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="price this many passes")
    parser.add_argument(
        "--per-example",
        metavar="PATH",
        help="write the counts of every example to PATH, as CSV or, when it ends in .jsonl, as "
        "JSON lines; - is the standard output, as CSV",
    )
    parser.add_argument("--report", metavar="PATH", help="write a Markdown report to PATH")
    parser.add_argument("--svg", metavar="PATH", help="draw the histogram of the first file")
    parser.add_argument("--png", metavar="PATH", help="the same as an image")
    parser.add_argument(
        "--against", metavar="VALIDATION", help="count a second file too and tell how they differ"
    )
    parser.add_argument(
        "--test-prompts", type=int, metavar="N", help="price N prompts to the model, answered"
    )
    parser.add_argument(
        "--fail-over", type=int, metavar="N", help="exit with 1 when an example has over N tokens"
    )


async def _tokens(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    _check(options)
    reports: list[TokenReport] = []
    unread: list[InputError] = []
    ledger = ""
    silent = options.per_example == "-"  # the standard output is for the counts alone
    say = _nothing if silent else out.line
    paths = [*options.paths, *([options.against] if options.against else [])]
    for path in paths:
        try:
            report = await _count(path, options, workspace)
        except InputError as error:
            out.say(error)
            unread.append(error)
            continue
        reports.append(report)
        if not silent:
            _print(report, out)
            tokens_money.print_prompts(report, options.test_prompts, out.line)
    document: dict[str, Any] = {
        "files": [r.to_json() | tokens_money.prompts_json(r, options.test_prompts) for r in reports]
    }
    if options.against and len(reports) == len(paths):
        from tui.core.tokens.comparison import difference

        first, second = (r.trained_summary.p50 for r in (reports[0], reports[-1]))
        said = difference(first, second, "training", "validation")
        document["difference"] = {"training": first, "validation": second, "words": said}
        say(f"answers: {said}")
        document["validation"] = tokens_money.validation(reports[0], reports[-1], say)
    if reports:
        try:
            document["budget"] = await tokens_money.budget(workspace, reports[0], say)
        except LedgerError as error:
            document["budget"], ledger = None, f"; the budget is not known: {error.cause}"
        _note_unkept(workspace.tokens.unkept, ledger, out)
    over = _over(reports, options.fail_over, document, out)
    await asyncio.to_thread(_write, reports, options, out)
    if unread:
        document["error"] = unread[0].to_json()
    out.document(document)
    if unread:
        return InputError.exit_code
    return PROBLEMS if over else 0


def _note_unkept(problem: str, ledger: str, out: Output) -> None:
    """Say once that nothing can be kept, such as with a home that is read-only."""
    if problem:
        out.note(f"note: counts are not kept for the next time: {problem}{ledger}")
    elif ledger:
        out.note(f"note: {ledger.removeprefix('; ')}")


def _nothing(_said: str) -> None:
    """Say nothing."""


def _check(options: argparse.Namespace) -> None:
    by_ending(options.per_example or "", _AS_LINES, default=False)
    if options.epochs is not None and not 1 <= options.epochs <= MOST_EPOCHS:
        raise InputError(
            "Usage", f"--epochs must be 1 to {MOST_EPOCHS}", "Leave it out for the default."
        )
    if not base_of(options.model):
        raise InputError("Usage", f"--model {options.model!r} names no model", "Name one.")
    if options.test_prompts is not None and options.test_prompts < 1:
        raise InputError("Usage", "--test-prompts must be 1 or more", "Leave it out for none.")
    if options.fail_over is not None and options.fail_over < 0:
        raise InputError("Usage", "--fail-over must be 0 or more", "Give a number of tokens.")
    if options.per_example == "-" and getattr(options, "json", False):
        raise InputError("Usage", "--per-example - and --json both print", "Name a file.")
    for name in ("report", "svg", "png"):
        if path := getattr(options, name):
            a_file(path, f"--{name}")
    check_stdin([*options.paths, options.against])
    if options.per_example and len(options.paths) > 1:
        raise InputError("Usage", "--per-example is for one file", "Call it once a file.")
    _keep_datasets(options)


def _keep_datasets(options: argparse.Namespace) -> None:
    """Refuse to write over a file that is to be counted. Raises InputError."""
    written = (options.per_example, options.report, options.svg, options.png)
    for target in (Path(path) for path in written if path and path != "-"):
        for source in (
            Path(path) for path in (*options.paths, options.against) if path and path != STDIN
        ):
            if target.exists() and source.exists() and target.samefile(source):
                raise InputError(
                    "The file exists", f"{target} is a dataset to count", "Name another file."
                )


async def _count(path: str, options: argparse.Namespace, workspace: Workspace) -> TokenReport:
    with disk_errors("Cannot read the file", path, "Check it and try again."):
        async with file_of(path) as file:
            report = await workspace.tokens.report_file(
                str(file), options.model, epochs=options.epochs, money=workspace.profile
            )
            await asyncio.to_thread(_refuse_layout, file, path, report.examples)
        return replace(report, path=path) if path == STDIN else report


def _refuse_layout(file: Path, named: str, examples: int) -> None:
    """Raise InputError for a file that holds no line of ours, since it is something else."""
    from tui.core.formats.detection.packed import not_text
    from tui.services.datasets.disk.file_lines import read_rows

    rows = read_rows(file)
    try:
        if examples and not not_text(rows.source.head):
            return
        # All formats, fixes and checks come with these: a file of examples needs none of them.
        from tui.cli.rewrite_files import not_by_line
        from tui.core.fixes.whole import other_layout

        layout = other_layout(named, rows)
    finally:
        rows.close()
    if layout is not None:
        raise not_by_line(named, layout, wrote="")


def _over(
    reports: list[TokenReport], most: int | None, document: dict[str, Any], out: Output
) -> int:
    """Tell which examples have more than `most` tokens; return how many."""
    if most is None:
        return 0
    found = [
        {"path": report.path, "line": line, "tokens": tokens}
        for report in reports
        for line, tokens in report.numbers.over(most)
    ]
    document["over"] = found
    for each in found[:20]:
        out.note(f"{each['path']}:{each['line']}: {each['tokens']:,} tokens, over {most:,}")
    if len(found) > 20:
        out.note(f"and {len(found) - 20:,} more over {most:,}")
    return len(found)


def _write(reports: list[TokenReport], options: argparse.Namespace, out: Output) -> None:
    if not reports or not (options.per_example or options.report or options.svg or options.png):
        return
    from tui.services.tokens import export

    if options.per_example == "-":
        out.piece(export.as_csv(reports[0]))
    elif options.per_example:
        lines = by_ending(options.per_example, _AS_LINES, default=False)
        made = export.as_json_lines(reports[0]) if lines else export.as_csv(reports[0])
        _save(options.per_example, made)
    if options.report:
        _save(options.report, export.as_markdown(reports))
    if options.svg:
        _save(options.svg, export.as_svg(reports[0], "context"))
    if options.png:
        _save(options.png, export.as_png(reports[0], "context"))


def _save(path: str, made: str | bytes) -> None:
    from tui.services.tokens.export import save

    with disk_errors("Cannot write the file", path, "Name another file.", NotWritten):
        save(Path(path), made)


def _print(report: TokenReport, out: Output) -> None:
    facts = report.to_json()
    exact = "" if facts["exact"] else ", an estimate"
    by = f", by {report.counter}" if report.counter else ""
    out.line(f"{one_line(report.path)}: {plural(report.examples, 'example')}")
    out.line(f"  model            {report.model} ({facts['encoding']}{exact}{by})")
    if report.note:
        out.note(report.note)
    if not report.facts.known:
        out.note(f"{report.model} is not in the list of models: its limit and price are not known")
    out.line(f"  context tokens   {facts['context_tokens']:,}")
    out.line(f"  trained tokens   {facts['trained_tokens']:,}")
    if tools := facts["tool_definition_tokens"]:
        out.line(f"  tool definitions {tools:,}, not among the context tokens")
    if report.rows > report.examples:
        lines = plural(report.rows - report.examples, "line")
        out.line(f"  no example       {lines}, left out; finetui check tells why")
    if report.uncounted:
        out.line(
            f"  not counted      {plural(report.uncounted, 'image or sound', 'images or sounds')}"
        )
    parts = (f"{name} {facts['per_example'][name]:,.0f}" for name in _SPREAD)
    out.line(f"  per example      {', '.join(parts)}")
    out.line(f"  cut short        {_cut(report)}")
    out.line(f"  epochs           {report.epochs}")
    out.line(f"  billed tokens    {report.billed_tokens:,}")
    cost = facts["cost"]
    price = "unknown" if cost["amount"] is None else f"{cost['amount']:.4f} {cost['currency']}"
    dated = cost["as_of"] and cost["amount"] is not None
    out.line(
        f"  cost             {price}"
        + (f", as of {cost['as_of']}" if dated else "")
        + _beside(report)
    )
    if report.facts.no_new_jobs_after:
        out.line(f"  new jobs         none after {report.facts.no_new_jobs_after}")


def _beside(report: TokenReport) -> str:
    """Return what the cost is without: tool definitions, whose rule on a bill is not known."""
    amount = report.tool_cost.amount
    if not amount:
        return ""
    more = f"{amount:.4f} {report.cost.currency}"
    return f", + tool definitions, not counted in: {report.tool_tokens:,} tokens, about {more}"


def _cut(report: TokenReport) -> str:
    """Return how many examples the training limit cuts, and how much of them."""
    limit = report.facts.training_limit
    if limit is None:
        return "unknown: no training limit is known"
    lost = sum(each.lost for each in report.truncated)
    what = f"{plural(len(report.truncated), 'example')} (limit {limit:,})"
    return f"{what}, {plural(lost, 'token')} lost" if lost else what
