"""Settings of the count: the model, the epochs, a second file to compare with."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.path import PathDialog
from tui.screens.tokens.dialogs import AUTO, EpochsDialog, model_choices
from tui.screens.tokens.neighbours import neighbours

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.controller_context import ScreenContext
    from tui.screens.tokens.state import TokenState


class CountSettings:
    """Asks what to count for; `recount` counts again."""

    def __init__(
        self, context: ScreenContext, state: TokenState, recount: Callable[[], None]
    ) -> None:
        self._context, self._state, self._recount = context, state, recount

    @handles("tokens.model", group="ask")
    @opens
    async def choose_model(self) -> None:
        """Choose the model to count and price for."""
        workspace = self._context.workspace
        catalog = await asyncio.to_thread(lambda: workspace.tokens.catalog)
        profile = workspace.profile
        today = datetime.now().astimezone().date()
        choices = model_choices(catalog, today, lab_first=profile.kind == "lab")
        model = self._state.model_for(profile)
        dialog = Choose("Model to count and price for", choices, model, typed=str)
        chosen = await self._context.ask(dialog)
        if chosen and chosen != model:
            self._state.models[profile.name] = chosen
            self._recount()

    @handles("tokens.compare", group="ask")
    @opens
    async def compare(self) -> None:
        """Lay a second file beside the open one."""
        document = self._state.document
        if document is None:
            return
        recents = await self._context.workspace.datasets.recents()
        offered = await asyncio.to_thread(neighbours, document.path, recents)
        path = await self._context.ask(PathDialog("Lay a second file beside this one", offered))
        if path is not None:
            self._state.beside = path
            self._recount()

    def leave_comparison(self) -> bool:
        """Take the second file away; return whether there was one."""
        if self._state.beside is None:
            return False
        self._state.beside = None
        self._recount()
        return True

    @handles("tokens.epochs", group="ask")
    async def set_epochs(self) -> None:
        """Set the number of epochs, or leave it to the provider."""
        state = self._state
        if not state.files:
            return
        predicted = state.files[0].report.predicted_epochs
        answer = await self._context.ask(EpochsDialog(state.epochs, predicted))
        if answer is not None:
            state.epochs = None if answer == AUTO else answer
            self._recount()
