"""Runs jobs: one lane of threads validates, another trains; each job in a process of its own."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tui.lab.folder import disk_words
from tui.lab.http.errors import conflict
from tui.lab.jobs.job_folder import JobFolder
from tui.lab.jobs.progress import Progress
from tui.lab.jobs.worker import Worker
from tui.lab.store.jobs import ACTIVE, FINISHED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.lab.folder import Folder
    from tui.lab.store import Job, Store

log = logging.getLogger(__name__)

_TRIES: Final = 3
_PAUSE_SECONDS: Final = 20.0

Intent = Literal["go", "pause", "cancel", "shutdown"]


@dataclass(slots=True)
class _Run:
    """A job that has a process now. ``ended`` is set when its lane has let go of it."""

    worker: Worker | None
    intent: Intent
    ended: threading.Event

    def ask(self, intent: Intent) -> None:
        """End the process: cancelling at once, otherwise after it has saved."""
        self.intent = intent
        if self.worker is not None:
            if intent == "cancel":
                self.worker.kill()
            else:
                self.worker.stop()


class Scheduler:
    """Takes jobs from the store, oldest first, and carries them to their end."""

    def __init__(self, store: Store, folder: Folder, running_jobs: int) -> None:
        self._store = store
        self._folder = folder
        self._changed = threading.Condition()
        self._runs: dict[str, _Run] = {}
        self._held: set[str] = set()  # being paused: no lane may take them
        self._closing = False
        lanes: list[tuple[str, Callable[[], None]]] = [
            ("validating", lambda: self._lane(("validating_files",), self._validate))
        ]
        lanes += [
            # What ran when the last server ended comes first.
            (f"training-{number}", lambda: self._lane(("running", "queued"), self._train))
            for number in range(running_jobs)
        ]
        self._threads = [
            threading.Thread(target=target, name=name, daemon=True) for name, target in lanes
        ]

    def start(self) -> None:
        """Begin to take jobs."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look again: a job was created or moved."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Stop all processes after they saved; their jobs go on at the next start."""
        with self._changed:
            self._closing = True
            for run in self._runs.values():
                run.ask("shutdown")
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def cancel(self, job_id: str) -> None:
        """End a job for good. Raises a 404, or a 409 when it has already ended."""
        job = self._store.jobs.get(job_id)
        if job.status == "cancelled":
            return
        with self._changed:
            moved = self._store.jobs.move(job_id, "cancelled", among=(*ACTIVE, "paused"))
            run = self._runs.get(job_id)
            if moved and run is not None:
                run.ask("cancel")
        if not moved:
            raise self._too_late(job_id, "cancelled")
        if run is not None:
            run.ended.wait(_PAUSE_SECONDS)
        self._store.events.add(job_id, "The job has been cancelled", key="cancelled")
        JobFolder(self._folder.job(job_id)).clear()

    def pause(self, job_id: str) -> None:
        """Put a job down with its state saved. Raises a 404 or 409."""
        if self._store.jobs.get(job_id).status == "paused":
            return
        with self._changed:
            self._held.add(job_id)
            run = self._runs.get(job_id)
            if run is not None:
                run.ask("pause")
        if run is not None:
            run.ended.wait(_PAUSE_SECONDS)
        with self._changed:
            moved = self._store.jobs.move(job_id, "paused", among=ACTIVE)
            self._held.discard(job_id)
        if not moved:
            raise self._too_late(job_id, "paused")
        self._store.events.add(job_id, "The job has been paused")
        self.wake()

    def resume(self, job_id: str) -> None:
        """Let a paused job go on. Raises a 404 or 409."""
        job = self._store.jobs.get(job_id)
        if job.status in {"queued", "running", "validating_files"}:
            return
        status = "validating_files" if job.resolved is None else "queued"
        if not self._store.jobs.move(job_id, status, among=("paused",)):
            raise self._too_late(job_id, "resumed")
        self._store.events.add(job_id, "The job has been resumed")
        self.wake()

    def _too_late(self, job_id: str, verb: str) -> Exception:
        status = self._store.jobs.get(job_id).status
        return conflict(f"Job {job_id} cannot be {verb}: it is {status}.", f"job_{status}")

    def _lane(self, statuses: tuple[str, ...], carry: Callable[[Job, _Run], None]) -> None:
        while (taken := self._take(statuses)) is not None:
            job, run = taken
            try:
                carry(job, run)
            except Exception as error:  # a lane outlives whatever happens to one job
                log.exception("job %s failed in the server", job.id)
                self._give_up(job, error)
            finally:
                with self._changed:
                    del self._runs[job.id]
                    run.ended.set()
                    self._changed.notify_all()

    def _take(self, statuses: tuple[str, ...]) -> tuple[Job, _Run] | None:
        with self._changed:
            while not self._closing:
                for status in statuses:
                    for job in self._store.jobs.with_status(status):
                        if job.id not in self._runs and job.id not in self._held:
                            run = _Run(None, "go", threading.Event())
                            self._runs[job.id] = run
                            return job, run
                self._changed.wait()
        return None

    def _spawn(self, module: Literal["validator", "trainer"], job: Job, run: _Run) -> Worker | None:
        with self._changed:
            if run.intent != "go":
                return None
            run.worker = Worker(module, JobFolder(self._folder.job(job.id)))
            return run.worker

    def _validate(self, job: Job, run: _Run) -> None:
        events = self._store.events
        events.add(job.id, f"Validating training file: {job.training_file}", key="validating")
        if job.validation_file:
            text = f"Validating validation file: {job.validation_file}"
            events.add(job.id, text, key="validating:validation")
        worker = self._spawn("validator", job, run)
        if worker is None:
            return
        records = list(worker.records())
        worker.finish()
        if run.intent != "go":
            return
        if not records:
            self._fail(job, "The files could not be checked; the lab's log says why.")
        elif records[0]["kind"] == "invalid":
            self._fail(job, **records[0]["error"])
        else:
            self._queue(job, records[0]["hyperparameters"])

    def _queue(self, job: Job, hyperparameters: dict[str, object]) -> None:
        folder = JobFolder(self._folder.job(job.id))
        folder.write_spec({**folder.read_spec(), "hyperparameters": hyperparameters})
        with self._store.database.transaction():
            if self._store.jobs.move(job.id, "queued", among=("validating_files",)):
                self._store.jobs.resolve(job.id, hyperparameters)
                self._store.events.add(
                    job.id, "Files validated, moving job to queued state", key="validated"
                )

    def _train(self, job: Job, run: _Run) -> None:
        if not self._store.jobs.move(job.id, "running", among=("queued", "running")):
            return
        self._store.events.add(job.id, "Fine-tuning job started", key="started")
        folder = JobFolder(self._folder.job(job.id))
        progress = Progress(self._store, job, folder)
        tries, furthest = 0, -1
        while True:
            code = self._follow(job, run, progress)
            if code is None or run.intent != "go" or self._is_over(job):
                break
            if progress.error is not None:
                self._fail(job, f"Training failed. {progress.error}")
                break
            tries = 1 if progress.furthest > furthest else tries + 1
            furthest = progress.furthest
            if tries >= _TRIES:
                self._fail(job, f"Training ended unexpectedly {tries} times (exit code {code}).")
                break
            self._store.events.add(
                job.id,
                f"Training ended unexpectedly (exit code {code}), going on from the last state",
                level="warn",
            )
        if self._is_over(job):
            folder.clear()

    def _follow(self, job: Job, run: _Run, progress: Progress) -> int | None:
        worker = self._spawn("trainer", job, run)
        if worker is None:
            return None
        started = time.monotonic()
        try:
            for record in worker.records():
                if run.intent != "cancel":
                    progress.apply(record)
        except BaseException:  # whatever it was goes on; no trainer outlives its supervisor
            worker.kill()
            worker.finish()
            raise
        code = worker.finish()
        log.info("training of %s ran %.1f s, exit %d", job.id, time.monotonic() - started, code)
        return code

    def _is_over(self, job: Job) -> bool:
        return self._store.jobs.get(job.id).status in FINISHED

    def _give_up(self, job: Job, error: Exception) -> None:
        try:
            self._fail(job, f"The lab could not run this job: {disk_words(error)}")
        except Exception:  # not even that could be kept, as on a full disk
            log.exception("job %s could not be marked as failed", job.id)
            with self._changed:
                self._held.add(job.id)  # until the next start

    def _fail(
        self, job: Job, message: str, code: str = "server_error", param: str | None = None
    ) -> None:
        if self._store.jobs.fail(job.id, code=code, message=message, param=param):
            self._store.events.add(
                job.id, f"The job failed: {message}", key="failed", level="error"
            )
