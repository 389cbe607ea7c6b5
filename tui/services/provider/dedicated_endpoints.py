"""Dedicated endpoints beside OpenAI's protocol: Nebius Token Factory's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.catalog.abilities import Ability
from tui.core.provider.dedicated import endpoint_of_row
from tui.core.provider.deployments import Act
from tui.core.provider.parsing import as_map
from tui.services.errors import Refused
from tui.services.provider.decode import parsed, parsed_all
from tui.services.provider.interface import ABILITIES, check_offered
from tui.services.provider.paging import parse_page
from tui.services.provider.requests import Call, segment

if TYPE_CHECKING:
    from tui.core.catalog.providers import ProviderEntry
    from tui.core.provider.deployments import Deployment
    from tui.services.provider.interface import Rates
    from tui.services.provider.provider import Provider

_UP = "../"  # begins an entry's path that is relative to the address without its last part


class DedicatedEndpoints:
    """Endpoints of one account. Each bills by GPU time until it is stopped."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        self._provider, self._entry = provider, entry

    async def list(self) -> list[Deployment]:
        """Return them all; the list has no pages."""
        doing = "list the endpoints"
        check_offered(self._entry.abilities, Ability.DEPLOYMENTS, doing)
        value = await self._provider.get_json(self._list, doing=doing)
        return parsed_all(endpoint_of_row, parse_page(value, "endpoints").items, doing)

    async def retrieve(self, one: Deployment) -> Deployment | None:
        """Return one as it is now, None where it is not there any more."""
        doing = f"look at endpoint {one.title}"
        try:
            value = await self._provider.get_json(self._path_of(one), doing=doing)
        except Refused as error:
            if error.status != 404:
                raise
            return None
        inner = as_map(value).get("endpoint")
        return parsed(endpoint_of_row, value if inner is None else inner, doing)

    async def act(self, one: Deployment, act: Act) -> None:
        """Stop one, by taking it out of use, or delete it."""
        doing = act.to(f"endpoint {one.title}")
        check_offered(self._entry.abilities, ABILITIES[act], doing)
        if act is Act.DELETE:
            call = Call("DELETE", self._path_of(one), doing, listed="deployments")
        else:
            stopped = {"enabled": False}
            call = Call("PATCH", self._path_of(one), doing, body=stopped, listed="deployments")
        await self._provider.exchange(call)

    async def rates(self) -> Rates:
        """Return none: prices stand in its console alone."""
        return []

    def next_step(self, model_id: str) -> str:
        """Return how to deploy a model."""
        del model_id
        return self._entry.deploy

    @property
    def _list(self) -> str:
        path = self._entry.paths.deployments
        if not path.startswith(_UP):
            return path
        above = self._provider.base_url.rstrip("/").rpartition("/")[0]
        return f"{above}/{path.removeprefix(_UP)}"

    def _path_of(self, one: Deployment) -> str:
        return f"{self._list}/{segment(one.id)}"
