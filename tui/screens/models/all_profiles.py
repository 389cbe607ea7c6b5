"""The models of all profiles, and the way to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.screens.models.model_list import ModelList


class ModelsOfAllProfiles:
    """Lists the models of all profiles and goes to one."""

    def __init__(self, context: ScreenContext, listed: ModelList) -> None:
        self._context, self._listed = context, listed

    @handles("models.everywhere", group="everywhere")
    async def show(self) -> None:
        """Show the models of all profiles; enter goes to one, with its profile."""
        from tui.screens.dialogs.all_profiles import choose_of_all
        from tui.screens.models.all_models import AllModelsDialog

        workspace = self._context.workspace
        all_profiles = workspace.all_profiles_models()
        profiles = workspace.all_profiles
        dialog = AllModelsDialog(len(profiles), lambda: all_profiles.list(profiles))
        await choose_of_all(self._context, dialog, self._listed.select)
