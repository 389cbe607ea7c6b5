"""What runs for a profile: looked at with its prices, stopped, scaled to zero, deleted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from tui.core.catalog.abilities import Ability
from tui.core.money.counted import counted_by
from tui.core.money.hourly import RunningCost, priced, running_cost
from tui.services.errors import InputError, NotOffered
from tui.services.listeners import StateListeners
from tui.services.provider.interface import ABILITIES, check_offered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tui.core.provider.deployments import Act, Deployment
    from tui.services.models.deployment_acts import DeploymentActs
    from tui.services.provider.interface import ProviderApi
    from tui.services.provider.provider import Provider
    from tui.services.store.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DeploymentsSeen:
    """What was deployed at a moment (Unix seconds), what costs most first."""

    deployed: tuple[Deployment, ...]
    at: float

    @property
    def cost(self) -> RunningCost:
        """What it costs by the hour together."""
        return running_cost(self.deployed)


class DeploymentService:
    """The deployments of one profile. Methods raise a ServiceError when they fail."""

    def __init__(
        self,
        provider: Provider,
        api: ProviderApi,
        store: Store,
        looks: dict[str, DeploymentsSeen] | None = None,
    ) -> None:
        """Look for one profile; `looks` takes the last look of each, by profile."""
        self._looks = {} if looks is None else looks
        self._provider, self._api, self._store = provider, api, store
        self._provider_entry = provider.profile.provider_entry
        self._listeners = StateListeners[DeploymentsSeen]()

    @property
    def profile(self) -> str:
        """The profile's name."""
        return self._provider.profile.name

    @property
    def last(self) -> DeploymentsSeen | None:
        """What was seen last, None before anybody has looked."""
        return self._looks.get(self.profile)

    @property
    def told(self) -> bool:
        """Whether the provider tells what is deployed for this profile."""
        return self._api.abilities.of(Ability.DEPLOYMENTS) == "yes"

    @property
    def disturbs(self) -> bool:
        """Whether a look may ask somebody for a key or a token, as none was fetched so far."""
        profile = self._provider.profile
        late = profile.source is not None and profile.source.late
        asks = late or profile.management is not None or profile.problem is not None
        return self.last is None and asks

    def subscribe(self, listener: Callable[[DeploymentsSeen], None]) -> Callable[[], None]:
        """Call `listener` with every new look; the returned function ends that."""
        return self._listeners.add(listener)

    def check_told(self) -> None:
        """Raise NotOffered where nobody tells what is deployed, with what the profile lacks."""
        if self.told:
            return
        refusal = self._api.abilities.refusal(Ability.DEPLOYMENTS)
        step = self._provider_entry.deployments_need
        cause = (
            f"{self._provider_entry.name} does not tell them for this profile" if step else refusal
        )
        raise NotOffered("Cannot list the deployments", cause, step or "Nothing runs there.")

    async def look(self) -> DeploymentsSeen:
        """Ask what is deployed, and what it costs where that is told."""
        self.check_told()
        found = await self._api.deployments.list()
        seen = DeploymentsSeen(tuple(by_cost(await self._priced(found))), time.time())
        self._looks[self.profile] = seen
        self._listeners.tell(seen)
        return seen

    def check_acts(self, chosen: Iterable[Deployment], act: Act) -> None:
        """Raise ReadOnly, InputError or NotOffered where something cannot be done to all of these.

        One with which it is done already, or being done, is no reason.
        """
        for one in chosen:
            doing = act.to(f"deployment {one.title}")
            self._provider.check_writable(doing)
            if act in one.acts or one.done(act):
                continue
            check_offered(self._api.abilities, ABILITIES[act], doing)
            raise InputError(f"Cannot {doing}", *_why_not(one, act))

    def acts(self, act: Act, chosen: Iterable[Deployment]) -> DeploymentActs:
        """Return what does one thing to these, each asked for once and looked for afterwards."""
        from tui.services.models.deployment_acts import DeploymentActs

        return DeploymentActs(self.profile, self._api.deployments, self._store, act, chosen)

    async def _priced(self, found: Sequence[Deployment]) -> list[Deployment]:
        """Add the prices; the provider's own word stands above what is known here."""
        asks = any(one.hourly and one.hardware for one in found)
        told = await self._api.deployments.rates() if asks else []
        rates = [*told, *self._provider_entry.hourly]
        counted = counted_by(self._provider.profile.money)
        return [priced(one, rates, counted) for one in found]


def _why_not(one: Deployment, act: Act) -> tuple[str, str]:
    """Return why something cannot be done to a deployment that its provider does to others."""
    if one.within:
        return f"it is a model loaded on {one.within}", f"Name that, to {act.to('it')}."
    other = f"It can be {' or '.join(each.done for each in sorted(one.acts))}." if one.acts else ""
    return f"it is {one.state or 'in a state nobody knows'}", other or "List them again."


def by_cost(found: Iterable[Deployment]) -> list[Deployment]:
    """Return deployments of one profile as they are listed."""
    return in_cost_order([*found], lambda one: one, lambda _: "")


def in_cost_order(
    ones: Sequence[T], of: Callable[[T], Deployment], profile: Callable[[T], str]
) -> list[T]:
    """Return what costs most first, what is loaded on a deployment right behind it."""
    hosts = {(profile(one), of(one).id): of(one) for one in ones}

    def place(one: T) -> tuple[Any, ...]:
        own, whose = of(one), profile(one)
        host = hosts.get((whose, own.within or ""))
        first = host or own
        return dearest(first), whose, first.id, host is not None, dearest(own)

    return sorted(ones, key=place)


def dearest(one: Deployment) -> tuple[bool, bool, float, str]:
    """Return what to sort by: what costs before what does not, unknown prices first of these."""
    usd = one.price.usd if one.price else None
    return not one.hourly, usd is not None, -float(usd or 0), one.title
