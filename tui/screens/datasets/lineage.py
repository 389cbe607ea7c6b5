"""The lineage of the open dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.lineage.opening import show_lineage
from tui.services.datasets.service import absolute

if TYPE_CHECKING:
    from tui.screens.datasets.dataset_context import DatasetContext


class DatasetLineage:
    """Opens the lineage of a dataset."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context

    @handles("datasets.lineage", group="show-lineage")
    @opens
    async def show(self) -> None:
        """Show the jobs, models and chats that came of the open dataset."""
        if (document := self._context.document) is not None:
            path = str(absolute(document.path))
            await show_lineage(self._context, "dataset", path, document.path.name)
