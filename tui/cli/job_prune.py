"""`finetui jobs prune`: delete the checkpoints of jobs, except the best."""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, add_yes, command
from tui.cli.deleting import delete_once, only_told
from tui.core.catalog.abilities import Ability
from tui.core.jobs.checkpoint_pruning import Measure
from tui.core.money.rates import month_words
from tui.core.provider.files import age_words
from tui.services.errors import InputError
from tui.services.jobs.checkpoint_pruning import (
    check_prunable,
    look_at_checkpoints,
    measure_of_all,
)

if TYPE_CHECKING:
    from tui.cli.output import Output
    from tui.core.jobs.checkpoint_pruning import JudgedCheckpoint
    from tui.core.jobs.jobs import Job
    from tui.services.workspace import Workspace


def register_prune(actions: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(actions, "prune", _prune, "delete checkpoints of jobs, except the best")
    parser.add_argument("ids", metavar="JOB_ID", nargs="*")
    parser.add_argument("--all", action="store_true", help="of all jobs that have ended")
    parser.add_argument(
        "--keep", type=_count, default=1, metavar="K", help="how many stay of each job (1)"
    )
    parser.add_argument(
        "--by",
        choices=[str(one) for one in Measure],
        help="what is best (the validation loss, else the validation accuracy)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only list what would go, and why")
    add_yes(parser, "delete them for good")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of checkpoints")
    return int(text)


async def _prune(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if bool(options.ids) == options.all:
        raise InputError("Usage", "name the jobs, or --all", "See finetui jobs prune --help.")
    check_prunable(workspace)
    if workspace.api.abilities.of(Ability.DELETE_CHECKPOINTS) == "unknown":
        out.note("finetui: whether checkpoints can be deleted here is not known: it is tried")
    found = await look_at_checkpoints(workspace, await _jobs(options, workspace))
    unknown = [(one.job, one.problem) for one in found if one.problem is not None]
    for job, problem in unknown:
        out.note(f"finetui: {job.id}: its checkpoints are not known: {problem.brief}")
    code = unknown[0][1].exit_code if unknown else 0
    measure = measure_of_all(found, Measure(options.by) if options.by else None)
    judged = [each for one in found for each in one.judged(options.keep, measure)]
    going = [one for one in judged if not one.stays]
    ids = [one.id for one in going]
    tell = partial(_tell, judged, measure, workspace, out)
    if only_told("checkpoint", ids, options, workspace, out, tell):
        return code
    facts = {one.id: one.to_json() for one in going}
    report = await delete_once(workspace.models.deletions(), ids, out, facts.__getitem__)
    kept = [one.to_json() for one in judged if one.stays]
    out.document(report.document("deleted") | {"by": measure, "kept": kept})
    return report.code or code


async def _jobs(options: argparse.Namespace, workspace: Workspace) -> list[Job]:
    if options.all:
        return [job for job in await workspace.jobs.list() if job.terminal]
    return [await workspace.jobs.retrieve(one) for one in dict.fromkeys(options.ids)]


def _tell(
    judged: list[JudgedCheckpoint], measure: Measure, workspace: Workspace, out: Output
) -> None:
    now = time.time()
    rate = workspace.profile.keep_rate("checkpoints")
    month = None if rate is None else rate.month(None)
    out.document(
        {
            "dry_run": True,
            "by": measure,
            "checkpoints": [one.to_json() for one in judged if not one.stays],
            "kept": [one.to_json() for one in judged if one.stays],
            "usd_per_month": None if month is None else f"{month:.2f}",
        }
    )
    for one in judged:
        at = one.checkpoint.created_at
        age = age_words(None if at is None else max(now - at, 0.0))
        does = f"keep, {one.stays}" if one.stays else "would delete"
        out.line(f"{does}: {one.line(measure)}  {age}  {one.id or one.checkpoint.id}")
    if judged:
        said = month_words(month) if rate is None else month_words(month, rate.counted)
        out.line(f"keeping them costs: {said}; their sizes are not told")
