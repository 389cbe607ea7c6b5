"""Together's dedicated endpoints: the deployments in them, stopped, deleted and priced."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.core.provider.deployments import Act
from tui.core.provider.parsing import as_map, as_text
from tui.core.provider.together.records import deployments_of, hour_rates
from tui.services.background import both
from tui.services.errors import Refused, ServiceError
from tui.services.provider.decode import parsed, parsed_all
from tui.services.provider.interface import ABILITIES, check_offered
from tui.services.provider.paging import Page, collect, parse_page
from tui.services.provider.requests import Call, segment

if TYPE_CHECKING:
    from tui.core.catalog.providers import ProviderEntry
    from tui.core.provider.deployments import Deployment
    from tui.services.provider.interface import Rates, Raws
    from tui.services.provider.provider import Provider

_HARDWARE = "/v2/public/inference-instance-types"
_NO_REPLICA = {"autoscaling": {"minReplicas": 0, "maxReplicas": 0}}


class TogetherDeployments:
    """Dedicated endpoints of a project, which its id is needed for."""

    def __init__(self, provider: Provider, entry: ProviderEntry, project: str) -> None:
        self._provider, self._entry, self._project = provider, entry, project

    async def list(self) -> list[Deployment]:
        """Return what is deployed in the project; none without one."""
        if not self._project:
            return []
        doing = "list the deployments"
        endpoints, models = await both(self._walk("endpoints"), self._walk("models"))
        names = {str(one.get("id")): str(one.get("name")) for one in models if one.get("name")}
        read = partial(deployments_of, names=names, cost=self._entry.idle_cost)
        return [one for found in parsed_all(read, endpoints, doing) for one in found]

    async def retrieve(self, one: Deployment) -> Deployment | None:
        """Return one as its endpoint tells it now, None where it is not there any more."""
        doing = f"look at deployment {one.title}"
        try:
            value = await self._provider.get_json(self._path_of(one.place), doing=doing)
        except Refused as error:
            if error.status != 404:
                raise
            return None
        found = parsed(
            lambda raw: deployments_of(raw, {}, self._entry.idle_cost), value, doing
        )  # fmt: skip
        return next((each for each in found if each.id == one.id), None)

    async def act(self, one: Deployment, act: Act) -> None:
        """Stop one, by allowing it no replica, or delete it; its endpoint stays."""
        doing = act.to(f"deployment {one.title}")
        check_offered(self._entry.abilities, ABILITIES[act], doing)
        path = f"{self._path_of(one.place)}/deployments/{segment(one.id)}"
        if act is Act.DELETE:
            call = Call("DELETE", path, doing, listed="deployments")
        else:
            call = Call(
                "PATCH", path, doing,
                {"updateMask": "autoscaling"}, _NO_REPLICA, listed="deployments",
            )  # fmt: skip
        await self._provider.exchange(call)

    async def rates(self) -> Rates:
        """Return what a replica costs an hour by hardware; none where that does not come."""
        try:
            return hour_rates(await self._provider.get_json(_HARDWARE, doing="ask for the prices"))
        except ServiceError:  # what runs is told all the same
            return []

    def next_step(self, model_id: str) -> str:
        """Return how a model is given an endpoint."""
        del model_id
        listed = "" if self._project else (
            ' With account = "PROJECT" in the profile finetui lists the endpoints of a project.'
        )  # fmt: skip
        return f"{self._entry.deploy}{listed}"

    def _path_of(self, endpoint: str) -> str:
        return f"/v2/projects/{segment(self._project)}/endpoints/{segment(endpoint)}"

    async def _walk(self, what: str) -> Raws:
        path = f"/v2/projects/{segment(self._project)}/{what}"
        cursors: dict[str | None, object] = {}

        async def fetch(after: str | None) -> Page:
            query = {"after": cursors.get(after)} if after else None
            value = await self._provider.get_json(path, query, doing=f"list the {what}")
            page = parse_page(value, what)
            cursor = as_map(value).get("next_cursor")
            if page.items:
                cursors[as_text(page.items[-1].get("id"))] = cursor
            return Page(page.items, bool(cursor))

        return await collect(fetch)
