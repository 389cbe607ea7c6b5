"""The open dataset is edited in another finetui: read only here, or that one ends."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tui.core.text.text import one_line
from tui.screens.dialogs.confirm import GoOn
from tui.screens.host import at_work
from tui.services.session.taking_over import end_other

if TYPE_CHECKING:
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.services.datasets import Document
    from tui.services.session.holder import Holder


class EditedElsewhere:
    """Asks what to do about another finetui, and goes on here once it has ended."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context

    async def decide(self, document: Document) -> None:
        """Say who edits the dataset; of this machine, offer to end it and to go on here."""
        holder = document.holder
        if holder is None or not holder.is_here:
            self._context.tell(document.notice, warning=True, seconds=10)
            return
        question = (
            f"{one_line(document.path.name, 60)} is being edited by another finetui: "
            f"{holder.words}.\n\nEnd that one, and go on here? What it has not saved comes along, "
            "and so does what is typed there. Else it can only be read here."
        )
        dialog = GoOn("Open elsewhere", question, "ends the other one", "reads only")
        if await self._context.ask(dialog):
            await self._take_over(document, holder)

    async def _take_over(self, document: Document, holder: Holder) -> None:
        datasets = self._context.datasets
        with at_work(self._context, "open", "waiting for the other finetui"):
            await end_other(holder, partial(datasets.is_free, document))
        await asyncio.to_thread(self._context.typed.load)
        await self._reopen()

    async def look(self, document: Document) -> bool:
        """Go on with editing here once nobody else does; return whether that is so."""
        datasets = self._context.datasets
        if not await datasets.is_free(document) or document is not datasets.current:
            return False
        await self._reopen()
        name = one_line(document.path.name, 60)
        if datasets.current is not None and not datasets.current.recovered:  # else that is told
            text = f"{name} can be edited here: the other finetui has ended."
            self._context.tell(text, seconds=6)
        return True

    async def _reopen(self) -> None:
        self._context.host.example_asked = self._context.selection.position
        self._context.host.brought_back = True  # what was not saved there is told, not asked about
        await self._context.datasets.reopen()
