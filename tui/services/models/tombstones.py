"""What the ledger knows of a model that is gone, without asking anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.models.remembered import RememberedModel
from tui.core.models.states import ModelState
from tui.services.errors import LedgerError

if TYPE_CHECKING:
    from tui.services.store.store import Store


async def why_gone(store: Store, profile: str, model: str, made: int | None) -> str:
    """Return what became of a model that is gone; empty for one that may be there.

    One listed or made (a Unix time) after it was deleted may be there, and so may all where the
    ledger cannot be read: the provider has the last word.
    """
    try:
        found = (await store.models.all(profile)).get(model, RememberedModel())
    except LedgerError:
        return ""
    since = max(found.listed_at or 0, found.created or 0, made or 0)
    if found.deleted_at is not None and since <= found.deleted_at:
        return ModelState.DELETED_HERE.value
    if found.lookup == "gone" and found.listed_at is not None:
        return ModelState.DELETED_ELSEWHERE.value
    return ""
