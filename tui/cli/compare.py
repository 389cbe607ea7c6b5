"""`finetui compare`: the same prompts to several models, measured and tested."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, amount_of, command
from tui.cli.compare_judge import add_judge, judge_document, judge_settings, judge_words
from tui.cli.compare_pairs import NOTHING, Pairs, add_pairs, check_pairs, pairs_of, write_pairs
from tui.cli.inputs import STDIN, check_stdin, lines_of, stdin_bytes
from tui.cli.json_files import read_conversation, read_tools
from tui.cli.progress import StatusLine
from tui.core.chat.parameters import ChatParameters
from tui.core.compare.document import (
    run_document,
    skipped_words,
    summary_table,
    versus_words,
)
from tui.core.compare.plan import Candidate, Plan
from tui.core.compare.prompts import Prompt, prompt_of_messages, prompts_of
from tui.core.compare.sides.repeats import collapsed
from tui.core.compare.table import Table
from tui.core.money.terms import amount_words
from tui.core.text.text import plural
from tui.services.compare.results_file import read_results
from tui.services.compare.run import Cap, RunEvents
from tui.services.compare.service import EarlierRun, check_plan
from tui.services.compare.sources import prompts_of_file
from tui.services.errors import InputError, NeedsConfirmation, ServiceError
from tui.services.jobs.spending import clock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Sequence
    from decimal import Decimal

    from tui.cli.output import Output
    from tui.core.compare.result_row import Row
    from tui.services.compare.estimate import Estimate
    from tui.services.compare.judge import Judge
    from tui.services.compare.run import CompareRun
    from tui.services.workspace import Workspace

MOST_AT_ONCE = 64
_FAILED_SHOWN = 5


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "compare", _compare, "ask several models the same, and measure")
    parser.add_argument("prompt", nargs="?", metavar="PROMPT", help="one question; - reads stdin")
    parser.add_argument("--models", metavar="A,B", help="the models to ask")
    parser.add_argument("--messages", metavar="FILE", help="one conversation, as JSON; or -")
    parser.add_argument("--dataset", metavar="FILE", help="every prompt of a JSONL file; or -")
    parser.add_argument("--limit", type=int, metavar="N", help="only its first N prompts")
    parser.add_argument(
        "--repeat", type=int, default=1, metavar="N", help="ask each prompt N times (default: 1)"
    )
    parser.add_argument("--system", metavar="TEXT", help="the system prompt, in place of theirs")
    parser.add_argument("--temperature", type=float, metavar="T", help="0 to 2 (lab: 0)")
    parser.add_argument("--top-p", type=float, metavar="P", help="0 to 1")
    parser.add_argument("--max-tokens", type=int, metavar="N", help="longest answer, in tokens")
    parser.add_argument("--seed", type=int, metavar="N", help="same seed, same answer")
    tools = "functions the models may call, as JSON, for prompts without tools of their own"
    parser.add_argument("--tools", metavar="FILE", help=tools)
    parser.add_argument(
        "--concurrency", type=int, default=4, metavar="N", help="requests at a time (default: 4)"
    )
    cap = "stop before it costs more than this; refuse to begin if it will"
    parser.add_argument("--max-cost", metavar="AMOUNT", help=cap)
    against = "compare with an earlier run too: its id, or its file of results"
    parser.add_argument("--against", metavar="RUN", help=against)
    out = "write a line for each answer as it comes; the same file again goes on where it stopped"
    parser.add_argument("--out", metavar="FILE", help=out)
    add_judge(parser)
    add_pairs(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say what would be asked")
    add_yes(parser, "begin though the estimate is above --max-cost, or not known")


async def _compare(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    check_pairs(options)
    if options.from_run is not None:
        return await _of_earlier(options, workspace, out)
    _check(options)
    plan = await _plan(options, workspace)
    check_plan(plan)
    earlier = await _earlier(options.against, plan, workspace)
    if said := skipped_words(plan.skipped):
        out.note(f"finetui: {said}")
    cap = amount_of(options.max_cost, "--max-cost")
    judge = await judge_settings(options)
    estimate = None
    if cap is not None or options.dry_run:
        estimate = await workspace.compare.estimate(plan, judge)
    refusal = _refusal(cap, estimate, options)
    if options.dry_run:
        return _dry_run(plan, estimate, refusal, out)
    if refusal is not None:
        raise refusal
    run = await workspace.compare.open(plan, None if options.out is None else Path(options.out))
    try:
        limit = None if cap is None or estimate is None else Cap(cap, estimate)
        error = await _ask(run, options, limit, out)
        if error is not None and not run.rows:
            raise error
        judging = None
        if judge is not None and error is None:
            parameters = ChatParameters(temperature=plan.candidates[0].parameters.temperature)
            judging = await workspace.compare.judge(run, judge, parameters)
            error = await _ended_by(judging.ask(options.concurrency, limit))
        pairs = None if error is not None else pairs_of(options, run.id, run.plan, _rows(run))
        if pairs is not None and pairs.made:
            error = await _ended_by(write_pairs(pairs, workspace))
        return _tell(run, earlier, error, out, judging, pairs)
    finally:
        await run.close()


def _rows(run: CompareRun) -> list[Row]:
    return [run.rows[slot] for slot in run.plan.slots() if slot in run.rows]


async def _of_earlier(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    """Tell what an earlier run came to, and make pairs of it; nobody is asked."""
    given = [options.prompt, options.messages, options.dataset, options.models, options.out]
    if any(one is not None for one in (*given, options.judge)):
        raise InputError("Usage", "--from takes the answers of a run as they are", "Give it alone.")
    found = await workspace.compare.read_named(options.from_run)
    if found.plan is None:
        raise InputError("No such comparison", options.from_run, "Give its id.")
    beside = await _earlier(options.against, found.plan, workspace)
    facts = await workspace.compare.prices(found.plan.candidates)
    table = Table([one.name for one in found.plan.candidates], found.rows, facts, beside)
    pairs = pairs_of(options, found.id, found.plan, found.rows)
    written = pairs is not None and bool(pairs.made) and not options.dry_run
    if pairs is not None and written:
        await write_pairs(pairs, workspace)
    document = run_document(found.id, found.plan, table, 0)
    if pairs is not None:
        document["preference_pairs"] = pairs.as_json(written=written)
    out.table(*summary_table(table.summaries()))
    for words in versus_words([*table.versus()]):
        out.line(words)
    if pairs is not None:
        out.line(pairs.words(written=written))
    out.document(document)
    return 0 if pairs is None or pairs.made else NOTHING


def _check(options: argparse.Namespace) -> None:
    if options.models is None:
        raise InputError("Usage", "--models is needed", "See finetui models list.")
    given = [options.prompt, options.messages, options.dataset]
    if sum(one is not None for one in given) != 1:
        raise InputError("Usage", "give a PROMPT, --messages or --dataset", "One of them.")
    check_stdin(given)
    if options.limit is not None and (options.dataset is None or options.limit < 1):
        raise InputError("Usage", "--limit is how many prompts of --dataset", "At least 1.")
    if not 1 <= options.concurrency <= MOST_AT_ONCE:
        raise InputError("Usage", f"--concurrency is from 1 to {MOST_AT_ONCE}", "Such as 4.")


async def _plan(options: argparse.Namespace, workspace: Workspace) -> Plan:
    temperature = options.temperature
    if temperature is None and workspace.profile.kind == "lab":
        temperature = 0.0  # as in chat: what so small a model learned shows in likely words
    parameters = ChatParameters(
        temperature=temperature,
        top_p=options.top_p,
        max_tokens=options.max_tokens,
        seed=options.seed,
        tools=await read_tools(options.tools) if options.tools else (),
    )
    names = [name.strip() for name in options.models.split(",") if name.strip()]
    prompts, skipped = await _prompts(options)
    if options.system is not None:
        prompts = [prompt.with_system(options.system) for prompt in prompts]
    source = options.dataset or options.messages or "a prompt"
    models = tuple(Candidate(name, name, parameters) for name in names)
    return Plan(models, tuple(prompts), options.repeat, source, skipped)


async def _prompts(options: argparse.Namespace) -> tuple[list[Prompt], int]:
    if options.dataset is not None and options.dataset != STDIN:
        return await prompts_of_file(Path(options.dataset), options.limit)
    if options.dataset is not None:
        found, skipped = await asyncio.to_thread(prompts_of, await lines_of(STDIN), options.limit)
        return found, len(skipped)
    if options.messages is not None:
        return [await _conversation(options.messages)], 0
    text = options.prompt
    if text == STDIN:
        text = (await stdin_bytes()).decode("utf-8", "replace").rstrip("\n")
    if not text.strip():
        raise InputError("No prompt", "the question is empty", "Write one, or - for stdin.")
    return [Prompt(1, ({"role": "user", "content": text},))], 0


async def _conversation(path: str) -> Prompt:
    given = await read_conversation(path)
    found = prompt_of_messages(given.messages, given.tools)
    if isinstance(found, Prompt):
        return found
    raise InputError(
        "Cannot read the messages", f"{path}: {found.reason}", "It is a JSON list of messages."
    )


async def _earlier(name: str | None, plan: Plan, workspace: Workspace) -> dict[str, list[Row]]:
    if name is None:
        return {}
    path = Path(name)
    if not await asyncio.to_thread(path.is_file):
        return (await workspace.compare.read(name)).beside()
    # A file of results has lines only: they are taken for those of the prompts asked now.
    asked = {prompt.line: prompt.fingerprint for prompt in plan.prompts}
    rows = await asyncio.to_thread(read_results, path)
    known = [replace(r, prompt=asked[r.slot.line]) for r in rows if r.slot.line in asked]
    return EarlierRun(path.stem, None, known).beside()


def _refusal(
    cap: Decimal | None, estimate: Estimate | None, options: argparse.Namespace
) -> ServiceError | None:
    if cap is None or estimate is None or options.yes or not estimate.above(cap):
        return None
    most = amount_words(cap, estimate.currency)
    cause = f"{estimate.words}; --max-cost allows {most}"
    return NeedsConfirmation("Not asked", cause, "Raise --max-cost, or add --yes to begin.")


def _dry_run(
    plan: Plan, estimate: Estimate | None, refusal: ServiceError | None, out: Output
) -> int:
    assert estimate is not None
    code = 0 if refusal is None else refusal.exit_code
    amount = None if estimate.amount is None else float(estimate.amount)
    document: dict[str, Any] = {
        "dry_run": True,
        "would_exit": code,
        "models": [one.name for one in plan.candidates],
        "prompts": len(plan.prompts),
        "skipped": plan.skipped,
        "answers": plan.size,
        "cost": {
            "amount": amount,
            "currency": estimate.currency,
            "as_of": estimate.as_of and estimate.as_of.isoformat(),
        },
    }
    if refusal is not None:
        document["error"] = refusal.to_json()
    out.document(document)
    models = plural(len(plan.candidates), "model")
    times = "" if plan.repeats == 1 else f", {plan.repeats} times each"
    out.line(
        f"{plural(len(plan.prompts), 'prompt')} to {models}{times}:"
        f" {plural(plan.size, 'answer')}; {estimate.words}"
    )
    if refusal is not None:
        out.say(refusal)
    return code


@dataclass(slots=True)
class _Told(RunEvents):
    """Shows how far a run is on a terminal."""

    run: CompareRun
    line: StatusLine

    def came(self, row: Row) -> None:
        """Count it."""
        run = self.run
        spent = "" if not run.spent else f" · {run.spent:.4f} spent"
        failed = "" if not run.failed else f" · {run.failed:,} failed"
        self.line.put(f"{len(run.rows):,} of {run.plan.size:,} answers{failed}{spent}")

    def paused(self, until: float) -> None:
        """Say until when nobody asks."""
        self.line.put(f"the provider asks to wait until {clock(until)}")


async def _ask(
    run: CompareRun, options: argparse.Namespace, cap: Cap | None, out: Output
) -> ServiceError | None:
    """Ask for what is missing; return what ended it before its time."""
    if run.resumed:
        out.note(f"finetui: going on with run {run.id}: {run.resumed:,} of {run.plan.size:,} there")
    line = StatusLine()
    try:
        await run.ask(options.concurrency, _Told(run, line), cap)
    except ServiceError as error:
        return error
    except asyncio.CancelledError:
        line.end()
        out.note(f"finetui: {len(run.rows):,} of {run.plan.size:,} answers; {_how_on(options)}")
        raise
    finally:
        line.end()
    return None


def _how_on(options: argparse.Namespace) -> str:
    if options.out is None:
        return "with --out FILE, the same command again would go on from here"
    return "the same command again goes on from here"


def _tell(
    run: CompareRun,
    earlier: dict[str, list[Row]],
    error: ServiceError | None,
    out: Output,
    judge: Judge | None,
    pairs: Pairs | None,
) -> int:
    table = run.results(earlier)
    document = run_document(run.id, run.plan, table, run.asked_again)
    if judge is not None:
        document["judge"] = judge_document(judge)
    if pairs is not None:
        document["preference_pairs"] = pairs.as_json(written=_written(pairs, error))
    out.document(document if error is None else {**document, "error": error.to_json()})
    if len(run.plan.prompts) == 1:
        _print_answers(table, run.plan, out)
    out.table(*summary_table(table.summaries()))
    for words in versus_words([*table.versus()]):
        out.line(words)
    _print_failed(table.rows, out)
    if judge is not None:
        out.note(f"finetui: {judge_words(judge)}")
    if run.asked_again:
        out.note(f"finetui: {plural(run.asked_again, 'answer')} asked for again; both may bill")
    if pairs is not None:
        out.line(pairs.words(written=_written(pairs, error)))
    out.note(f"finetui: run {run.id}")
    if error is not None:
        out.say(error)
        return error.exit_code
    nothing = pairs is not None and not pairs.made
    return 1 if run.failed or nothing else 0


def _written(pairs: Pairs, error: ServiceError | None) -> bool:
    return bool(pairs.made) and error is None


async def _ended_by(work: Awaitable[None]) -> ServiceError | None:
    """Wait for some work; return what ended it before its time."""
    try:
        await work
    except ServiceError as error:
        return error
    return None


def _print_answers(table: Table, plan: Plan, out: Output) -> None:
    for candidate in plan.candidates:
        rows = [r for r in table.rows if r.slot.model == candidate.name and r.error is None]
        out.line(f"── {candidate.name}")
        for count, answer in collapsed([row.answer for row in rows]):
            if len(rows) > 1:
                out.line(f"{count} × {'the same' if count > 1 else 'this'}:")
            out.line(answer.shown)
        out.line("")


def _print_failed(rows: Sequence[Row], out: Output) -> None:
    failed = [row for row in rows if row.error is not None]
    for row in failed[:_FAILED_SHOWN]:
        out.note(f"finetui: line {row.slot.line}, {row.slot.model}: {row.error}")
    if len(failed) > _FAILED_SHOWN:
        out.note(f"finetui: and {len(failed) - _FAILED_SHOWN:,} more failed")
