"""`finetui jobs list --all-profiles`: the jobs of every profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli.exit_codes import NO_ANSWER
from tui.core.text.moments import date_words
from tui.services.errors import InputError
from tui.services.jobs.all_profiles import (
    MOST,
    failure_words,
    newest_first,
    nothing_kept,
)

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.jobs.jobs import Job
    from tui.services.jobs.all_profiles import ProfileJobs
    from tui.services.workspace import Workspace


def job_document(job: Job) -> dict[str, Any]:
    """Return the provider's object with the status in the words used here."""
    return {**job.raw, "status": job.status}


async def list_all_profiles(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    """Print the jobs of all profiles; ends with 3 if one that can be asked did not answer."""
    book = workspace.profiles
    every = workspace.all_profiles_jobs()
    asking = every.list(workspace.all_profiles, asks=not options.kept, limit=options.limit or MOST)
    found = [one async for one in asking]
    found.sort(key=lambda one: book.names.index(one.profile))
    rows = newest_first(found)[: options.limit]
    out.document(
        {
            "jobs": [{**job_document(job), "profile": name} for name, job in rows],
            "profiles": [_profile_document(one) for one in found],
        }
    )
    out.table(
        ("profile", "id", "status", "base", "created", "model"),
        [
            (
                name,
                job.id,
                job.status,
                job.model,
                date_words(job.created_at),
                job.fine_tuned_model or "–",
            )
            for name, job in rows
        ],
    )
    for one in found:
        if one.error is not None:
            seen = f"; as seen {date_words(one.seen_at)}" if one.jobs else ""
            out.note(f"finetui: {one.profile}: {failure_words(one.error)}{seen}.")
        elif not one.asked and not one.jobs:
            out.note(f"finetui: {one.profile}: {nothing_kept('jobs', asks=not options.kept)}")
    unanswered = [one for one in found if one.error and not isinstance(one.error, InputError)]
    return NO_ANSWER if unanswered else 0


def _profile_document(one: ProfileJobs) -> dict[str, Any]:
    return {
        "name": one.profile,
        "asked": one.asked,
        "seen_at": one.seen_at,
        "error": one.error.to_json() if one.error else None,
    }
