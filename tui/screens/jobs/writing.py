"""Export or copy what is known of a job."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui.core.jobs.export import events_csv, events_jsonl, steps_csv, steps_jsonl
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.dialogs.target import may_replace
from tui.services.errors import InputError, NotWritten, disk_errors
from tui.services.jobs.polling.poller import JobDetail

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from tui.screens.jobs.jobs_context import JobsContext

Make = Callable[[], "Awaitable[str]"]


class JobWriting:
    """Writes a job's data to files, and copies its names."""

    def __init__(self, context: JobsContext) -> None:
        self._context = context

    @handles("jobs.result")
    def write_result(self) -> None:
        """Write the result file of a job as CSV."""
        job = self._context.job
        if job is None:
            return
        if not job.result_files:
            error = InputError(
                "No result yet",
                f"job {job.id} is {job.status} and lists no result file",
                "It comes with a job that has succeeded.",
            )
            self._context.show_error(self._context.until_ended(job, error))
            return
        jobs = self._context.service
        self._write_as("result", ".csv", lambda: jobs.result_csv(job.id))

    @handles("jobs.write")
    def choose_what(self) -> None:
        """Choose what of the job to write to a file."""
        job, detail = self._context.job, self._context.selected_detail or JobDetail(None)
        if job is None:
            return
        steps, events = detail.metrics, detail.events
        choices = [
            Choice(
                "steps.csv", "Steps as CSV", f"{plural(len(steps), 'step')} with all they measured"
            ),
            Choice("steps.jsonl", "Steps as JSON lines"),
            Choice("events.csv", "Events as CSV", plural(len(events), "event")),
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
                self.write_result()
            elif what is not None:
                name, _, ending = what.partition(".")
                self._write_as(name, f".{ending}", lambda: asyncio.to_thread(texts[what]))

        self._context.open(Choose("Write to a file", choices), chosen)

    @handles("jobs.ids")
    def choose_name(self) -> None:
        """Choose one of the job's names to copy."""
        job, detail = self._context.job, self._context.selected_detail or JobDetail(None)
        if job is None:
            return
        names = {
            "The job's id": job.id,
            "The model's name": job.fine_tuned_model,
            "The base model": job.model,
            "The training file's id": job.training_file,
            "The validation file's id": job.validation_file,
            **{f"Result file {n}": file for n, file in enumerate(job.result_files, 1)},
            **{f"Checkpoint {p.step}": p.model for p in detail.checkpoints},
        }
        choices = [Choice((name, text), name, text) for name, text in names.items() if text]

        def chosen(pair: tuple[str, str] | None) -> None:
            if pair is not None:
                self._context.host.copy_out(pair[1], pair[0])

        self._context.open(Choose("Copy", choices), chosen)

    # -- inside ----------------------------------------------------------------------

    def _write_as(self, what: str, ending: str, make: Make) -> None:
        """Ask for a path, and whether to replace what is there; then write."""
        job = self._context.job
        if job is None:
            return
        stem = f"{job.suffix or 'job'}-{job.id[-8:]}-{what}"
        name = re.sub(r"[^\w.-]", "-", stem) + ending
        dialog = PathDialog(f"Write the {what} of the job", value=name, must_exist=False)

        def chosen(path: Path | None) -> None:
            if path is not None:
                work = partial(self._write, path, make)
                self._context.run(work, group="write", description="write a file")

        self._context.open(dialog, chosen)

    async def _write(self, path: Path, make: Make) -> None:
        if not await may_replace(self._context.app, path):
            return
        text = await make()
        await asyncio.to_thread(_write, path, text)
        self._context.tell(f"Wrote {short_path(path)}")


def _write(path: Path, text: str) -> None:
    from tui.services.datasets.disk.atomic_save import write_atomically

    with disk_errors("Not written", path, "Choose another place.", NotWritten):
        write_atomically(path, [text.encode("utf-8", "backslashreplace")])
