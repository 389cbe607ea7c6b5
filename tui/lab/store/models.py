"""Fine-tuned models and their checkpoints. Bases are not in the database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.lab.http.errors import no_model

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tui.lab.folder import Folder
    from tui.lab.store.database import Database


@dataclass(frozen=True, slots=True)
class TunedModel:
    """A fine-tuned model or checkpoint: its name, its base and where its weights lie."""

    id: str
    created_at: int
    root_model: str
    job_id: str
    path: Path


class ModelStore:
    """Fine-tuned models by name."""

    def __init__(self, database: Database, folder: Folder) -> None:
        self._database = database
        self._folder = folder

    def add(self, model_id: str, *, root_model: str, job_id: str, path: Path, listed: bool) -> None:
        """Make a model known; again changes nothing. A checkpoint is not ``listed``."""
        self._database.run(
            "INSERT OR IGNORE INTO models (id, created_at, root_model, job_id, listed, path)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            model_id,
            int(time.time()),
            root_model,
            job_id,
            int(listed),
            self._folder.relative(path),
        )

    def get(self, model_id: str) -> TunedModel:
        """Return a model or checkpoint by name. Raises a 404."""
        row = self._database.one("SELECT * FROM models WHERE id = ?", model_id)
        if row is None:
            raise no_model(model_id)
        return self._model(row)

    def listed(self) -> list[TunedModel]:
        """All fine-tuned models, newest first, without checkpoints."""
        rows = self._database.all("SELECT * FROM models WHERE listed = 1 ORDER BY seq DESC")
        return [self._model(row) for row in rows]

    def delete(self, model_id: str) -> None:
        """Forget a model and remove its weights. Raises a 404."""
        model = self.get(model_id)
        with self._database.transaction():
            self._database.run("DELETE FROM models WHERE id = ?", model_id)
            self._database.run("DELETE FROM checkpoints WHERE model = ?", model_id)
        model.path.unlink(missing_ok=True)

    def _model(self, row: sqlite3.Row) -> TunedModel:
        return TunedModel(
            row["id"],
            row["created_at"],
            row["root_model"],
            row["job_id"],
            self._folder.resolve(row["path"]),
        )
