"""The dialog of the jobs of all profiles, each with its profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.jobs.jobs import Job
from tui.core.text.moments import date_words
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.dialogs.all_profiles import AllProfilesDialog
from tui.services.jobs.all_profiles import ProfileJobs, newest_first

if TYPE_CHECKING:
    from collections.abc import Sequence


class AllJobsDialog(AllProfilesDialog[ProfileJobs, tuple[str, Job]]):
    """Answers with a profile and the id of a job of it."""

    WHERE = "all_jobs"
    CHOSEN = "all_jobs.go"
    NOUN = "job"
    HINT = "type to narrow: profile, status, model, id"

    def narrowed(self, found: Sequence[ProfileJobs], typed: str) -> list[tuple[str, Job]]:
        """Return the jobs of these that fit what is typed, newest first."""
        words = typed.casefold().split()
        return [row for row in newest_first(found) if _fits(row, words)]

    def key_of(self, row: tuple[str, Job]) -> tuple[str, str]:
        """Return the profile and the id of a job."""
        return row[0], row[1].id

    def draw(self, row: tuple[str, Job], width: int) -> Text:
        """Return one line of the list."""
        name, job = row
        text = Text(f"{one_line(name, 13):<14}{one_line(job.status or '–', 15):<16}")
        text.append(f"{date_words(job.created_at):<18}", style="dim")
        text.append(one_line(job.suffix or job.fine_tuned_model or job.id, 40))
        text.append(f"  {one_line(job.model or '', 60)}", style="dim")
        text.truncate(width, overflow="ellipsis")
        return text

    @handles("all_jobs.go")
    def go(self) -> None:
        """Answer with the job under the cursor."""
        self.choose()


def _fits(row: tuple[str, Job], words: list[str]) -> bool:
    name, job = row
    text = f"{name} {job.status} {job.model} {job.id} {job.suffix} {job.fine_tuned_model}"
    return all(word in text.casefold() for word in words)
