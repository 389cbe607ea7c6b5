"""`finetui jobs watch`: print the events of a job, one a line, until it has ended."""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.exit_codes import PROBLEMS
from tui.core.jobs.progress import percent_words
from tui.core.text.text import one_line
from tui.services.errors import ServiceError
from tui.services.jobs.polling import tail

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from tui.cli.output import Output
    from tui.core.jobs.jobs import Event, Job
    from tui.services.workspace import Workspace


def register_watch(actions: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(actions, "watch", _watch, "follow a job's events until it ends")
    parser.add_argument("id", metavar="JOB_ID")


async def _watch(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    tell = out.note if out.as_json else out.line
    job, events = await follow(options.id, workspace, out, tell)
    out.document(
        {
            "job": {**job.raw, "status": job.status},
            "events": [dict(event.raw) for event in events],
        }
    )
    return ended(job, workspace, out)


async def follow(
    job_id: str, workspace: Workspace, out: Output, tell: Callable[[str], None]
) -> tuple[Job, list[Event]]:
    """Tell a line an event until the job ended; return it and all its events."""
    job: Job | None = None
    events: list[Event] = []

    def waiting(error: ServiceError) -> None:
        out.note(f"{error.title}: {error.cause}; asked again after {error.wait_words or 'a while'}")

    try:
        async with aclosing(tail.follow(workspace.jobs, job_id, waiting)) as updates:
            async for update in updates:
                if said := _progress(job, update.job, [*events, *update.new_events]):
                    out.note(f"{update.job.id}: {said}")
                for event in update.new_events:
                    tell(event_line(event))
                job, events = update.job, [*events, *update.new_events]
    except BaseException as error:  # ctrl+c too: whoever leaves is told how to come back
        if not isinstance(error, ServiceError):  # interrupted: the job is not
            out.note(f"finetui: the job goes on; finetui jobs watch {job_id} follows it again")
        raise
    assert job is not None
    return job, events


def _progress(before: Job | None, now: Job, events: Sequence[Event]) -> str:
    """Return a new status, and how much is done where no step tells that; "" for nothing new."""
    steps = any(event.metrics is not None for event in events)
    done = "" if steps else percent_words(now)
    if before is not None and before.status == now.status and done in {"", percent_words(before)}:
        return ""
    return f"{now.status}, {done} done" if done else now.status


def ended(job: Job, workspace: Workspace, out: Output) -> int:
    """Return the exit code of a job that ended; say why it failed, or what its model needs."""
    if job.succeeded:
        if step := workspace.api.deployments.next_step(job.fine_tuned_model or job.id):
            out.note(f"finetui: the model does not answer by its name here: {step}")
        return 0
    if job.error is not None:
        out.note(f"finetui: Job {job.status}: {job.error.message}")
    else:
        out.note(f"finetui: Job {job.status}.")
    return PROBLEMS


def event_line(event: Event) -> str:
    """Return an event as one line: time, level, message."""
    try:
        clock = datetime.fromtimestamp(event.created_at or 0, UTC).astimezone()
        at = clock.strftime("%H:%M:%S") if event.created_at else "--:--:--"
    except (ValueError, OverflowError, OSError):  # a server may send any number
        at = str(event.created_at)
    return f"{at} {event.level} {one_line(event.message, 2000)}"
