"""Crusoe: LoRA by the OpenAI client, checkpoints as ids of files, a deployment for the rest."""

from __future__ import annotations

from typing import Any

from tests.replay.base import Replay


class CrusoeReplay(Replay):
    """Its jobs are taken to be OpenAI's."""

    kind = "crusoe"
    base = "meta-llama/Llama-3.3-70B-Instruct"
    gives_metadata_back = False

    def refusal(self, asked: dict[str, Any]) -> str:
        kind = asked.get("method", {}).get("type", "supervised")
        return "" if kind == "supervised" else "only supervised"

    def tuned_name(self, job: dict[str, Any]) -> str | None:
        return f"crusoe/{job['id']}"

    def checkpoint(self, job: dict[str, Any]) -> dict[str, Any]:
        return {"id": "file-checkpoint-2", "step_number": 2, "metrics": {"train_loss": 0.5}}

    def answers(self, model: str) -> bool:
        return model == self.base
