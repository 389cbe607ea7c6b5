"""Deployments that are managed at another address, with a token of its own: Azure's.

They are read there, and deleted. The token goes to that address and nowhere else, and nothing of
the profile's own goes there.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tui.core.provider.deployments import Act
from tui.core.provider.managed import deployment_of_row
from tui.core.provider.parsing import as_map, as_text
from tui.core.text.masking import learn
from tui.services.errors import Refused, Unanswered
from tui.services.provider.fetched_keys import fetch_key
from tui.services.provider.interface import ABILITIES, check_offered
from tui.services.provider.paging import MAX_PAGES
from tui.services.provider.requests import Call, segment
from tui.services.provider.response_errors import RequestContext, json_value, whole_body

if TYPE_CHECKING:
    from tui.core.catalog.providers import ProviderEntry
    from tui.core.provider.deployments import Deployment
    from tui.services.provider.interface import Rates
    from tui.services.provider.provider import Provider
    from tui.services.provider.requests import Method
    from tui.services.settings.profile import Management

DOING = "list the deployments"
API_VERSION = "2024-10-01"
WHOLE_ANSWER = 5  # times the time-out


class ManagedDeployments:
    """Deployments of one resource, as Azure Resource Manager lists them."""

    def __init__(self, provider: Provider, entry: ProviderEntry, management: Management) -> None:
        self._entry = entry
        self._provider, self._management = provider, management
        self._token: str | None = None
        self._fetching = asyncio.Lock()

    async def list(self) -> list[Deployment]:
        """Return them, page by page; a next page at another host is not asked for."""
        url: str | None = _first(self._management.url)
        host, seen = urlsplit(self._management.url)[:2], set[str]()
        rows: list[Any] = []
        while url and url not in seen and len(seen) < MAX_PAGES and urlsplit(url)[:2] == host:
            seen.add(url)
            page = as_map(await self._ask("GET", url, DOING))
            told = page.get("value")
            rows += told if isinstance(told, list) else []
            url = as_text(page.get("nextLink"))
        found = (deployment_of_row(row) for row in rows)
        return [one for one in found if one is not None]

    def next_step(self, model_id: str) -> str:
        """Return how to deploy a model."""
        del model_id
        return self._entry.deploy

    async def retrieve(self, one: Deployment) -> Deployment | None:
        """Return one as it is now, None where it is not there any more."""
        try:
            row = await self._ask("GET", self._path_of(one), f"look at deployment {one.title}")
        except Refused as error:
            if error.status != 404:
                raise
            return None
        return deployment_of_row(row)

    async def act(self, one: Deployment, act: Act) -> None:
        """Delete one; nothing else can be done with them."""
        doing = act.to(f"deployment {one.title}")
        if act is not Act.DELETE:
            check_offered(self._entry.abilities, ABILITIES[act], doing)
        try:
            await self._ask("DELETE", self._path_of(one), doing)
        except Refused as error:
            if error.status == 403:
                error.next_step = (
                    "The token needs the role Cognitive Services Contributor, or another with"
                    " Microsoft.CognitiveServices/accounts/deployments/delete."
                )
            raise

    async def rates(self) -> Rates:
        """Return none: prices are told elsewhere."""
        return []

    def _path_of(self, one: Deployment) -> str:
        path, _, query = _first(self._management.url).partition("?")
        return f"{path}/{segment(one.name)}?{query}"

    async def _ask(self, method: Method, url: str, doing: str) -> object:
        """Make a request; a token that is refused is fetched again, once."""
        token = await self._current(None)
        try:
            return await self._send(method, url, doing, token)
        except Refused as error:
            if error.status != 401:
                raise
        return await self._send(method, url, doing, await self._current(token))

    async def _send(self, method: Method, url: str, doing: str, token: str) -> object:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        profile = self._provider.profile
        context = RequestContext(profile, doing, method, url, urlsplit(url).netloc)
        call = Call(method, url, doing, headers=headers, listed="deployments")
        longest = WHOLE_ANSWER * profile.timeout
        try:
            async with asyncio.timeout(longest), self._provider.elsewhere(call) as response:
                body = await whole_body(response, context)
                # That something is deleted is told by the status: what comes beside it is for
                # nobody.
                return json_value(response, body, context) if method == "GET" else None
        except TimeoutError:
            cause = f"the answer did not come to its end within {longest:g} s"
            raise Unanswered(context.title, cause, "Try again.") from None

    async def _current(self, refused: str | None) -> str:
        async with self._fetching:
            if self._token is None or self._token == refused:
                self._token = await fetch_key(self._management.source, self._provider.profile.name)
                learn(self._token)
            return self._token


def _first(url: str) -> str:
    """Return the address of the list of a resource's deployments."""
    path, _, query = url.partition("?")
    path = path.rstrip("/")
    path += "" if path.endswith("/deployments") else "/deployments"
    return f"{path}?{query or f'api-version={API_VERSION}'}"
