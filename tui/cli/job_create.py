"""`finetui jobs create`: run the pre-flight, upload what is missing, create exactly one job."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, command
from tui.cli.consent import ACCEPTABLE, Answers, add_accept, check_allowed
from tui.cli.inputs import STDIN, check_stdin, file_of
from tui.cli.job_draft import add_options, draft_of
from tui.cli.job_watch import ended, follow
from tui.cli.progress import UploadLine
from tui.core.catalog.abilities import Ability
from tui.services.errors import NeedsConfirmation, Refused, ServiceError
from tui.services.jobs.creation import CreationEvents, training_closed
from tui.services.jobs.preflight import LEVELS
from tui.services.jobs.spending import AboveBudget
from tui.services.provider.interface import check_offered
from tui.services.settings.presets import Presets

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from tui.cli.output import Output
    from tui.core.jobs.jobs import Job
    from tui.core.provider.estimates import PriceEstimate
    from tui.core.provider.transfers import Progress
    from tui.services.jobs.creation import Consent, JobCreation, Review
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.preflight import Source
    from tui.services.workspace import Workspace


def register_create(actions: Commands[Parser]) -> None:
    """Add the command, and the one for presets."""
    parser = command(actions, "create", _create, "create a fine-tuning job")
    add_options(parser)
    add_consent(parser)
    presets = command(actions, "presets", _presets, "list the settings saved by a name")
    presets.add_argument("--delete", metavar="NAME", help="forget one")


def add_consent(parser: argparse.ArgumentParser) -> None:
    """Add what allows a job to be created, and what is done besides."""
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


async def _create(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    check_stdin((options.training_file, options.validation_file))
    check_offered(workspace.api.abilities, Ability.JOBS, "create a job")
    async with AsyncExitStack() as stack:
        for name in ("training_file", "validation_file"):
            if getattr(options, name) == STDIN:
                setattr(options, name, str(await stack.enter_async_context(file_of(STDIN))))
        return await _create_from_files(options, workspace, out)


async def _create_from_files(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    return await create_draft(await draft_of(options, workspace), options, workspace, out)


async def create_draft(
    draft: Draft,
    options: argparse.Namespace,
    workspace: Workspace,
    out: Output,
    more: Mapping[str, Any] | None = None,
) -> int:
    """Create the job of a draft as the options of `add_consent` allow, or tell what would happen.

    `more` goes into the documents. Raises ServiceError.
    """
    answers = Answers.of(options)
    creation = workspace.job_creation()
    review = await creation.review(draft)
    if options.dry_run:
        return _tell(review, out, answers, more or {})
    consent = check_allowed(review, answers)
    for part in (*review.found.at("note"), *review.found.at("ask")):
        out.note(f"{'note' if part.level == 'note' else 'warning'}: {part.topic}: {part.text}")
    job = await _upload_and_create(creation, review, consent, out)
    if options.wait:
        out.note(f"created {job.id}")
        job, _ = await follow(job.id, workspace, out, out.note)
    out.document({**job.raw, "status": job.status, **(more or {})})
    out.line(job.id if not options.wait else f"{job.id} {job.fine_tuned_model or job.status}")
    return ended(job, workspace, out) if options.wait else 0


def _tell(review: Review, out: Output, answers: Answers, more: Mapping[str, Any]) -> int:
    """Print the pre-flight; return what creating the job would end with."""
    refusal: ServiceError | None = None
    found = review.found
    try:
        check_allowed(review, answers)
    except ServiceError as error:
        refusal = error
    code = refusal.exit_code if refusal else 0
    document = {"dry_run": True, "would_exit": code, **found.to_json(), **more}
    if refusal is not None:
        document["error"] = refusal.to_json()
    out.document(document)
    for part in found.parts:
        out.line(f"{LEVELS[part.level]} {part.topic:<8} {part.text}")
    if refusal is not None:
        out.say(refusal)
    return code


class _Told(CreationEvents):
    """Prints how far the creation of a job is."""

    def __init__(self, out: Output, *, any_amount: bool) -> None:
        self._out, self._any_amount = out, any_amount
        self._lines: dict[str, UploadLine] = {}

    def uploading(self, source: Source, progress: Progress) -> None:
        """Show how much of a file is sent."""
        self._line_of(source).show(progress)

    def reused(self, source: Source, file_id: str) -> None:
        """Say that a file is there already."""
        self._line_of(source).end()
        self._out.note(f"{source.path} is uploaded already: {file_id}")

    def waiting(self, text: str) -> None:
        """Say what is waited for."""
        self.end()
        self._out.note(f"finetui: {text}")

    def estimated(self, estimate: PriceEstimate) -> None:
        """Say what the provider asks."""
        self.end()
        self._out.note(f"finetui: {estimate.words}")

    async def agree(self, estimate: PriceEstimate) -> bool:
        """Return whether a job of unknown cost was agreed to, by --yes alone."""
        del estimate
        return self._any_amount

    async def before_asking(self) -> None:
        """Leave the lines of uploads as they are."""
        self.end()

    def lost(self, error: ServiceError) -> None:
        """Say that the job is looked for."""
        self._out.note(f"finetui: asked, no certain answer ({error.cause}); looking for the job")

    def end(self) -> None:
        """End the lines of uploads."""
        for line in self._lines.values():
            line.end()

    def _line_of(self, source: Source) -> UploadLine:
        path = str(source.path)
        return self._lines.setdefault(path, UploadLine(self._out, path))


async def _upload_and_create(
    creation: JobCreation, review: Review, consent: Consent, out: Output
) -> Job:
    found = review.found
    told = _Told(out, any_amount=found.amount is None and consent.amount is None)
    try:
        created = await creation.create(review, consent, told)
    except AboveBudget as error:
        price = found.price.amount if found.price else ""
        error.next_step = f"--spend {price} goes above the budget."
        raise
    except NeedsConfirmation as error:
        error.next_step = "--spend AMOUNT allows as much."
        raise
    except Refused as error:
        if training_closed(error) and creation.sent:
            commands = ", ".join(f"finetui files delete {one} --yes" for one in creation.sent)
            error.next_step = f"{error.next_step} Of no use there any more: {commands}"
        raise
    finally:
        told.end()
    if created.lost:
        out.note(f"finetui: {created.lost_words}")
    return created.job


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
