"""`finetui jobs create`: uploads what is not there yet and asks for one job."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import (
    Commands,
    Parser,
    add_yes,
    command,
    number_or_auto,
    whole_or_auto,
)
from tui.cli.job_watch import ended, follow
from tui.cli.progress import UploadLine
from tui.cli.secret_gate import guard
from tui.services.errors import InputError, NeedsConfirmation, ServiceError
from tui.services.job_requests import JobRequest

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def register_create(actions: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(actions, "create", _create, "create a fine-tuning job")
    file_help = "a .jsonl file (uploaded first) or the id of an uploaded one"
    parser.add_argument("--training-file", required=True, metavar="PATH_OR_ID", help=file_help)
    parser.add_argument("--validation-file", metavar="PATH_OR_ID", help=file_help)
    parser.add_argument("--model", required=True, help="the base model")
    parser.add_argument("--suffix", help="goes into the new model's name")
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--epochs", type=whole_or_auto, metavar="N|auto")
    parser.add_argument("--batch-size", type=whole_or_auto, metavar="N|auto")
    parser.add_argument("--lr-multiplier", type=number_or_auto, metavar="X|auto")
    parser.add_argument("--method", choices=("supervised", "dpo"), default="supervised")
    parser.add_argument("--beta", type=number_or_auto, metavar="X|auto", help="dpo only")
    parser.add_argument("--wait", action="store_true", help="follow the job until it ends")
    add_yes(parser)


async def _create(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    draft = _request(options, options.training_file, options.validation_file)
    if problems := draft.problems():
        raise InputError("Cannot create the job", " ".join(problems), "See --help.")
    await asyncio.to_thread(_check_files, draft)
    if workspace.profile.bills and not options.yes:
        raise await _needs_yes(draft, workspace, out)
    for given in (draft.training_file, draft.validation_file):
        if given is not None and await asyncio.to_thread(_is_path, given):
            await guard(given, workspace, out, yes=options.yes)
    request = _request(
        options,
        await _file_id(options.training_file, workspace, out),
        await _file_id(options.validation_file, workspace, out),
    )
    job = await workspace.jobs.create(request, lambda lost: _lost(lost, out))
    if options.wait:
        out.note(f"created {job.id}")
        job, _ = await follow(job.id, workspace, out, out.note)
    out.document({**job.raw, "status": job.status})
    out.line(job.id if not options.wait else f"{job.id} {job.fine_tuned_model or job.status}")
    return ended(job, out) if options.wait else 0


def _request(
    options: argparse.Namespace, training: str | None, validation: str | None
) -> JobRequest:
    return JobRequest(
        training_file=training or "",
        validation_file=validation,
        model=options.model,
        suffix=options.suffix,
        seed=options.seed,
        method=options.method,
        n_epochs=options.epochs,
        batch_size=options.batch_size,
        lr_multiplier=options.lr_multiplier,
        beta=options.beta,
    )


def _is_path(given: str) -> bool:
    """Tell a path from an id: it exists, or it looks like one."""
    return Path(given).exists() or "/" in given or given.endswith((".jsonl", ".json"))


def _check_files(draft: JobRequest) -> None:
    from tui.services.uploads import open_file

    for given in (draft.training_file, draft.validation_file):
        if given is not None and _is_path(given):
            open_file(Path(given)).close()


async def _file_id(given: str | None, workspace: Workspace, out: Output) -> str | None:
    if given is None or not await asyncio.to_thread(_is_path, given):
        return given
    line = UploadLine(out, given)
    try:
        info, reused = await workspace.files.ensure(given, line.show)
    finally:
        line.end()
    if reused:
        out.note(f"{given} is uploaded already: {info.id}")
    return info.id


async def _needs_yes(draft: JobRequest, workspace: Workspace, out: Output) -> NeedsConfirmation:
    profile = workspace.profile
    where = f"{profile.name} ({workspace.provider.base_url})"
    plan = f"this creates a job on {draft.model} with {draft.training_file} at {where}"
    plan += await _price(draft, workspace)
    out.line(f"would do: {plan}")
    return NeedsConfirmation("Not done", f"{plan}, which bills", "Add --yes to do it.")


async def _price(draft: JobRequest, workspace: Workspace) -> str:
    if not await asyncio.to_thread(_is_path, draft.training_file):
        return ""
    from tui.services.local_files import read_rows

    rows = await asyncio.to_thread(read_rows, Path(draft.training_file))
    epochs = draft.n_epochs if isinstance(draft.n_epochs, int) else None
    report = await workspace.tokens.report(rows, draft.training_file, draft.model, epochs=epochs)
    text = f", {report.examples:,} examples, about {report.billed_tokens:,} billed tokens"
    if report.cost.amount is None:
        return text + ", price unknown"
    return text + f", about {report.cost.amount:.2f} {report.cost.currency}"


def _lost(lost: ServiceError, out: Output) -> None:
    out.note(f"finetui: asked, no certain answer ({lost.cause}); looking for the job")
