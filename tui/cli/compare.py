"""`finetui compare`: the same prompts to several models, measured and tested."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, add_yes, amount_of, command, refuse_broken
from tui.cli.chat_parameters import read_parameters, says_parameters
from tui.cli.compare_asking import (
    add_asking,
    ask_all,
    check_asking,
    print_failed,
    refusal_of,
    tell_plan,
)
from tui.cli.compare_judge import add_judge, judge_document, judge_settings
from tui.cli.compare_pairs import Pairs, add_pairs, check_pairs, pairs_of, write_pairs
from tui.cli.exit_codes import PROBLEMS
from tui.cli.inputs import STDIN, check_stdin, lines_of, stdin_bytes
from tui.cli.json_files import read_conversation
from tui.core.compare.document import (
    run_document,
    skipped_words,
    summary_table,
    versus_words,
)
from tui.core.compare.plan import Candidate, Plan
from tui.core.compare.prompts import Prompt, prompt_of_messages, prompts_of
from tui.core.compare.recorded import recorded_candidate, successor
from tui.core.compare.remaining import Remaining
from tui.core.compare.sides.repeats import collapsed
from tui.core.compare.table import Table
from tui.core.text.text import plural
from tui.services.compare.results_file import read_results
from tui.services.compare.run import Cap
from tui.services.compare.service import EarlierRun, check_plan
from tui.services.compare.sources import prompts_of_file
from tui.services.errors import InputError, ServiceError
from tui.services.jobs.moving.recordings import recording_of_moved

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable

    from tui.cli.output import Output
    from tui.core.catalog.models import ModelFacts
    from tui.core.compare.result_row import Row
    from tui.services.compare.judge import Judge
    from tui.services.compare.run import CompareRun
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "compare", _compare)
    parser.add_argument("prompt", nargs="?", metavar="PROMPT", help="one question; - reads stdin")
    parser.add_argument("--models", metavar="A,B", help="the models to ask")
    parser.add_argument("--messages", metavar="FILE", help="one conversation, as JSON; or -")
    parser.add_argument("--dataset", metavar="FILE", help="every prompt of a JSONL file; or -")
    add_asking(parser)
    recording = (
        "the answers of a recording as the first side, without asking for them again; its own"
    )
    recording += " prompts are asked where none are given"
    parser.add_argument("--recording", metavar="RUN", help=recording)
    moved = "a model that was moved here, with the recording of the one it takes the place of"
    parser.add_argument("--moved", metavar="MODEL", help=moved)
    against = "compare with an earlier run too: its id, or its file of results"
    parser.add_argument("--against", metavar="RUN", help=against)
    out = "write a line for each answer as it comes; the same file again goes on where it stopped"
    parser.add_argument("--out", metavar="FILE", help=out)
    add_judge(parser)
    add_pairs(parser)
    # An earlier run is told of as it is: with nobody to ask, no profile is needed.
    parser.set_defaults(in_any_case=lambda options: options.from_run is not None)
    parser.add_argument("--dry-run", action="store_true", help="only say what would be asked")
    add_yes(parser, "begin though the estimate is above --max-cost, or not known")


async def _compare(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    check_pairs(options)
    if options.from_run is not None:
        return await _of_earlier(options, workspace, out)
    if options.moved is not None:
        await _take_moved(options, workspace)
    _check(options)
    plan = await _plan(options, workspace)
    check_plan(plan)
    earlier = await _earlier(options.against, plan, workspace)
    if said := skipped_words(plan.skipped):
        out.note(f"finetui: {said}")
    cap = amount_of(options.max_cost, "--max-cost")
    judge = await judge_settings(options)
    path = None if options.out is None else Path(options.out)
    estimate, left = None, Remaining()
    if cap is not None or options.dry_run:
        left = await workspace.compare.left(plan, path)
        estimate = await workspace.compare.estimate(plan, judge, left)
    refusal = refusal_of(cap, estimate, left, options)
    if options.dry_run:
        return tell_plan(plan, left, estimate, refusal, out)
    if refusal is not None:
        raise refusal
    run = await workspace.compare.open(plan, path)
    try:
        limit = None if cap is None or estimate is None else Cap(cap, estimate)
        error = await ask_all(run, options, limit, out)
        if error is not None and not run.rows:
            raise error
        judging = None
        if judge is not None and error is None:
            judging = await workspace.compare.judge(run, judge)
            error = await _ended_by(judging.ask(options.concurrency, limit))
        pairs = None if error is not None else pairs_of(options, run.id, run.plan, run.in_order)
        if pairs is not None and pairs.made:
            error = await _ended_by(write_pairs(pairs, workspace))
        return _tell(run, earlier, error, out, judging, pairs)
    finally:
        await run.close()


async def _of_earlier(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    """Tell what an earlier run came to, and make pairs of it; nobody is asked."""
    given = [
        options.prompt,
        options.messages,
        options.dataset,
        options.models,
        options.out,
        options.recording,
        options.moved,
    ]
    if any(one is not None for one in (*given, options.judge)):
        raise InputError("Usage", "--from takes the answers of a run as they are", "Give it alone.")
    found = await workspace.compare.read_named(options.from_run)
    if found.plan is None:
        raise InputError("No such comparison", options.from_run, "Give its id.")
    if getattr(options, "profile", None) is not None:
        refuse_broken(options)
    beside = await _earlier(options.against, found.plan, workspace)
    facts = await _prices_of(found, found.plan, options, workspace)
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
    return 0 if pairs is None or pairs.made else PROBLEMS


async def _prices_of(
    found: EarlierRun, plan: Plan, options: argparse.Namespace, workspace: Workspace
) -> dict[str, ModelFacts]:
    """Return prices by the profile that a run asked, unless one is named; {} if it is gone."""
    named = getattr(options, "profile", None)
    if named is None and found.profile != workspace.profile.name:
        try:
            await workspace.use_profile(found.profile)
        except InputError:
            return {}
    return await workspace.compare.prices(plan.candidates)


def _check(options: argparse.Namespace) -> None:
    if options.repeat is not None and options.repeat < 1:
        raise InputError("Usage", "--repeat is at least 1", "Such as 3.")
    if options.models is None:
        raise InputError("Usage", "--models is needed", "See finetui models list.")
    given = [options.prompt, options.messages, options.dataset]
    own = options.recording is not None  # it has prompts of its own
    if sum(one is not None for one in given) != 1 and not (own and not any(given)):
        raise InputError("Usage", "give a PROMPT, --messages or --dataset", "One of them.")
    check_stdin(given)
    check_asking(options)


async def _take_moved(options: argparse.Namespace, workspace: Workspace) -> None:
    """Set the model and the recording that --moved means. Raises InputError."""
    if options.models is not None or options.recording is not None:
        raise InputError("Usage", "--moved names both sides", "Give it without them.")
    found = await recording_of_moved(workspace.store, workspace.compare, options.moved)
    options.models, options.recording = options.moved, found.id


async def _plan(options: argparse.Namespace, workspace: Workspace) -> Plan:
    recording = await _recording(options, workspace)
    parameters = await read_parameters(options, workspace.profile.kind)
    names = [name.strip() for name in options.models.split(",") if name.strip()]
    models = tuple(Candidate(name, name, parameters) for name in names)
    repeats = options.repeat or 1
    own = recording.plan if recording is not None else None
    if recording is not None and own is not None:
        if not says_parameters(options):
            models = tuple(successor(name, own) for name in names)
        models = (recorded_candidate(recording.id, own), *models)
        repeats = options.repeat or own.repeats
    if own is not None and options.dataset is None:
        prompts, skipped, source = [*own.prompts], 0, own.source
    else:
        prompts, skipped = await _prompts(options)
        source = options.dataset or options.messages or "a prompt"
    if options.system is not None:
        prompts = [prompt.with_system(options.system) for prompt in prompts]
    return Plan(models, tuple(prompts), repeats, source, skipped)


async def _recording(options: argparse.Namespace, workspace: Workspace) -> EarlierRun | None:
    """Return the recording that takes part. Raises InputError for a run that is none."""
    if options.recording is None:
        return None
    found = await workspace.compare.read_named(options.recording)
    if found.plan is None or len(found.plan.candidates) != 1:
        raise InputError(
            "Not a recording", f"run {found.id} asked several models", "`finetui record --list`."
        )
    return found


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
    print_failed(table.rows, out)
    if judge is not None:
        out.note(f"finetui: judge {judge.bill.model}: {judge.words}")
    if run.asked_again:
        out.note(f"finetui: {plural(run.asked_again, 'answer')} asked for again; both may bill")
    if pairs is not None:
        out.line(pairs.words(written=_written(pairs, error)))
    out.note(f"finetui: run {run.id}")
    if error is not None:
        out.say(error)
        return error.exit_code
    nothing = pairs is not None and not pairs.made
    return PROBLEMS if run.failed or nothing else 0


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
