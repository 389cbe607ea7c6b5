"""`finetui jobs`: fine-tuning jobs."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command, group
from tui.cli.job_create import register_create
from tui.cli.job_data import register_data
from tui.cli.job_prune import register_prune
from tui.cli.job_unanswered import register_unanswered
from tui.cli.job_watch import register_watch
from tui.cli.jobs_all_profiles import job_document, list_all_profiles
from tui.core.jobs.checkpoints import best_checkpoint
from tui.core.jobs.progress import percent_words
from tui.core.provider.estimates import told_price
from tui.core.provider.files import age_words
from tui.core.text.moments import date_words
from tui.services.errors import NotOffered

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Sequence

    from tui.cli.output import Output
    from tui.core.jobs.jobs import Job
    from tui.services.store.tables.versions_table import VersionRecord
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "jobs")
    parser = command(actions, "list", _list, "list the jobs, newest first")
    parser.add_argument("--limit", type=int, metavar="N", help="at most this many")
    parser.add_argument("--kept", action="store_true", help="as last seen, without asking")
    every = "of every profile, each asked with its own key"
    parser.add_argument("--all-profiles", action="store_true", help=every)
    register_create(actions)
    register_unanswered(actions)
    register_watch(actions)
    for name, run, words in (
        ("show", _show, "show one job"),
        ("checkpoints", _checkpoints, "list a job's checkpoints, the best marked"),
        ("result", _result, "print a job's result file as CSV"),
        ("cancel", _cancel, "end a job"),
        ("pause", _pause, "pause a running job"),
        ("resume", _resume, "let a paused job go on"),
    ):
        command(actions, name, run, words).add_argument("id", metavar="JOB_ID")
    register_prune(actions)
    register_data(actions)


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if options.all_profiles:
        return await list_all_profiles(options, workspace, out)
    if options.kept:
        found = await workspace.jobs.cache.jobs()
        jobs = list(found.jobs[: options.limit])
        out.note(f"as seen {date_words(found.at)}, without asking the provider")
    else:
        jobs = await workspace.jobs.list(options.limit)
    out.document({"jobs": [job_document(job) for job in jobs]})
    out.table(
        ("id", "status", "base", "created", "model"),
        [
            (job.id, job.status, job.model, date_words(job.created_at), job.fine_tuned_model or "–")
            for job in jobs
        ],
    )
    return 0


async def _show(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    job = await workspace.jobs.retrieve(options.id)
    data: list[VersionRecord] = []
    for file_id in filter(None, (job.training_file, job.validation_file)):
        data += await workspace.store.versions.of_file(workspace.profile.name, file_id)
    show_job(job, out, data)
    return 0


def show_job(job: Job, out: Output, data: Sequence[VersionRecord] = ()) -> None:
    """Print one job whole, and the datasets of this machine it was made from."""
    document = job_document(job)
    if data:
        document["data"] = [asdict(version) for version in data]
    out.document(document)
    price = told_price(job.raw)
    lines: dict[str, object] = {
        "id": job.id,
        "status": job.status,
        "base": job.model,
        "method": job.method,
        "model": job.fine_tuned_model,
        "training": job.training_file,
        "validation": job.validation_file,
        "created": date_words(job.created_at),
        "finished": date_words(job.finished_at),
        "done": percent_words(job),
        "tokens": job.trained_tokens,
        "their price": price.words if price else None,
        "seed": job.seed,
        "suffix": job.suffix,
        **job.hyperparameters,
        "results": ", ".join(job.result_files),
    }
    if job.error is not None:
        lines["error"] = f"{job.error.message} ({job.error.code or 'no code'})"
    for name, value in lines.items():
        if value not in {None, ""}:
            out.line(f"{name.replace('_', ' '):<26}{value}")
    for version in data:
        text = f"{version.path} as {version.origin} {date_words(version.saved_at)}"
        out.line(f"{'data':<26}{text}, sha256 {version.digest[:12]}")


async def _checkpoints(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    try:
        points = await workspace.jobs.checkpoints(options.id)
    except NotOffered as error:
        out.note(f"finetui: {error.cause}")
        points = []
    best = best_checkpoint(points)
    out.document({"checkpoints": [dict(point.raw) for point in points], "best_step": best})

    now = time.time()

    def number(value: float | None) -> str:
        return "–" if value is None else f"{value:.4f}"

    out.table(
        ("step", "age", "train loss", "valid loss", "best", "model"),
        [
            (
                str(point.step),
                age_words(None if point.created_at is None else max(now - point.created_at, 0.0)),
                number(point.metrics.train_loss),
                number(
                    point.metrics.valid_loss
                    if point.metrics.full_valid_loss is None
                    else point.metrics.full_valid_loss
                ),
                "best" if best is not None and point.step == best else "",
                point.model or "–",
            )
            for point in points
        ],
    )
    return 0


async def _result(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    csv = await workspace.jobs.result_csv(options.id)
    out.document({"job_id": options.id, "csv": csv})
    out.piece(csv if csv.endswith("\n") else csv + "\n")
    return 0


async def _cancel(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    return await _act(workspace.jobs.cancel, options, out)


async def _pause(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    return await _act(workspace.jobs.pause, options, out)


async def _resume(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    return await _act(workspace.jobs.resume, options, out)


async def _act(
    action: Callable[[str], Awaitable[Job]], options: argparse.Namespace, out: Output
) -> int:
    job = await action(options.id)
    out.document(job_document(job))
    out.line(f"{job.id} {job.status}")
    return 0
