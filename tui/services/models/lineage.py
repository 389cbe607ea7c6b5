"""Gather what the lineage of models is read from."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.models.lineage import ChatOf, LineageFacts, RunOf, lineage
from tui.core.provider.parsing import as_map, as_text

if TYPE_CHECKING:
    from typing import Literal

    from tui.core.models.lineage import Node
    from tui.services.models.inventory import InventorySeen
    from tui.services.store.store import Store
    from tui.services.store.tables.comparisons_table import RunRecord


async def lineage_of(
    kind: Literal["dataset", "job", "model"],
    one: str,
    seen: InventorySeen,
    store: Store,
    profile: str,
) -> list[Node]:
    """Return the tree around a dataset (by its path), a job or a model. Raises LedgerError."""
    chats = await store.chats.listing(profile)
    runs = await store.comparisons.runs(profile)
    datasets = await store.versions.paths(profile)

    def made() -> list[Node]:
        facts = LineageFacts(
            seen.entries,
            seen.jobs,
            datasets,
            [ChatOf(chat.id, chat.title, chat.model) for chat in chats],
            [RunOf(run.id, run.at, _models(run)) for run in runs],
        )
        return lineage(facts, kind, one)

    return await asyncio.to_thread(made)


def _models(run: RunRecord) -> tuple[str, ...]:
    told = run.settings.get("candidates")
    found = (as_text(as_map(one).get("model")) for one in (told if isinstance(told, list) else ()))
    return tuple(dict.fromkeys(name for name in found if name))
