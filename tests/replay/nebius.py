"""Nebius Token Factory: null statuses of files, the old hyperparameters, texts for events."""

from __future__ import annotations

from typing import Any

from tests.replay.base import Replay


class NebiusReplay(Replay):
    """What comes of a job are weights: nothing answers before they are given to serving."""

    kind = "nebius"
    base = "meta-llama/Llama-3.1-8B-Instruct"
    lives = ("running", "running", "succeeded")
    gives_metadata_back = False

    def file_object(self, made: dict[str, Any]) -> dict[str, Any]:
        return {**made, "status": None}

    def refusal(self, asked: dict[str, Any]) -> str:
        if "method" in asked:
            return "method is not supported, use hyperparameters"
        rate = asked.get("hyperparameters", {}).get("learning_rate_multiplier", 1e-5)
        return "learning_rate_multiplier must be below 0.1" if rate >= 0.1 else ""

    def tuned_name(self, job: dict[str, Any]) -> str | None:
        return None

    def event_data(self, step: int) -> Any:
        return None

    def checkpoint(self, job: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"ftckpt_{job['id']}",
            "step_number": 2,
            "metrics": {"train_loss": 0.5, "valid_loss": 0.6},
            "result_files": ["file-weights"],
        }

    def answers(self, model: str) -> bool:
        return model == self.base
