"""Turn the reports of a training into events, checkpoints, a model and a result file."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.lab import ids
from tui.lab.jobs.results import result_content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.lab.jobs.job_folder import JobFolder
    from tui.lab.store import Job, Store

_EVENT_ONLY = ("epoch", "epoch_end")


@dataclass(slots=True)
class Pace:
    """How fast a run goes, measured from the first step seen in this process."""

    started_at: float
    first_step: int

    def finish(self, step: int, total: int) -> int | None:
        """When the run will end, in Unix seconds; None before there is anything to measure."""
        done = step - self.first_step
        if done <= 0:
            return None
        now = time.time()
        each = (now - self.started_at) / done
        return math.ceil(now + each * (total - step))


class Progress:
    """Applies the records of one job. The same record again changes nothing."""

    def __init__(self, store: Store, job: Job, folder: JobFolder) -> None:
        self._store = store
        self._job = job
        self._folder = folder
        self._pace: Pace | None = None
        self.furthest = -1
        self.error: str | None = None
        self.stopped = False

    def apply(self, record: Mapping[str, Any]) -> None:
        """Take one record in."""
        handlers = {
            "started": self._started,
            "step": self._step,
            "checkpoint": self._checkpoint,
            "stopped": self._ended_early,
            "done": self._done,
            "error": self._failed,
        }
        handlers[record["kind"]](record)

    def _started(self, record: Mapping[str, Any]) -> None:
        self._pace = Pace(time.time(), int(record["step"]))

    def _step(self, record: Mapping[str, Any]) -> None:
        step, metrics = int(record["step"]), record["metrics"]
        total = int(metrics["total_steps"])
        data = {"step": step, **_shown(metrics)}
        with self._store.database.transaction():
            self._store.events.add(
                self._job.id, _sentence(step, total, data), key=f"step:{step}", data=data
            )
            finish = None if self._pace is None else self._pace.finish(step, total)
            if finish is not None:
                self._store.jobs.estimate(self._job.id, finish)
        self.furthest = max(self.furthest, step)

    def _checkpoint(self, record: Mapping[str, Any]) -> None:
        step = int(record["step"])
        metrics = {"step": step, **_shown(record["metrics"])}
        metrics.pop("total_steps")
        with self._store.database.transaction():
            self._store.checkpoints.add(
                self._job.id,
                step,
                model_id=self._job.checkpoint_name(step),
                root_model=self._job.root_model,
                path=self._folder.checkpoint(step),
                metrics=metrics,
            )
            self._store.events.add(
                self._job.id, f"Checkpoint created at step {step}", key=f"checkpoint:{step}"
            )

    def _ended_early(self, _record: Mapping[str, Any]) -> None:
        self.stopped = True

    def _failed(self, record: Mapping[str, Any]) -> None:
        self.error = str(record["message"])

    def _done(self, record: Mapping[str, Any]) -> None:
        store, job = self._store, self._job
        with store.database.transaction():
            result = store.files.write(
                result_content(store.events.metrics(job.id)),
                "step_metrics.csv",
                "fine-tune-results",
                ids.derived("file-", job.id, "result"),
            )
            if not store.jobs.succeed(
                job, trained_tokens=int(record["trained_tokens"]), result_file=result
            ):
                return
            store.models.add(
                job.model_name,
                root_model=job.root_model,
                job_id=job.id,
                path=self._folder.final,
                listed=True,
            )
            store.events.add(
                job.id, f"New fine-tuned model created: {job.model_name}", key="created-model"
            )
            store.events.add(job.id, "The job has successfully completed", key="completed")


def _shown(metrics: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _finite(value)
        for name, value in metrics.items()
        if value is not None and name not in _EVENT_ONLY
    }


def _finite(value: Any) -> Any:
    # JSON has no word for a loss that ran away.
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _sentence(step: int, total: int, data: Mapping[str, Any]) -> str:
    parts = [
        (name, data.get(key))
        for name, key in (
            ("training loss", "train_loss"),
            ("validation loss", "valid_loss"),
            ("full validation loss", "full_valid_loss"),
        )
        if key in data
    ]
    said = ", ".join(f"{name}={'nan' if v is None else format(v, '.2f')}" for name, v in parts)
    return f"Step {step}/{total}: {said}"
