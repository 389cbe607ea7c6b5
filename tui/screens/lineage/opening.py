"""Show a lineage, and open what is chosen in it where it belongs."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.core.compare.sides.compare_request import CompareAsked
from tui.screens.lineage.dialog import LineageDialog
from tui.services.models.lineage import lineage_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import Literal

    from tui.core.models.lineage import Node
    from tui.screens.controller_context import ScreenContext
    from tui.screens.host import Host

_MODES = {"dataset": "datasets", "file": "files", "job": "jobs", "model": "models"}


async def show_lineage(
    context: ScreenContext, kind: Literal["dataset", "job", "model"], one: str, name: str
) -> None:
    """Show the tree around a dataset (by its path), a job or a model, and open what is chosen.

    What is known here comes at once, what the provider tells after that. For workers only.
    """
    workspace = context.workspace

    async def looks() -> AsyncGenerator[list[Node], None]:
        inventory, store, profile = workspace.inventory, workspace.store, workspace.profile.name
        seen = await inventory.remembered()
        nodes = await lineage_of(kind, one, seen, store, profile)
        yield nodes
        async with aclosing(inventory.look()) as found:
            async for seen in found:
                nodes = await lineage_of(kind, one, seen, store, profile)
                yield nodes
        # Asked for by job: only of those in the tree.
        jobs = [node.id for node in nodes if node.kind == "job"]
        seen = await inventory.with_checkpoints(seen, jobs)
        yield await lineage_of(kind, one, seen, store, profile)

    chosen = await context.ask(LineageDialog(f"Lineage of {name}", one, looks))
    if chosen is not None:
        open_node(context.host, chosen)


def open_node(host: Host, node: Node) -> None:
    """Go to what a node stands for: the dataset in Datasets, a chat in Chat, and so on."""
    if (mode := _MODES.get(node.kind)) is not None:
        host.show_one(mode, node.id)
    elif node.kind == "chat":
        host.open_chat(int(node.id))
    elif node.kind == "comparison":
        host.compare(CompareAsked(run=node.id))
    else:
        host.chat_with(node.id)
