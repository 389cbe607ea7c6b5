"""What all models cost, and what test prompts cost after the training."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.tokens.cost import model_prices
from tui.screens.tokens.dialogs import PromptsDialog

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.screens.tokens.state import TokenState


class Pricing:
    """Compares prices of the models of the catalogue."""

    def __init__(self, context: ScreenContext, state: TokenState) -> None:
        self._context, self._state = context, state

    @handles("tokens.prices", group="ask")
    @opens
    async def compare(self) -> None:
        """Compare what all models cost."""
        state, workspace = self._state, self._context.workspace
        if not state.files:
            return
        report, today = state.files[0].report, datetime.now().astimezone().date()
        catalog, money = workspace.tokens.catalog, workspace.profile
        every, fewer = await asyncio.to_thread(
            model_prices.offers, report, catalog, state.epochs, money
        )
        how = "Epochs as set with e" if state.epochs else "Epochs as predicted"
        beside = state.files[1] if len(state.files) > 1 else None
        tables = model_prices.table(every, fewer, state.model_for(workspace.profile), today)
        while True:
            # A validation file may have a million examples to go through.
            rest = await asyncio.to_thread(model_prices.besides, report, state.prompts, beside)
            dialog = model_prices.PricesDialog(tables + rest, how)
            if not await self._context.ask(dialog):
                return
            await self._ask_prompts()

    @handles("tokens.prompts", group="ask")
    @opens
    async def set_prompts(self) -> None:
        """Set how many test prompts are priced, and show the prices."""
        if await self._ask_prompts():
            await self.compare()

    async def _ask_prompts(self) -> bool:
        """Ask how many test prompts are priced; False when that was left."""
        answer = await self._context.ask(PromptsDialog(self._state.prompts))
        self._state.prompts = answer or self._state.prompts
        return answer is not None
