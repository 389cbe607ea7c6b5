"""Ask an endpoint what it really offers, with reads only, and remember what it said.

Each answer speaks for its own list alone: a server may list files for other purposes and not tune.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tui.core.catalog.abilities import Ability
from tui.core.provider.probed import NO_ANSWER, NOT_ASKED, Probe, ProbeResult, parse_probe
from tui.core.text.masking import mask
from tui.core.text.text import one_line
from tui.services.errors import (
    InputError,
    LedgerError,
    Malformed,
    NotOffered,
    Refused,
    ServiceError,
)
from tui.services.provider.paging import parse_page
from tui.services.provider.requests import Call
from tui.services.store.best_effort import record_best_effort

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from tui.core.catalog.abilities import Offer
    from tui.services.provider.interface import ProviderApi
    from tui.services.provider.provider import Provider
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store

_KEPT_AS = "probe"
_ABSENT = frozenset({404, 405, 501})
# Any answer tells something: none of these is raised as an error.
_ALL_ANSWERS = frozenset(range(300, 600))


async def probe(provider: Provider, api: ProviderApi, store: Store | None = None) -> Probe:
    """Ask for jobs, files and models, once each; raises nothing of the provider's failures.

    What came is kept in `store`, for `last_probe`, if anything answered.
    """
    entry = provider.profile.provider_entry
    paths = entry.paths
    asks: dict[Ability, Callable[[], Awaitable[ProbeResult]]] = {
        Ability.JOBS: lambda: _ask(provider, Ability.JOBS, paths.jobs, "jobs", {"limit": 1}),
        Ability.FILES: lambda: _ask(provider, Ability.FILES, paths.files, "files", {"limit": 1}),
        Ability.MODELS: lambda: _ask(provider, Ability.MODELS, paths.models, "models", None),
    }
    if entry.protocol != "openai":  # only the adapter knows how its lists are asked for
        asks = {
            Ability.JOBS: lambda: _list(Ability.JOBS, "the jobs", lambda: api.jobs.list(1)),
            Ability.FILES: lambda: _list(Ability.FILES, "the files", api.files.list),
            Ability.MODELS: lambda: _list(Ability.MODELS, "the models", api.models.list),
        }
    found = await asyncio.gather(*(ask() for ask in asks.values()))
    made = Probe(_address(provider), int(time.time()), tuple(found))
    if store is not None and made.reached:
        kept = store.listings.keep(provider.profile.name, _KEPT_AS, made.to_json())
        await record_best_effort(kept)
    return made


async def last_probe(provider: Provider, store: Store) -> Probe | None:
    """Return what was found the last time at this address, None where nothing is known."""
    return await _kept_probe(provider.profile.name, _address(provider), store)


async def last_probe_of(profile: Profile, store: Store) -> Probe | None:
    """Return the same of a profile that is not in use."""
    address = (profile.base_url or "").rstrip("/")
    return await _kept_probe(profile.name, address, store) if address else None


async def _kept_probe(name: str, address: str, store: Store) -> Probe | None:
    try:
        kept = await store.listings.last(name, _KEPT_AS)
    except LedgerError:
        return None
    return parse_probe(kept[0], kept[1], address) if kept else None


def _address(provider: Provider) -> str:
    return provider.base_url.rstrip("/")


async def _ask(
    provider: Provider, ability: Ability, path: str, what: str, query: Mapping[str, object] | None
) -> ProbeResult:
    asked = f"GET {path}" + (f"?limit={query['limit']}" if query else "")
    call = Call("GET", path, f"list the {what}", query=query, expects=_ALL_ANSWERS)
    try:
        answer = await provider.exchange(call)
    except ServiceError as error:
        return ProbeResult(ability, _of_error(error), asked, _failure_words(error))
    status, html = answer.status, "html" in answer.headers.get("content-type", "")
    if status < 300:
        try:
            parse_page(answer.value, what, names=True)
        except ServiceError as error:
            return ProbeResult(
                ability, _of_error(error), asked, f"{status}, {_failure_words(error)}"
            )
        return ProbeResult(ability, "yes", asked, f"{status}, a list")
    page = ", a web page" if html else ""
    offer: Offer = "no" if status in _ABSENT else "unknown"
    return ProbeResult(ability, offer, asked, f"{status}{page}{_meaning(status)}")


async def _list(
    ability: Ability, what: str, ask: Callable[[], Awaitable[Sequence[object]]]
) -> ProbeResult:  # fmt: skip
    asked = f"list {what}"
    try:
        await ask()
    except ServiceError as error:
        return ProbeResult(ability, _of_error(error), asked, _failure_words(error))
    return ProbeResult(ability, "yes", asked, "a list")


def _of_error(error: ServiceError) -> Offer:
    if isinstance(error, NotOffered) or (
        isinstance(error, Malformed) and "web page" in error.cause
    ):
        return "no"
    return "unknown"


def _failure_words(error: ServiceError) -> str:
    said = one_line(mask(error.cause), 160)
    if isinstance(error, InputError):
        return f"{NOT_ASKED}{said}"
    if isinstance(error, Refused) and error.status:
        return f"{error.status}: {said}"
    return said if isinstance(error, Refused | Malformed) else f"{NO_ANSWER}{said}"


def _meaning(status: int) -> str:
    if status == 401:
        return ", the key is not accepted"
    if status == 403:
        return ", the key may not see it"
    if status < 400:
        return ", a redirect; the key goes to no other address"
    return ", busy or broken" if status == 429 or (status >= 500 and status != 501) else ""
