"""Saving the dataset, under its own name or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.dialogs.path import short_path
from tui.screens.host import at_work

if TYPE_CHECKING:
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.files.on_disk import DiskQuestion
    from tui.screens.datasets.files.opener import Opener
    from tui.services.datasets import Document


class Saving:
    """Writes the file; asks first when another program has written it meanwhile."""

    def __init__(self, context: DatasetContext, opener: Opener, on_disk: DiskQuestion) -> None:
        self._context, self._opener, self._on_disk = context, opener, on_disk

    @handles("datasets.save", group="save")
    @opens
    async def save(self) -> None:
        """Write the file. That it is saved is shown while edits before it are still written."""
        if (document := self._context.document) is not None:
            with at_work(self._context, "save", f"saving {document.path.name}"):
                await self._save()

    @in_turn
    async def _save(self) -> None:
        if (document := self._context.document) is not None:
            await self._replace(document)

    async def _replace(self, document: Document) -> None:
        """Write the document's own file, after a yes where another program has written it."""
        if not await self._on_disk.may_overwrite(document):
            return
        await document.save(overwrite=True)
        self._context.tell(f"Saved {document.path.name}")

    @handles("datasets.save_as", group="save")
    @in_turn
    async def save_as(self) -> None:
        """Write the rows to another file and go on with that one."""
        document = self._context.document
        if document is None:
            return
        path = await self._context.ask_target(
            "Save as", short_path(document.path), own=document.path
        )
        if path is None:
            return
        if path == document.path:
            with at_work(self._context, "save", f"saving {path.name}"):
                await self._replace(document)
            return
        with at_work(self._context, "save", f"saving {path.name}"):
            await document.save(path)
        await self._opener.open(path)
