"""What serves a model, as providers tell it: its state, and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.money.rates import HourPrice


class Act(StrEnum):
    """What may be done with a deployment; the value is what a command calls it."""

    STOP = "stop"  # it stays, bills nothing, and can be started again
    SCALE = "scale"  # to zero replicas; a request starts one
    DELETE = "delete"  # for good

    @property
    def words(self) -> str:
        """Return it as in "cannot … it"."""
        return "scale to zero" if self is Act.SCALE else str(self)

    def to(self, what: str) -> str:
        """Return it as in "cannot scale deployment d to zero"."""
        return f"scale {what} to zero" if self is Act.SCALE else f"{self} {what}"

    @property
    def done(self) -> str:
        """Return it once it has been done."""
        return {Act.STOP: "stopped", Act.SCALE: "scaled to zero", Act.DELETE: "deleted"}[self]

    @property
    def doing(self) -> str:
        """Return it while it is being done."""
        return {Act.STOP: "stopping", Act.SCALE: "scaling", Act.DELETE: "deleting"}[self]


@dataclass(frozen=True, slots=True)
class Deployment:
    """Something that serves a model. `chat_name` is what to call it in a chat.

    `state` is in the provider's own words. `ready` tells whether it answers, None where nobody
    knows; `cost` how it is billed, in words. `name` is what people call it.

    `running` tells whether it takes up hardware now, None where nobody knows. `by_token` ones are
    billed by what is asked and not by the hour; one `within` another (by that one's id) is part of
    what that bills. `hardware` is what it runs on and `units` how many of that: GPUs, replicas, 1.
    `always` tells that it has been billed ever since it was made. `place` is what else its provider
    needs to find it. `leaving` ones are being deleted.
    """

    id: str
    model: str
    chat_name: str
    state: str = ""
    ready: bool | None = None
    created_at: int | None = None
    cost: str = ""
    name: str = ""
    running: bool | None = None
    by_token: bool = False
    within: str = ""
    hardware: str = ""
    units: int | None = None
    always: bool = False
    last_request: int | None = None
    price: HourPrice | None = None
    acts: frozenset[Act] = frozenset()
    place: str = ""
    leaving: bool = False

    @property
    def words(self) -> str:
        """How it is asked, in what state it is, and what it costs, as a step to take."""
        state = f" ({self.state})" if self.state and self.ready is not True else ""
        cost = f" {self.cost}" if self.cost else ""
        return f"It is deployed{state}: chat with {self.chat_name}.{cost}"

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name or self.id

    @property
    def hourly(self) -> bool:
        """Whether it costs something by the hour now, as far as anybody knows."""
        return self.running is not False and not self.by_token and not self.within

    @property
    def running_words(self) -> str:
        """Whether it takes up hardware now."""
        return {True: "running", False: "not running", None: "may be running"}[self.running]

    def done(self, act: Act) -> bool:
        """Whether this is how one looks with which something has been done, or is being done."""
        return self.leaving if act is Act.DELETE else self.running is False


def deployment_of(model_id: str, deployed: Iterable[Deployment]) -> Deployment | None:
    """Return what serves a model, None for nothing.

    One that answers comes before one of which nobody knows, and that before one that does not.
    """
    found = [one for one in deployed if one.model == model_id]
    order = {True: 0, None: 1, False: 2}
    return min(found, key=lambda one: order[one.ready], default=None)


def find_deployment(named: str, deployed: Iterable[Deployment]) -> Deployment | None:
    """Return the one with this id, or this name where only one is called so; None for none."""
    found = [*deployed]
    for one in found:
        if one.id == named:
            return one
    called = [one for one in found if named in {one.name, one.chat_name}]
    return called[0] if len(called) == 1 else None
