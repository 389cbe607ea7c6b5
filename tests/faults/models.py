"""A provider on loopback with models to delete, that lists, hides, refuses as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.faults.server import FaultServer, problem

if TYPE_CHECKING:
    from tests.faults.server import Seen


def tuned_id(number: int) -> str:
    return f"ft:base-1:org:s{number}:x{number}"


class ModelServer(FaultServer):
    """Has a base model and as many fine-tuned ones as asked for, the newest first.

    Deleted ones it goes on listing while `behind`; ids in `hidden` it does not list.
    """

    def __init__(self, tuned: int = 0) -> None:
        self.models = {
            tuned_id(n): {"id": tuned_id(n), "object": "model", "created": 1_700_000_000 - n}
            for n in range(1, tuned + 1)
        }
        self.deleted: dict[str, Any] = {}
        self.hidden: set[str] = set()
        self.behind = False
        super().__init__()
        self.lists["/models"] = lambda _: {"object": "list", "data": self._listed()}

    def _listed(self) -> list[dict[str, Any]]:
        shown = [one for one in self.models.values() if one["id"] not in self.hidden]
        behind = [*self.deleted.values()] if self.behind else []
        return [*shown, *behind, {"id": "base-1", "object": "model", "owned_by": "system"}]

    def act(self, seen: Seen) -> tuple[int, Any] | tuple[int, Any, dict[str, str]]:
        _, kind, *rest = seen.path.split("/", 2)
        if kind != "models" or not rest:
            return super().act(seen)
        one = rest[0]
        if seen.method == "DELETE" and one in self.models:
            self.deleted[one] = self.models.pop(one)
            return 200, {"id": one, "object": "model", "deleted": True}
        found = {"id": "base-1"} if one == "base-1" else self.models.get(one)
        return (200, found) if found and seen.method == "GET" else (404, problem("no such model"))

    def deletions(self, one: str) -> int:
        """Return how often a model was asked to be deleted."""
        return self.count(f"DELETE /models/{one}")
