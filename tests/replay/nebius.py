"""Nebius Token Factory: null statuses of files, the old hyperparameters, texts for events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.replay.base import Replay

if TYPE_CHECKING:
    from tests.faults.server import Seen


class NebiusReplay(Replay):
    """`endpoints` are the dedicated ones by id.

    What comes of a job are weights: nothing answers before they are given to serving."""

    kind = "nebius"
    base = "meta-llama/Llama-3.1-8B-Instruct"
    lives = ("running", "running", "succeeded")
    gives_metadata_back = False

    def __init__(self) -> None:
        self.endpoints: dict[str, dict[str, Any]] = {}
        super().__init__()

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

    def deploy(self, name: str, model: str, status: str = "running", **more: Any) -> str:
        """Serve weights from a dedicated endpoint; returns its id."""
        running = status in {"running", "updating"}
        made = {
            "id": f"ep-{next(self._ids)}", "name": name, "enabled": status != "stopped",
            "routing_key": f"dedicated/{name}", "model_name": self.base, "flavor_name": "base",
            "custom_weights_id": model, "region": "eu-north1", "gpu_type": "gpu-h100-sxm",
            "gpu_count": 2, "scaling": {"min_replicas": 1, "max_replicas": 2},
            "deployment": {"ready_replicas": int(running), "status": status,
                           "readiness": "ready" if running else "not_ready"},
            "created_at": "2026-11-28T10:00:00Z", **more,
        }  # fmt: skip
        self.endpoints[made["id"]] = made
        return str(made["id"])

    def other(self, seen: Seen) -> tuple[int, Any]:
        """Answer for dedicated endpoints, which stand beside OpenAI's paths."""
        version, what, *rest = [*seen.path.strip("/").split("/"), ""]
        if (version, what) != ("v0", "dedicated_endpoints"):
            return super().other(seen)
        if not rest[0]:
            return 200, {"object": "list", "data": [*self.endpoints.values()]}
        row = self.endpoints.get(rest[0])
        if row is None:
            return 404, {"detail": "Endpoint not found"}
        if seen.method == "DELETE":
            del self.endpoints[rest[0]]
            return 204, ""
        if seen.method == "PATCH":
            if json.loads(seen.body) != {"enabled": False}:
                return 422, {"detail": [{"loc": ["body"], "msg": "unexpected", "type": "value"}]}
            row["enabled"] = False
            row["deployment"] = {"ready_replicas": 0, "status": "stopping"}
        return 200, row
