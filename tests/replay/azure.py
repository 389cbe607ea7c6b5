"""Azure OpenAI / Microsoft Foundry v1: its own key header, tiers, deployments elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.replay.base import KEY, Replay

if TYPE_CHECKING:
    from tests.faults.server import Seen

TIERS = {"Standard", "GlobalStandard", "Developer"}
TOKEN = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJmb3VuZHJ5In0.c2lnbmF0dXJl"


class AzureReplay(Replay):
    """A tuned model answers only under the name of a deployment, which is made elsewhere."""

    kind = "azure"
    extra_fields = ("trainingType",)
    no_model_code = "DeploymentNotFound"

    def __init__(self) -> None:
        self.deployed: dict[str, str] = {}  # model by deployment
        super().__init__()

    def knows(self, seen: Seen) -> bool:
        if seen.headers.get("authorization") == f"Bearer {TOKEN}":
            return "api-key" not in seen.headers
        return seen.headers.get("api-key") == KEY and "authorization" not in seen.headers

    def refusal(self, asked: dict[str, Any]) -> str:
        if asked.get("trainingType", "Standard") not in TIERS:
            return f"trainingType must be one of {sorted(TIERS)}"
        if len(asked.get("suffix") or "") > 18:
            return "suffix has at most 18 characters"
        if not self.contents[asked["training_file"]].startswith(b"\xef\xbb\xbf"):
            return "the training file must be UTF-8 with a byte order mark"
        return ""

    def tuned_name(self, job: dict[str, Any]) -> str | None:
        return f"{job['model']}.ft-{abs(hash(job['id'])):032x}"[:60]

    def answers(self, model: str) -> bool:
        return model in self.deployed
