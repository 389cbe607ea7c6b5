"""Azure OpenAI / Microsoft Foundry v1: its own key header, tiers, deployments elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.faults.server import FaultServer
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


class Management(FaultServer):
    """Azure Resource Manager: another address, another token, deployments page by page."""

    root = ""
    resource = (
        "/subscriptions/s-1/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/mine"
    )

    def __init__(self, token: str) -> None:
        self.token, self.wrong_tokens = token, 0
        self.rows: list[dict[str, Any]] = []
        self.next_host = ""  # where the next page is said to be, if not here
        self.leaving: set[str] = set()
        self.lingers = False  # what is being deleted stays in the list
        super().__init__()

    @property
    def address(self) -> str:
        """The address of the resource."""
        return f"{self.url}{self.resource}"

    def _one(self, seen: Seen, name: str) -> tuple[int, Any]:
        row = next((row for row in self.rows if row["name"] == name), None)
        if row is None:
            return (204, "") if seen.method == "DELETE" else (404, _absent())
        if seen.method == "DELETE":
            row["properties"]["provisioningState"] = "Deleting"
            self.leaving.add(name)
            return 202, ""
        return 200, row

    def deploy(
        self, name: str, model: str, state: str = "Succeeded", tier: str = "Standard"
    ) -> None:
        """Deploy a model."""
        self.rows.append({
            "id": f"{self.resource}/deployments/{name}", "name": name,
            "sku": {"name": tier, "capacity": 50},
            "properties": {
                "model": {"format": "OpenAI", "name": model, "version": "1"},
                "provisioningState": state,
            },
            "systemData": {"createdAt": "2026-11-28T10:00:00.1234567Z"},
        })  # fmt: skip

    def act(self, seen: Seen) -> tuple[int, Any]:
        if seen.headers.get("authorization") != f"Bearer {self.token}":
            self.wrong_tokens += 1
            return 401, {"error": {"code": "ExpiredAuthenticationToken", "message": "expired"}}
        place, _, name = seen.path.partition("/deployments")
        if place != self.resource or "api-version" not in seen.query:
            return 404, _absent()
        if name:
            return self._one(seen, name.removeprefix("/"))
        if self.leaving and not self.lingers:  # the next look finds them gone
            self.rows = [row for row in self.rows if row["name"] not in self.leaving]
        at = int(seen.query.get("$skiptoken", 0))
        link = f"{self.next_host or self.url}{seen.path}?api-version=1&$skiptoken={at + 1}"
        more = {"nextLink": link} if at + 1 < len(self.rows) else {}
        return 200, {"value": self.rows[at : at + 1], **more}


def _absent() -> dict[str, Any]:
    return {"error": {"code": "ResourceNotFound", "message": "not found"}}
