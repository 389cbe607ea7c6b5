"""`finetui jobs create`: looks at everything, uploads what is not there yet, asks for one job."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, add_yes, command
from tui.cli.job_draft import add_options, draft_of
from tui.cli.job_watch import ended, follow
from tui.cli.progress import UploadLine
from tui.core.money import amount_words
from tui.services.drafts import read_grader
from tui.services.errors import InputError, NeedsConfirmation, Refused, ServiceError
from tui.services.preflight import LEVELS, PreflightService, refuse_blocked
from tui.services.presets import Presets

if TYPE_CHECKING:
    import argparse
    from decimal import Decimal

    from tui.cli.output import Output
    from tui.core.jobs import Job
    from tui.services.drafts import Draft
    from tui.services.preflight import Preflight, Source
    from tui.services.workspace import Workspace


def register_create(actions: Commands[Parser]) -> None:
    """Add the command, and the one for presets."""
    parser = command(actions, "create", _create, "create a fine-tuning job")
    add_options(parser)
    dry = "only say what would happen; ends with the exit code that doing it would begin with"
    parser.add_argument("--dry-run", action="store_true", help=dry)
    spend = "go on if it costs at most this much; needed above the profile's budget"
    parser.add_argument("--spend", metavar="AMOUNT", help=spend)
    parser.add_argument("--wait", action="store_true", help="follow the job until it ends")
    add_yes(parser)
    presets = command(actions, "presets", _presets, "list the settings saved by a name")
    presets.add_argument("--delete", metavar="NAME", help="forget one")


async def _create(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    spend = _amount(options.spend)
    draft = await draft_of(options, workspace)
    grader = None
    if draft.method == "reinforcement":
        grader = await asyncio.to_thread(read_grader, draft.grader)
    found = await PreflightService(workspace).look(draft)
    if options.dry_run:
        return _tell(found, out, yes=options.yes, spend=spend)
    _allow(found, yes=options.yes, spend=spend)
    for part in found.at("ask"):
        out.note(f"warning: {part.topic}: {part.text}")
    job = await _upload_and_create(draft, found, grader, workspace, out)
    if options.wait:
        out.note(f"created {job.id}")
        job, _ = await follow(job.id, workspace, out, out.note)
    out.document({**job.raw, "status": job.status})
    out.line(job.id if not options.wait else f"{job.id} {job.fine_tuned_model or job.status}")
    return ended(job, out) if options.wait else 0


def _amount(text: str | None) -> Decimal | None:
    from decimal import Decimal, InvalidOperation

    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise InputError("Usage", f"--spend {text!r} is no amount", "Such as --spend 12.50.")
    return amount


def _tell(found: Preflight, out: Output, *, yes: bool, spend: Decimal | None) -> int:
    """Print the pre-flight; return what creating the job would end with."""
    refusal: ServiceError | None = None
    try:
        _allow(found, yes=yes, spend=spend)
    except ServiceError as error:
        refusal = error
    code = refusal.exit_code if refusal else 0
    document = {"dry_run": True, "would_exit": code, **found.to_json()}
    if refusal is not None:
        document["error"] = refusal.to_json()
    out.document(document)
    for part in found.parts:
        out.line(f"{LEVELS[part.level]} {part.topic:<8} {part.text}")
    if refusal is not None:
        out.say(refusal)
    return code


def _allow(found: Preflight, *, yes: bool, spend: Decimal | None) -> None:
    """Raise what speaks against going on: InputError, Unfit or NeedsConfirmation."""
    refuse_blocked(found)
    _allow_cost(found, yes=yes, spend=spend)
    asks = [part for part in found.at("ask") if part.topic != "cost"]
    if asks and not yes:
        cause = "; ".join(f"{part.topic}: {part.text}" for part in asks)
        raise NeedsConfirmation("Not done", cause, "Add --yes to create the job all the same.")


def _allow_cost(found: Preflight, *, yes: bool, spend: Decimal | None) -> None:
    cost = found.price.cost if found.price else None
    amount = cost.amount if cost else None
    said = next((part.text for part in found.parts if part.topic == "cost"), "cost unknown")
    sends = next((part.text for part in found.parts if part.topic == "sends"), "")
    plan = f"{sends}, which {'bills' if found.bills else 'costs'}; cost: {said}"
    if spend is not None and amount is None:
        raise NeedsConfirmation("Not done", plan, "--spend cannot be kept to; --yes goes on.")
    if spend is not None and amount is not None and cost is not None:
        if amount > spend:
            most = amount_words(spend, cost.currency)
            raise NeedsConfirmation("Not done", f"{plan}; --spend allows {most}", "Raise --spend.")
        return
    if found.above_budget and found.price is not None:
        needed = f"--spend {found.price.amount} goes above the budget."
        raise NeedsConfirmation("Not done", plan, needed)
    if found.confirms_money and not yes:
        needed = f" or --spend {found.price.amount}" if found.price and amount is not None else ""
        raise NeedsConfirmation("Not done", plan, f"Add --yes{needed} to do it.")


async def _upload_and_create(
    draft: Draft,
    found: Preflight,
    grader: dict[str, object] | None,
    workspace: Workspace,
    out: Output,
) -> Job:
    sent: list[str] = []
    ids = [await _file_id(source, workspace, out, sent) for source in found.sources]
    request = draft.request(
        workspace.profile.terms, ids[0], ids[1] if len(ids) > 1 else None, grader
    )
    if found.price is not None:
        request = replace(request, forecast=found.price.forecast)
    lost: list[ServiceError] = []

    def tell(error: ServiceError) -> None:
        lost.append(error)
        out.note(f"finetui: asked, no certain answer ({error.cause}); looking for the job")

    try:
        job = await workspace.jobs.create(request, tell)
    except Refused as error:
        if error.code == "training_not_available" and sent:
            commands = ", ".join(f"finetui files delete {one} --yes" for one in sent)
            error.next_step = f"{error.next_step} Of no use there any more: {commands}"
        raise
    if lost:
        out.note(f"finetui: the answer was lost on the way; the job exists, once: {job.id}")
    return job


async def _file_id(source: Source, workspace: Workspace, out: Output, sent: list[str]) -> str:
    if source.file_id is not None:
        return source.file_id
    path = str(source.path)
    line = UploadLine(out, path)
    try:
        info, reused = await workspace.files.ensure(path, line.show)
    finally:
        line.end()
    if reused:
        out.note(f"{path} is uploaded already: {info.id}")
    else:
        sent.append(info.id)
    return info.id


async def _presets(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    presets = Presets(workspace.locations)
    if options.delete:
        await presets.delete(options.delete)
    kept = await presets.load()
    out.document({"presets": kept})
    if not options.delete:
        pairs = ((name, one.get("model", ""), one.get("method", "")) for name, one in kept.items())
        rows = [tuple(str(cell) for cell in row) for row in pairs]
        out.table(("name", "model", "method"), rows)
    return 0
