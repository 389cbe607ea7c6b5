"""Opening the sample, and the tour that leads from it around the whole circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.dialogs.confirm import Confirm
from tui.screens.tour import Tour

if TYPE_CHECKING:
    from tui.screens.base import ModeScreen
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.files.opener import Opener


class SampleTour:
    """Opens the sample and begins the tour, with the user's choice of where to train.

    It is given the screen for what only the program can do: profiles, and the tour itself.
    """

    def __init__(self, context: DatasetContext, opener: Opener, screen: ModeScreen) -> None:
        self._context, self._opener, self._screen = context, opener, screen

    @handles("datasets.sample", group="open")
    @opens
    async def begin(self) -> None:
        """Open the sample and begin the tour."""
        if not await self._where_to_train():
            return
        await self._opener.open(await self._context.datasets.sample())
        self._screen.host.tour = Tour(0)

    async def _where_to_train(self) -> bool:
        """Offer lab where another profile is in use: there the circle costs nothing."""
        workspace = self._screen.workspace
        book, now = workspace.profiles.profiles, workspace.profile
        lab = next((one.name for one in book.values() if one.kind == "lab"), None)
        if now.kind == "lab" or lab is None:
            return True
        there = "it would bill your account" if now.bills else "the job would run there"
        question = (
            "The guide leads from the sample to a model trained on it. On lab, the built-in "
            f"provider of this machine, that is free; at {now.name} {there}.\n\n"
            f"Change to lab? {key_hint('app.profile', 'changes back')}."
        )
        dialog = Confirm(
            "Where to train", question, "change to lab", f"stay with {now.name}", "neither"
        )
        answer = await self._context.ask(dialog)
        if answer:
            return await self._screen.host.switch_profile(lab)
        return answer is not None
