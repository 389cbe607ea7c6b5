"""Models: one's own and the bases. What serves them is in `deployments`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.catalog.abilities import Ability
from tui.core.provider.fireworks.jobs import model_name
from tui.core.provider.fireworks.names import PUBLIC, account_of, name_of, resource
from tui.core.provider.fireworks.records import is_addon, model_object
from tui.core.provider.parsing import as_map
from tui.core.provider.records import Deleted, ModelInfo, parse_model
from tui.services.background import both
from tui.services.errors import InputError, Refused, ServiceError
from tui.services.provider.decode import parsed, parsed_all
from tui.services.provider.interface import check_offered
from tui.services.provider.requests import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.jobs.jobs import Job
    from tui.services.provider.fireworks.gateway import Gateway

COLLECTION = "models"
_IN_USE = frozenset({400, 409, 412})  # statuses for a model that is deployed


class FireworksModels:
    """Models: one's own, then the bases."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway, self._provider = gateway, gateway.provider
        self._addons: dict[str, bool] = {}  # own models, and whether they are LoRA add-ons
        self.bases: dict[str, str] = {}  # of own models, by name

    async def list(self) -> list[ModelInfo]:
        """Return all; the bases are left out where they do not come."""
        doing = "list the models"
        check_offered(self._gateway.abilities, Ability.MODELS, doing)
        own, public = await both(self._gateway.rows(COLLECTION, doing), self._public(doing))
        bases = parsed_all(lambda row: parse_model(model_object(row)), public, doing)
        return parsed_all(self._own, own, doing) + bases

    async def retrieve(self, model_id: str) -> ModelInfo:
        """Return one, whether or not it is named with its deployment."""
        doing = f"show model {model_id}"
        found = parsed(self._own, await self._gateway.get(self._path(model_id), doing), doing)
        return parse_model({**found.raw, "id": model_id}) if "#" in model_id else found

    async def delete(self, model_id: str) -> Deleted:
        """Delete one for good; one that is deployed has to be taken from there before."""
        doing = f"delete model {model_id}"
        check_offered(self._gateway.abilities, Ability.DELETE_MODELS, doing)
        name, _, deployment = model_id.partition("#")
        if deployment:
            cause = f"that is its name where it is deployed, on {deployment}"
            raise InputError(f"Cannot {doing}", cause, f"Name the model itself: {name}")
        try:
            await self._provider.exchange(Call("DELETE", self._path(name), doing))
        except Refused as error:
            if error.status in _IN_USE:
                await self._tell_where(name, error)
            raise
        return Deleted(model_id, deleted=True)

    async def deployed(self, doing: str) -> Rows:
        """Return the models that are deployed, as Fireworks tells them; none where it does not."""
        try:
            return await self._gateway.rows("deployedModels", doing)
        except Refused:
            return []

    async def look_at(self, model: str) -> None:
        """Find out whether a model of one's own is a LoRA that training can go on from."""
        name = model_name(model)
        if account_of(name) == self._gateway.account and name not in self._addons:
            await self.retrieve(name)

    def goes_on_from(self, model: str) -> bool:
        """Whether training with this model goes on from a LoRA: one's own, as far as is known."""
        name = model_name(model)
        return account_of(name) == self._gateway.account and self._addons.get(name, True)

    def made_by(self, job: Job) -> None:
        """Take note of the base of the model that a job made."""
        if job.fine_tuned_model:
            self.bases.setdefault(job.fine_tuned_model, job.model)

    def _own(self, value: object) -> ModelInfo:
        """Read a model, and take note of what it is."""
        found = parse_model(model_object(value))
        self._addons[found.id] = is_addon(as_map(value))
        if (base := found.base) != found.id:
            self.bases[found.id] = base
        return found

    async def _public(self, doing: str) -> Rows:
        """Return Fireworks' own bases that can be tuned, or asked without a deployment."""
        try:
            rows = await self._gateway.rows(COLLECTION, doing, PUBLIC)
        except ServiceError:  # one's own are more than nothing
            return []
        return [row for row in rows if row.get("tunable") or row.get("supportsServerless")]

    async def _tell_where(self, name: str, error: Refused) -> None:
        whole = resource(self._gateway.account, COLLECTION, name)
        rows = [row for row in await self.deployed("look") if row.get("model") == whole]
        if rows:
            error.next_step = (
                f"It is deployed on {rows[0].get('deployment')}: take it from there first, with"
                f" DELETE /v1/{name_of(rows[0])} or `firectl model unload-lora`."
            )

    def _path(self, model_id: str) -> str:
        return self._gateway.path(COLLECTION, model_id.partition("#")[0])


# Written here because inside the class `list` is a method.
Rows = list["Mapping[str, Any]"]
