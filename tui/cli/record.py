"""`finetui record`: keep the answers of a model that is about to stop, to compare others with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, amount_of, command
from tui.cli.chat_parameters import read_parameters
from tui.cli.compare_asking import (
    add_asking,
    ask_all,
    check_asking,
    print_failed,
    refusal_of,
    tell_plan,
)
from tui.cli.deleting import delete_each
from tui.cli.exit_codes import PROBLEMS
from tui.core.compare.document import skipped_words
from tui.core.compare.plan import Candidate, Plan
from tui.core.compare.recorded import recorder
from tui.core.compare.remaining import Remaining
from tui.core.text.moments import date_words
from tui.core.text.text import one_line, plural
from tui.services.compare.run import Cap
from tui.services.compare.service import check_plan
from tui.services.compare.sources import prompts_of_file
from tui.services.errors import InputError, NeedsConfirmation, ServiceError

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.compare.run import CompareRun
    from tui.services.store.tables.comparisons_table import RunRecord
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "record", _record)
    parser.add_argument("--model", metavar="M", help="the model to ask")
    parser.add_argument("--dataset", metavar="FILE", help="every prompt of a JSONL file")
    add_asking(parser)
    plain = "do not ask for the log probabilities of the answers' tokens"
    parser.add_argument("--no-logprobs", action="store_true", help=plain)
    out = "write a line for each answer as it comes, too"
    parser.add_argument("--out", metavar="FILE", help=out)
    anew = "record once more what is recorded already"
    parser.add_argument("--anew", action="store_true", help=anew)
    parser.add_argument("--list", action="store_true", help="list what is recorded, and ask nobody")
    delete = "delete recordings from this machine, by their ids, for good"
    parser.add_argument("--delete", metavar="RUN", nargs="+", help=delete)
    listed = "with --list: of all profiles"
    parser.add_argument("--all-profiles", action="store_true", help=listed)
    parser.add_argument("--dry-run", action="store_true", help="only say what would be asked")
    add_yes(parser, "begin though the estimate is above --max-cost, or not known; delete")


async def _record(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if options.list:
        return await _list(options, workspace, out)
    if options.delete:
        return await _delete(options, workspace, out)
    plan = await _plan(options, workspace)
    check_plan(plan)
    if said := skipped_words(plan.skipped):
        out.note(f"finetui: {said}")
    cap = amount_of(options.max_cost, "--max-cost")
    path = None if options.out is None else Path(options.out)
    estimate, left = None, Remaining()
    if cap is not None or options.dry_run:
        left = await workspace.compare.left(plan, path, anew=options.anew)
        estimate = await workspace.compare.estimate(plan, left=left)
    refusal = refusal_of(cap, estimate, left, options)
    if options.dry_run:
        return tell_plan(plan, left, estimate, refusal, out)
    if refusal is not None:
        raise refusal
    run = await workspace.compare.record(plan, path, anew=options.anew)
    try:
        limit = None if cap is None or estimate is None else Cap(cap, estimate)
        error = await ask_all(run, options, limit, out)
        if error is not None and not run.rows:
            raise error
        return _tell(run, error, out)
    finally:
        await run.close()


async def _plan(options: argparse.Namespace, workspace: Workspace) -> Plan:
    if not options.model or not options.dataset:
        step = "Such as finetui record --model M --dataset valid.jsonl, or --list."
        raise InputError("Usage", "--model and --dataset are needed", step)
    check_asking(options)
    repeats = 1 if options.repeat is None else options.repeat
    prompts, skipped = await prompts_of_file(Path(options.dataset), options.limit)
    if options.system is not None:
        prompts = [prompt.with_system(options.system) for prompt in prompts]
    parameters = await read_parameters(options, workspace.profile.kind)
    asked = Candidate(options.model, options.model, parameters)
    model = recorder(options.model, asked, logprobs=not options.no_logprobs)
    return Plan((model,), tuple(prompts), repeats, options.dataset, skipped, records=True)


def _tell(run: CompareRun, error: ServiceError | None, out: Output) -> int:
    good = [row for row in run.in_order if row.error is None]
    sure = sum(bool(row.logprobs) for row in good)
    model = run.plan.candidates[0].model
    document: dict[str, Any] = {
        "recording": run.id,
        "model": model,
        "dataset": run.plan.source,
        "prompts": len(run.plan.prompts),
        "repeats": run.plan.repeats,
        "answered": len(good),
        "failed": run.failed,
        "missing": run.missing,
        "skipped": run.plan.skipped,
        "logprobs": sure,
        "asked_again": run.asked_again,
        "was_there": run.resumed,
    }
    out.document(document if error is None else {**document, "error": error.to_json()})
    given = f"{sure:,} with log probabilities" if sure else "without log probabilities"
    out.line(f"recorded {plural(len(good), 'answer')} of {one_line(model, 200)}, {given}: {run.id}")
    print_failed(run.in_order, out)
    if run.asked_again:
        out.note(f"finetui: {plural(run.asked_again, 'answer')} asked for again; both may bill")
    if error is not None:
        out.say(error)
        return error.exit_code
    if good:
        out.note(f"finetui: `finetui compare --recording {run.id} --models OTHER` compares with it")
    return PROBLEMS if run.failed else 0


async def _delete(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    """Delete recordings of any profile: what they hold is on this machine alone."""
    ids = [*dict.fromkeys(options.delete)]
    found = {one.id: one for one in await workspace.compare.recordings(all_profiles=True)}
    for one in ids:
        if one not in found:
            step = "`finetui record --list --all-profiles` lists those there are."
            raise InputError("No such recording", one, step)
    if options.dry_run or not options.yes:
        for one in ids:
            model, state = one_line(_model(found[one]), 200), _state(found[one])
            out.line(f"would delete recording {one}: {state} answers of {model}")
        document = {"dry_run": True, "would_delete": [_as_json(found[one]) for one in ids]}
        if options.dry_run:
            out.document(document)
            return 0
        lacking = NeedsConfirmation(
            "Not done",
            f"this deletes {plural(len(ids), 'recording')} for good; a model that is gone cannot be"
            " recorded again",
            "Add --yes to do it.",
        )
        out.document({**document, "error": lacking.to_json()})
        raise lacking

    async def delete(one: str) -> bool:
        await workspace.compare.delete(one)
        return True

    return await delete_each("recording", ids, delete, out)


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    found = await workspace.compare.recordings(all_profiles=options.all_profiles)
    wanted = [one for one in found if options.model in {None, _model(one)}]
    out.document({"recordings": [_as_json(one) for one in wanted]})
    cells = [_cells(one) for one in wanted]
    out.table(("id", "profile", "model", "dataset", "recorded", "answers"), cells)
    return 0


def _cells(one: RunRecord) -> tuple[str, ...]:
    model, source = one_line(_model(one), 200), one_line(_plan_of(one).source, 200)
    return one.id, one.profile, model, source, date_words(one.at), _state(one)


def _as_json(one: RunRecord) -> dict[str, Any]:
    return {
        "recording": one.id,
        "profile": one.profile,
        "model": _model(one),
        "dataset": _plan_of(one).source,
        "at": datetime.fromtimestamp(one.at, UTC).isoformat(),
        "answers": one.good,
        "failed": one.failed,
        "wanted": one.wanted,
        "running": one.held,
    }


def _plan_of(one: RunRecord) -> Plan:
    return Plan.from_json(one.settings, ())


def _model(one: RunRecord) -> str:
    found = _plan_of(one).candidates
    return found[0].model if found else "?"


def _state(one: RunRecord) -> str:
    of = f"{one.good:,}" if one.good >= one.wanted else f"{one.good:,} of {one.wanted:,}"
    of += f", {one.failed:,} failed" if one.failed else ""
    return f"{of}, running" if one.held else of
