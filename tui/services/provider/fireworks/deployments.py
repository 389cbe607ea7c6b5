"""Dedicated deployments, and the models loaded on them: a tuned one is asked by both names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.catalog.abilities import Ability
from tui.core.provider.deployments import Act
from tui.core.provider.fireworks.deployments import dedicated, loaded_model
from tui.core.provider.fireworks.names import PUBLIC, account_of, name_of, resource
from tui.core.provider.parsing import as_text
from tui.services.provider.fireworks.models import COLLECTION
from tui.services.provider.interface import ABILITIES, check_offered
from tui.services.provider.requests import Call

if TYPE_CHECKING:
    from tui.core.provider.deployments import Deployment
    from tui.services.provider.fireworks.gateway import Gateway
    from tui.services.provider.fireworks.models import FireworksModels
    from tui.services.provider.interface import Rates


class FireworksDeployments:
    """Dedicated deployments, which bill, and the models loaded on them."""

    def __init__(self, gateway: Gateway, models: FireworksModels) -> None:
        self._gateway, self._models = gateway, models

    async def list(self) -> list[Deployment]:
        """Return the models that are loaded, then the deployments."""
        doing = "list the deployments"
        check_offered(self._gateway.abilities, Ability.DEPLOYMENTS, doing)
        rows = await self._gateway.rows("deployments", doing)
        by_name = {name_of(row): row for row in rows}
        loaded = [
            loaded_model(row, by_name.get(as_text(row.get("deployment")) or "", {}))
            for row in await self._models.deployed(doing)
        ]
        return loaded + [dedicated(row) for name, row in by_name.items() if name]

    async def retrieve(self, one: Deployment) -> Deployment | None:
        """Return one as it is now, None where it is not there any more."""
        doing = f"look at deployment {one.title}"
        row = await self._gateway.find(self._path_of(one), doing)
        if row is None or as_text(row.get("state")) == "DELETED":
            return None
        return loaded_model(row, {}) if one.within else dedicated(row)

    async def act(self, one: Deployment, act: Act) -> None:
        """Scale one to no replica, delete it, or take a model from where it is loaded."""
        doing = act.to(f"deployment {one.title}")
        check_offered(self._gateway.abilities, ABILITIES[act], doing)
        if act is Act.DELETE:
            call = Call("DELETE", self._path_of(one), doing, listed="deployments")
        else:
            path, none = f"{self._path_of(one)}:scale", {"replicaCount": 0}
            call = Call("PATCH", path, doing, body=none, listed="deployments")
        await self._gateway.provider.exchange(call)

    async def rates(self) -> Rates:
        """Return none: it tells no prices of GPUs."""
        return []

    def next_step(self, model_id: str) -> str:
        """Return how to deploy a tuned model, or how to ask one that is named with where it is."""
        account = self._gateway.provider.profile.account or "ACCOUNT"
        name = resource(account, COLLECTION, model_id)
        if "#" in name:
            deployment = name.partition("#")[2]
            return f"Look whether {deployment} is READY: `firectl deployment get {deployment}`."
        on = f"{name}#accounts/{account}/deployments/ID"
        if account_of(name) == PUBLIC:
            return (
                f'Make a deployment of it: POST /v1/accounts/{account}/deployments {{"baseModel":'
                f' "{name}", "deploymentShape": "default", "minReplicaCount": 0}}; then chat with'
                f" {on}."
            )
        base = self._models.bases.get(name, "BASE")
        return (
            f"Make a deployment of its base: POST /v1/accounts/{account}/deployments"
            f' {{"baseModel": "{base}", "deploymentShape": "default", "enableAddons": true,'
            f' "minReplicaCount": 0}}; load the model on it: POST'
            f' /v1/accounts/{account}/deployedModels {{"model": "{name}", "deployment":'
            f' "accounts/{account}/deployments/ID"}}; then chat with {on}.'
        )

    def _path_of(self, one: Deployment) -> str:
        collection = "deployedModels" if one.within else "deployments"
        return self._gateway.path(collection, one.id)
