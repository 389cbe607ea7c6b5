"""Where the example under the cursor came from: looked up in the ledger, shown, opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.compare.sides.compare_request import CompareAsked
from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.services.errors import InputError, LedgerError

if TYPE_CHECKING:
    from tui.screens.datasets.dataset_context import DatasetContext


class ExampleOrigins:
    """Looks the origin of each example up that is looked at, and opens it."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context
        context.selection.moved.add(self._look)
        context.document_changed.add(self._look)
        context.when_opened(self._look)

    @handles("datasets.origin", group="origin-open")
    @opens
    async def open(self) -> None:
        """Open the chat or the run that this example came from."""
        await self._read()
        origin, host = self._context.origin, self._context.host
        if origin is None:
            raise InputError(
                "No origin",
                "this example was not made of an answer here, or was changed since",
                "a in Chat and p in Compare make examples whose origin is kept.",
            )
        if origin.source == "comparison" or not origin.id:
            self._context.tell("It is of answers side by side, which are not kept.", seconds=5)
        elif origin.source == "chat":
            await self._context.workspace.chats.load(int(origin.id))  # one deleted since is said
            host.open_chat(int(origin.id))
        else:
            await self._context.workspace.compare.read(origin.id)
            host.compare(CompareAsked(run=origin.id, line=origin.line))

    def _look(self) -> None:
        self._context.take_origin(None)
        self._context.run(self._read, group="origin", description="look where it came from")

    async def _read(self) -> None:
        context = self._context
        document, at = context.document, context.selection.position
        if document is None or at >= len(document):
            found = []
        else:
            try:
                found = await context.workspace.adding.origins(document.line(at))
            except LedgerError:  # it is shown where it is known; nothing else depends on it
                found = []
        if document is context.document and at == context.selection.position:
            context.take_origin(found[0][0] if found else None)
