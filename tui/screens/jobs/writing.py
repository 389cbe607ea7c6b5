"""What of a job can be written to a file, and copied."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import work

from tui.core.jobs.export import events_csv, events_jsonl, steps_csv, steps_jsonl
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.dialogs.target import may_replace
from tui.screens.jobs.detail import JobPane
from tui.screens.jobs.ending import JobEnding, unwritten
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from tui.core.jobs.jobs import Job

Make = Callable[[], "Awaitable[str]"]


class JobWriting(JobEnding):
    """The commands that write a job's data, or copy its names."""

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        raise NotImplementedError

    def action_result(self) -> None:
        """Write the result file of a job as CSV."""
        job = self.job
        if job is None:
            return
        if not job.result_files:
            self.show_error(
                InputError(
                    "No result yet",
                    f"job {job.id} is {job.status} and lists no result file",
                    "It comes with a job that has succeeded.",
                )
            )
            return
        jobs = self.workspace.jobs
        self._write_as("result", ".csv", lambda: jobs.result_csv(job.id))

    def action_write(self) -> None:
        """Choose what of the job to write to a file."""
        job, pane = self.job, self.query_one(JobPane)
        if job is None:
            return
        steps, events = pane.metrics, pane.all_events
        choices = [
            Choice("steps.csv", "Steps as CSV", f"{len(steps):,} steps with all they measured"),
            Choice("steps.jsonl", "Steps as JSON lines"),
            Choice("events.csv", "Events as CSV", f"{len(events):,} events"),
            Choice("events.jsonl", "Events as JSON lines", "as the provider sent them"),
        ]
        if job.result_files:
            choices.append(Choice("result.csv", "Result file as CSV", "fetched and decoded"))
        texts: dict[str, Callable[[], str]] = {
            "steps.csv": lambda: steps_csv(steps),
            "steps.jsonl": lambda: steps_jsonl(steps),
            "events.csv": lambda: events_csv(events),
            "events.jsonl": lambda: events_jsonl(events),
        }

        def chosen(what: str | None) -> None:
            if what == "result.csv":
                self.action_result()
            elif what is not None:
                name, _, ending = what.partition(".")
                self._write_as(name, f".{ending}", lambda: asyncio.to_thread(texts[what]))

        self.app.push_screen(Choose("Write to a file", choices), chosen)

    def action_ids(self) -> None:
        """Choose one of the job's names to copy."""
        job = self.job
        if job is None:
            return
        names = {
            "The job's id": job.id,
            "The model's name": job.fine_tuned_model,
            "The base model": job.model,
            "The training file's id": job.training_file,
            "The validation file's id": job.validation_file,
            **{f"Result file {n}": file for n, file in enumerate(job.result_files, 1)},
            **{f"Checkpoint {p.step}": p.model for p in self.query_one(JobPane).checkpoints},
        }
        choices = [Choice((name, text), name, text) for name, text in names.items() if text]

        def chosen(pair: tuple[str, str] | None) -> None:
            if pair is not None:
                self.host.copy_out(pair[1], pair[0])

        self.app.push_screen(Choose("Copy", choices), chosen)

    # -- inside ----------------------------------------------------------------------

    def _write_as(self, what: str, ending: str, make: Make) -> None:
        """Ask for a path, and whether to replace what is there; then write."""
        job = self.job
        if job is None:
            return
        stem = f"{job.suffix or 'job'}-{job.id[-8:]}-{what}"
        name = re.sub(r"[^\w.-]", "-", stem) + ending
        dialog = PathDialog(f"Write the {what} of the job", value=name, must_exist=False)

        def chosen(path: Path | None) -> None:
            if path is not None:
                self._write(path, make)

        self.app.push_screen(dialog, chosen)

    @work(group="write", exclusive=True, exit_on_error=False, description="write a file")
    async def _write(self, path: Path, make: Make) -> None:
        if not await may_replace(self.app, path):
            return
        text = await make()
        await asyncio.to_thread(_write, path, text)
        self.notify(f"Wrote {short_path(path)}", markup=False)


def _write(path: Path, text: str) -> None:
    from tui.services.datasets.atomic_save import write_atomically

    try:
        write_atomically(path, [text.encode("utf-8", "backslashreplace")])
    except OSError as error:
        raise unwritten(path, error) from error
