"""The lineage of the model under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.lineage.opening import show_lineage

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.screens.models.model_list import ModelList


class ModelLineage:
    """Opens the lineage of a model."""

    def __init__(self, context: ScreenContext, listed: ModelList) -> None:
        self._context, self._listed = context, listed

    @handles("models.lineage", group="show-lineage")
    @opens
    async def show(self) -> None:
        """Show where the model under the cursor comes from, and what came of it."""
        if (model := self._listed.current) is not None:
            await show_lineage(self._context, "model", model.id, model.suffix or model.id)
