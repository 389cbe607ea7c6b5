"""What the ledger knows of a model that is gone, without asking anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.models.states import ModelState
from tui.services.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.models.remembered import RememberedModel
    from tui.services.store.store import Store


async def why_gone(store: Store, profile: str, model: str, made: int | None) -> str:
    """Return what became of a model that is gone; empty for one that may be there.

    One listed or made (a Unix time) after it was deleted may be there, and so may all where the
    ledger cannot be read: the provider has the last word.
    """
    return (await all_gone(store, profile, {model: made})).get(model, "")


async def all_gone(store: Store, profile: str, made: Mapping[str, int | None]) -> dict[str, str]:
    """Return what became of those models that are gone, as `why_gone` does; `made` tells when."""
    try:
        known = await store.models.all(profile)
    except LedgerError:
        return {}
    found = {model: _why_gone(known.get(model), at) for model, at in made.items()}
    return {model: why for model, why in found.items() if why}


def _why_gone(found: RememberedModel | None, made: int | None) -> str:
    if found is None:
        return ""
    since = max(found.listed_at or 0, found.created or 0, made or 0)
    if found.deleted_at is not None and since <= found.deleted_at:
        return ModelState.DELETED_HERE.value
    if found.lookup == "gone" and found.listed_at is not None:
        return ModelState.DELETED_ELSEWHERE.value
    return ""
