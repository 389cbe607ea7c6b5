"""OpenAI with jobs whose checkpoints are models of their own, which can be deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.replay.base import Replay

if TYPE_CHECKING:
    from tests.faults.server import Seen

LOSSES = (1.4, 0.7, 0.9, None)  # by checkpoint; the last is the job's own model


class CheckpointReplay(Replay):
    """Jobs that have ended, each with a checkpoint a loss; all are listed for ever."""

    def train(self, name: str, losses: tuple[float | None, ...] = LOSSES, **more: Any) -> str:
        """Add a job that has ended; returns its id."""
        model = f"ft:{self.base}:org:{name}:abc"
        job = self.new_job({
            "model": self.base, "created_at": 1_790_000_000, "status": "succeeded",
            "fine_tuned_model": model, "training_file": "file-t", "_lives": [], "_events": [],
            "_losses": losses, **more,
        })  # fmt: skip
        for point in self.points(job):
            one = point["fine_tuned_model_checkpoint"]
            self.models[one] = {"id": one, "object": "model", "owned_by": "org"}
        return str(job["id"])

    def points(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the checkpoints of a job, as they are told."""
        losses = job["_losses"]
        return [
            {
                "id": f"ftckpt_{job['id']}_{step}",
                "created_at": 1_790_000_000 + step,
                "fine_tuned_model_checkpoint": job["fine_tuned_model"]
                if step == len(losses)
                else f"{job['fine_tuned_model']}:ckpt-step-{step}",
                "step_number": step,
                "metrics": {"step": step, "train_loss": 2.0 - step / 10}
                | ({} if loss is None else {"valid_loss": loss}),
            }
            for step, loss in enumerate(losses, 1)
        ]

    def of_job(self, job: dict[str, Any], what: str, seen: Seen) -> tuple[int, Any]:
        if what == "checkpoints":
            return 200, {"data": self.points(job)[::-1], "has_more": False}
        return super().of_job(job, what, seen)

    def _told(self, job: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in super()._told(job).items() if key != "_losses"}

    def deleted(self) -> list[str]:
        """Return the models asked to be deleted, in turn."""
        return [seen.path.rpartition("/")[2] for seen in self.seen if seen.method == "DELETE"]
