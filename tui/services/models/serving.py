"""How a tuned model is made to answer, where its name alone is not enough."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.catalog.abilities import Ability
from tui.core.provider.deployments import Deployment, deployment_of
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.services.models.deployments import DeploymentsSeen
    from tui.services.provider.interface import ProviderApi

FRESH_S = 15  # how long a list of deployments is used without asking for it again


@dataclass(frozen=True, slots=True)
class Serving:
    """What is deployed at a provider, and what there is to do for a model that is not."""

    api: ProviderApi
    deployed: tuple[Deployment, ...] = ()

    def words(self, model_id: str) -> str:
        """Return how a tuned model is asked, as a step; empty where its name is enough."""
        found = deployment_of(model_id, self.deployed)
        return found.words if found is not None else self.api.deployments.next_step(model_id)

    def chat_name(self, model_id: str) -> str:
        """Return what a model that is deployed and may answer is called; empty for any other."""
        found = deployment_of(model_id, self.deployed)
        return found.chat_name if found is not None and found.ready is not False else ""

    def needed(self, model_id: str) -> bool:
        """Whether a tuned model needs a deployment and none is known."""
        missing = deployment_of(model_id, self.deployed) is None
        return missing and bool(self.api.deployments.next_step(model_id))


async def look_at_serving(api: ProviderApi, last: DeploymentsSeen | None = None) -> Serving:
    """Ask what is deployed where the provider tells; what does not come is taken for nothing.

    Nobody is asked where the `last` look was a moment ago.
    """
    if api.abilities.of(Ability.DEPLOYMENTS) != "yes":
        return Serving(api)
    if last is not None and 0 <= time.time() - last.at < FRESH_S:
        return Serving(api, last.deployed)
    try:
        return Serving(api, tuple(await api.deployments.list()))
    except ServiceError:  # that a model needs one is told all the same
        return Serving(api)
