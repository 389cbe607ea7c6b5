"""Checkpoints of jobs: one an epoch, the last three kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from tui.lab import ids
from tui.lab.http.errors import ApiError
from tui.lab.store.database import Database, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tui.lab.http.paging import Cursor
    from tui.lab.store.models import ModelStore

KEPT: Final = 3


class CheckpointStore:
    """Checkpoints by job and step."""

    def __init__(self, database: Database, models: ModelStore) -> None:
        self._database = database
        self._models = models

    def add(
        self,
        job_id: str,
        step: int,
        *,
        model_id: str,
        root_model: str,
        path: Path,
        metrics: Mapping[str, Any],
    ) -> None:
        """Make a checkpoint known and let go of those before the last three.

        A checkpoint whose weights were already let go of is not brought back.
        """
        if not path.exists():
            return
        with self._database.transaction():
            self._database.run(
                "INSERT INTO checkpoints (id, job_id, step, created_at, model, metrics)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (job_id, step) DO UPDATE SET"
                " metrics = excluded.metrics",
                ids.derived("ftckpt_", job_id, step, length=24),
                job_id,
                step,
                int(time.time()),
                model_id,
                dumps(dict(metrics)),
            )
            self._models.add(
                model_id, root_model=root_model, job_id=job_id, path=path, listed=False
            )
        self._let_go(job_id)

    def _let_go(self, job_id: str) -> None:
        old = self._database.all(
            "SELECT id, model FROM checkpoints WHERE job_id = ?"
            " ORDER BY step DESC LIMIT -1 OFFSET ?",
            job_id,
            KEPT,
        )
        for row in old:
            self._database.run("DELETE FROM checkpoints WHERE id = ?", row["id"])
            try:
                self._models.delete(row["model"])
            except ApiError:
                continue  # the user deleted it first

    def page(self, job_id: str, cursor: Cursor) -> list[dict[str, Any]]:
        """Return a page of checkpoint objects and one more, newest first."""
        return [
            {
                "object": "fine_tuning.job.checkpoint",
                "id": row["id"],
                "created_at": row["created_at"],
                "fine_tuned_model_checkpoint": row["model"],
                "fine_tuning_job_id": row["job_id"],
                "metrics": loads(row["metrics"]),
                "step_number": row["step"],
            }
            for row in self._database.page("checkpoints", "job_id = ?", [job_id], cursor)
        ]
