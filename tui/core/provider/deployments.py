"""What serves a model, as providers tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Deployment:
    """Something that serves a model. `chat_name` is what to call it in a chat.

    `state` is in the provider's own words. `ready` tells whether it answers, None where nobody
    knows; `cost` what it costs while it runs, in words.
    """

    id: str
    model: str
    chat_name: str
    state: str = ""
    ready: bool | None = None
    created_at: int | None = None
    cost: str = ""

    @property
    def words(self) -> str:
        """How it is asked, in what state it is, and what it costs, as a step to take."""
        state = f" ({self.state})" if self.state and self.ready is not True else ""
        cost = f" {self.cost}" if self.cost else ""
        return f"It is deployed{state}: chat with {self.chat_name}.{cost}"


def deployment_of(model_id: str, deployed: Iterable[Deployment]) -> Deployment | None:
    """Return what serves a model, None for nothing.

    One that answers comes before one of which nobody knows, and that before one that does not.
    """
    found = [one for one in deployed if one.model == model_id]
    order = {True: 0, None: 1, False: 2}
    return min(found, key=lambda one: order[one.ready], default=None)
