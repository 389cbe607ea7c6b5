"""Ask the provider for models by their ids, to learn why its list does not have them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.services.errors import NotOffered, Refused, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.core.models.states import Lookup
    from tui.services.provider.interface import ModelsApi

AT_ONCE = 4  # requests at the same time: polite to the provider's rate limit
MOST = 60  # models asked for in one round; the others have their turn in the next
HIDDEN_AGAIN_S = 3600  # after this a model that was not visible is asked for again


@dataclass(slots=True)
class _Round:
    """What one round has found so far; `stopped` once asking on makes no sense."""

    found: dict[str, Lookup] = field(default_factory=dict)
    stopped: bool = False


async def look_up(
    api: ModelsApi, names: Sequence[str], listed: Sequence[str] | None
) -> dict[str, Lookup]:
    """Return what the provider says of each model, without those it said nothing clear of.

    `listed` are models that it lists, None where the list did not come. That a model is not there
    is believed only of a server that answers for one that is: some have the list only, and say
    404 to every id. No ServiceError is raised; after one that concerns all the rest is left.
    """
    gate, round_ = asyncio.Semaphore(AT_ONCE), _Round()

    async def ask(name: str) -> None:
        async with gate:
            if not round_.stopped:
                await _ask(api, name, round_)

    await asyncio.gather(*(ask(name) for name in names[:MOST]))
    gone = [name for name, said in round_.found.items() if said == "gone"]
    if gone and not await _answers_by_id(api, listed, round_.found):
        for name in gone:
            del round_.found[name]
    return round_.found


async def _ask(api: ModelsApi, name: str, round_: _Round) -> None:
    try:
        await api.retrieve(name)
    except NotOffered:
        round_.stopped = True
    except Refused as error:
        if error.status == 404:
            round_.found[name] = "gone"
        elif error.status == 403:
            round_.found[name] = "forbidden"
        else:
            round_.stopped = error.status in {401, 429} or error.status >= 500
    except ServiceError:
        round_.stopped = True
    else:
        round_.found[name] = "found"


async def _answers_by_id(
    api: ModelsApi, listed: Sequence[str] | None, found: Mapping[str, Lookup]
) -> bool:
    """Whether the provider tells of models by their ids at all."""
    if "found" in found.values():
        return True
    if listed is None:
        return False
    if not listed:
        return True  # nothing to try it with; its list says the same
    probe = _Round()
    await _ask(api, listed[0], probe)
    return probe.found.get(listed[0]) == "found"


def unsettled(names: Iterable[tuple[str, Lookup, int | None]], now: float) -> list[str]:
    """Return which of these (id, what was said last, when) are worth asking for again."""
    return [
        name
        for name, lookup, at in names
        if lookup == "" or (lookup != "gone" and (at is None or now - at > HIDDEN_AGAIN_S))
    ]
