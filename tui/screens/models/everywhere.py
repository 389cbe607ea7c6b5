"""The models of all profiles, and the way to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.screens.models.model_list import ModelList


class ModelsEverywhere:
    """Lists the models of all profiles and goes to one."""

    def __init__(self, context: ScreenContext, listed: ModelList) -> None:
        self._context, self._listed = context, listed

    @handles("models.everywhere", group="everywhere")
    async def show(self) -> None:
        """Show the models of all profiles; enter goes to one, with its profile."""
        from tui.screens.models.all_models import AllModelsDialog
        from tui.services.models.every_profile import EveryProfileModels

        workspace = self._context.workspace
        every = EveryProfileModels(
            workspace.locations,
            workspace.environ,
            workspace.store,
            lambda: workspace.tokens.catalog,
            workspace.deployed,
        )
        profiles = workspace.all_profiles
        dialog = AllModelsDialog(len(profiles), lambda: every.list(profiles))
        chosen = await self._context.ask(dialog)
        if chosen is None:
            return
        name, model_id = chosen
        if name != workspace.profile.name and not await self._context.host.switch_profile(name):
            return
        self._context.app.call_later(self._listed.select, model_id)  # once it has the profile
