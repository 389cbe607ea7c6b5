"""Fine-tuning jobs: their rows and the object the protocol shows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tui.lab import ids
from tui.lab.http.errors import no_job
from tui.lab.store.database import Database, dumps, loads

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from tui.lab.http.paging import Cursor

ACTIVE: Final = ("validating_files", "queued", "running")
FINISHED: Final = ("succeeded", "failed", "cancelled")

_AUTO: Final = {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"}


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A checked request for a job. ``requested`` holds the hyperparameters as they were given."""

    model: str
    root_model: str
    training_file: str
    validation_file: str | None
    method: str
    requested: Mapping[str, Any]
    seed: int
    suffix: str | None
    metadata: Mapping[str, str] | None
    integrations: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Job:
    """What the lab needs to know of a job to run it."""

    id: str
    status: str
    root_model: str
    method: str
    seed: int
    requested: Mapping[str, Any]
    resolved: Mapping[str, Any] | None
    training_file: str
    validation_file: str | None
    model_name: str

    def checkpoint_name(self, step: int) -> str:
        """Return the name under which the checkpoint of a step can be chatted with."""
        return f"{self.model_name}:ckpt-step-{step}"


class JobStore:
    """Jobs by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, request: JobRequest, job_id: str) -> Job:
        """Keep a new job, in status validating_files."""
        self._database.run(
            "INSERT INTO jobs (id, created_at, status, model, root_model, training_file,"
            " validation_file, method, seed, suffix, nick, requested, metadata, integrations)"
            " VALUES (?, ?, 'validating_files', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            job_id,
            int(time.time()),
            request.model,
            request.root_model,
            request.training_file,
            request.validation_file,
            request.method,
            request.seed,
            request.suffix,
            ids.new("", 8),
            dumps(dict(request.requested)),
            None if request.metadata is None else dumps(dict(request.metadata)),
            dumps([dict(one) for one in request.integrations]),
        )
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """Return a job. Raises a 404."""
        return _job(self._row(job_id))

    def exists(self, job_id: str) -> bool:
        """Whether there is such a job."""
        return self._database.one("SELECT 1 FROM jobs WHERE id = ?", job_id) is not None

    def show(self, job_id: str) -> dict[str, Any]:
        """Return the ``fine_tuning.job`` object. Raises a 404."""
        return _object(self._row(job_id))

    def page(self, cursor: Cursor, metadata: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return a page of job objects and one more; only those that carry all of ``metadata``."""
        where, values = "1", []
        for key, value in metadata.items():
            where += (
                " AND EXISTS (SELECT 1 FROM json_each(jobs.metadata)"
                " WHERE json_each.key = ? AND json_each.value = ?)"
            )
            values += [key, value]
        return [_object(row) for row in self._database.page("jobs", where, values, cursor)]

    def active_count(self) -> int:
        """How many jobs are validating, queued or running."""
        row = self._database.one(
            "SELECT COUNT(*) AS n FROM jobs WHERE status IN (?, ?, ?)", *ACTIVE
        )
        return 0 if row is None else int(row["n"])

    def with_status(self, status: str) -> list[Job]:
        """All jobs of a status, oldest first."""
        rows = self._database.all("SELECT * FROM jobs WHERE status = ? ORDER BY seq", status)
        return [_job(row) for row in rows]

    def move(self, job_id: str, status: str, *, among: tuple[str, ...]) -> bool:
        """Change the status if it is now one of ``among``; whether it was."""
        marks = ", ".join("?" * len(among))
        finished = int(time.time()) if status in FINISHED else None
        sql = (
            "UPDATE jobs SET status = ?, finished_at = ?, estimated_finish = NULL"  # noqa: S608
            f" WHERE id = ? AND status IN ({marks})"
        )
        return self._database.run(sql, status, finished, job_id, *among) == 1

    def resolve(self, job_id: str, hyperparameters: Mapping[str, Any]) -> None:
        """Keep the hyperparameters that training will use."""
        self._database.run(
            "UPDATE jobs SET resolved = ? WHERE id = ?", dumps(dict(hyperparameters)), job_id
        )

    def estimate(self, job_id: str, finish: int) -> None:
        """Keep when a running job is thought to end, in Unix seconds."""
        self._database.run(
            "UPDATE jobs SET estimated_finish = ? WHERE id = ? AND status = 'running'",
            finish,
            job_id,
        )

    def fail(self, job_id: str, *, code: str, message: str, param: str | None) -> bool:
        """End an active job as failed; whether it was active."""
        error = dumps({"code": code, "message": message, "param": param})
        with self._database.transaction():
            moved = self.move(job_id, "failed", among=ACTIVE)
            if moved:
                self._database.run("UPDATE jobs SET error = ? WHERE id = ?", error, job_id)
        return moved

    def succeed(self, job: Job, *, trained_tokens: int, result_file: str) -> bool:
        """End a running job as succeeded; whether it was running."""
        moved = self.move(job.id, "succeeded", among=("running",))
        if moved:
            self._database.run(
                "UPDATE jobs SET fine_tuned_model = ?, trained_tokens = ?, result_files = ?"
                " WHERE id = ?",
                job.model_name,
                trained_tokens,
                dumps([result_file]),
                job.id,
            )
        return moved

    def _row(self, job_id: str) -> sqlite3.Row:
        row = self._database.one("SELECT * FROM jobs WHERE id = ?", job_id)
        if row is None:
            raise no_job(job_id)
        return row


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        status=row["status"],
        root_model=row["root_model"],
        method=row["method"],
        seed=row["seed"],
        requested=loads(row["requested"]),
        resolved=loads(row["resolved"]),
        training_file=row["training_file"],
        validation_file=row["validation_file"],
        model_name=f"ft:{row['root_model']}:lab:{row['suffix'] or ''}:{row['nick']}",
    )


def _object(row: sqlite3.Row) -> dict[str, Any]:
    shown = {**_AUTO, **loads(row["requested"]), **(loads(row["resolved"]) or {})}
    if row["method"] == "dpo":
        shown = {"beta": "auto", **shown}
    else:
        shown.pop("beta", None)
    top = {name: shown[name] for name in _AUTO}
    return {
        "object": "fine_tuning.job",
        "id": row["id"],
        "model": row["model"],
        "created_at": row["created_at"],
        "finished_at": row["finished_at"],
        "fine_tuned_model": row["fine_tuned_model"],
        "organization_id": "org-lab",
        "result_files": loads(row["result_files"]),
        "status": row["status"],
        "validation_file": row["validation_file"],
        "training_file": row["training_file"],
        "hyperparameters": top,
        "trained_tokens": row["trained_tokens"],
        "error": loads(row["error"]),
        "user_provided_suffix": row["suffix"],
        "seed": row["seed"],
        "estimated_finish": row["estimated_finish"],
        "integrations": loads(row["integrations"]),
        "metadata": loads(row["metadata"]),
        "method": {"type": row["method"], row["method"]: {"hyperparameters": shown}},
    }
