"""`finetui jobs create`: looks at everything, uploads what is not there yet, asks for one job."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, add_yes, command
from tui.cli.consent import ACCEPTABLE, Answers, add_accept, check_allowed
from tui.cli.job_draft import add_options, draft_of
from tui.cli.job_watch import ended, follow
from tui.cli.progress import UploadLine
from tui.services.errors import Refused, ServiceError
from tui.services.jobs.creation import JobCreation, training_closed
from tui.services.jobs.drafts import read_grader
from tui.services.jobs.preflight import LEVELS, PreflightService
from tui.services.jobs.spending import AboveBudget
from tui.services.settings.presets import Presets

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.jobs.jobs import Job
    from tui.core.jobs.match import Match
    from tui.services.jobs.creation import Consent
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.preflight import Preflight, Source
    from tui.services.workspace import Workspace


def register_create(actions: Commands[Parser]) -> None:
    """Add the command, and the one for presets."""
    parser = command(actions, "create", _create, "create a fine-tuning job")
    add_options(parser)
    dry = "only say what would happen; ends with the exit code that doing it would begin with"
    parser.add_argument("--dry-run", action="store_true", help=dry)
    spend = "go on if it costs at most this much; needed above the profile's budget, where a job"
    spend += " of unknown cost is: with --yes, it counts as this much"
    parser.add_argument("--spend", metavar="AMOUNT", help=spend)
    again = "go on though an earlier job got no answer and may exist"
    parser.add_argument("--again", action="store_true", help=again)
    parser.add_argument("--wait", action="store_true", help="follow the job until it ends")
    add_accept(parser, ACCEPTABLE.values())
    add_yes(parser, "it may bill, within the profile's budget")
    presets = command(actions, "presets", _presets, "list the settings saved by a name")
    presets.add_argument("--delete", metavar="NAME", help="forget one")


async def _create(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    answers = Answers.of(options)
    draft = await draft_of(options, workspace)
    if draft.method == "reinforcement":  # a grader that cannot be read is told first
        await asyncio.to_thread(read_grader, draft.grader)
    found = await PreflightService(workspace).look(draft)
    if options.dry_run:
        return _tell(found, out, answers)
    consent = check_allowed(found, answers)
    for part in (*found.at("note"), *found.at("ask")):
        out.note(f"{'note' if part.level == 'note' else 'warning'}: {part.topic}: {part.text}")
    job = await _upload_and_create(draft, found, consent, workspace, out)
    if options.wait:
        out.note(f"created {job.id}")
        job, _ = await follow(job.id, workspace, out, out.note)
    out.document({**job.raw, "status": job.status})
    out.line(job.id if not options.wait else f"{job.id} {job.fine_tuned_model or job.status}")
    return ended(job, out) if options.wait else 0


def _tell(found: Preflight, out: Output, answers: Answers) -> int:
    """Print the pre-flight; return what creating the job would end with."""
    refusal: ServiceError | None = None
    try:
        check_allowed(found, answers)
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


async def _upload_and_create(
    draft: Draft, found: Preflight, consent: Consent, workspace: Workspace, out: Output
) -> Job:
    lines: dict[str, UploadLine] = {}
    lost: list[ServiceError] = []
    sure: list[Match] = []

    def line_of(source: Source) -> UploadLine:
        path = str(source.path)
        return lines.setdefault(path, UploadLine(out, path))

    def reused(source: Source, file_id: str) -> None:
        line_of(source).end()
        out.note(f"{source.path} is uploaded already: {file_id}")

    def tell(error: ServiceError) -> None:
        lost.append(error)
        out.note(f"finetui: asked, no certain answer ({error.cause}); looking for the job")

    async def end_lines() -> None:
        for line in lines.values():
            line.end()

    creation = JobCreation(
        workspace,
        on_upload=lambda source, progress: line_of(source).show(progress),
        on_reused=reused,
        on_lost=tell,
        on_found=sure.append,
        before_asking=end_lines,
    )
    try:
        job = await creation.create(draft, found, consent)
    except AboveBudget as error:
        price = found.price.amount if found.price else ""
        error.next_step = f"--spend {price} goes above the budget."
        raise
    except Refused as error:
        if training_closed(error) and creation.sent:
            commands = ", ".join(f"finetui files delete {one} --yes" for one in creation.sent)
            error.next_step = f"{error.next_step} Of no use there any more: {commands}"
        raise
    finally:
        await end_lines()
    if lost:
        how = f" ({sure[-1].words})" if sure else ""
        out.note(f"finetui: the answer was lost on the way; the job exists, once: {job.id}{how}")
    return job


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
