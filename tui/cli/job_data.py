"""`finetui jobs events` and `metrics`: events and metrics of a job, live or from the cache."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.job_watch import event_line
from tui.core.jobs.curves import curves, read
from tui.core.jobs.export import events_csv, events_jsonl, steps_csv, steps_jsonl
from tui.services.errors import InputError, NotOffered
from tui.services.jobs.polling.details import merged_steps

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.jobs.jobs import Event
    from tui.services.workspace import Workspace

_LEVELS = {"warn": {"warn", "warning", "error"}, "error": {"error"}}


def register_data(actions: Commands[Parser]) -> None:
    """Add the commands."""
    for name, run, words, formats in (
        ("events", _events, "print a job's events, oldest first", ("text", "csv", "jsonl")),
        ("metrics", _metrics, "print what a job's steps measured", ("csv", "jsonl", "text")),
    ):
        parser = command(actions, name, run, words)
        parser.add_argument("id", metavar="JOB_ID")
        parser.add_argument("--kept", action="store_true", help="as last seen, without asking")
        parser.add_argument("--format", choices=formats, default=formats[0], help="of each line")
        if name == "events":
            parser.add_argument("--level", choices=tuple(_LEVELS), help="these and worse only")


async def _read(options: argparse.Namespace, workspace: Workspace, out: Output) -> list[Event]:
    """Return the events. Raises InputError when nothing is kept of the job."""
    if not options.kept:
        try:
            return await workspace.jobs.events(options.id)
        except NotOffered as error:
            out.note(f"finetui: {error.cause}")
            return []
    kept = await workspace.jobs.cache.detail(options.id)
    if kept is None:
        raise InputError(
            f"Nothing is kept of job {options.id}",
            f"it was not looked at with profile {workspace.profile.name}",
            "Leave --kept out to ask the provider.",
        )
    return list(kept.events)


async def _events(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    events = await _read(options, workspace, out)
    if options.level:
        events = [event for event in events if event.level in _LEVELS[options.level]]
    out.document({"events": [dict(event.raw) for event in events]})
    if options.format == "csv":
        out.piece(events_csv(events))
    elif options.format == "jsonl":
        out.piece(events_jsonl(events))
    else:
        for event in events:
            out.line(event_line(event))
    return 0


async def _metrics(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    steps = merged_steps(await _read(options, workspace, out))
    said = read(curves(steps)).text
    out.document({"steps": [asdict(step) for step in steps], "reading": said})
    if options.format == "text":
        out.line(said or "No step has been reported.")
    else:
        out.piece(steps_csv(steps) if options.format == "csv" else steps_jsonl(steps))
    return 0
