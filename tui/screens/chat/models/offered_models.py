"""The models that can be asked: listed by the provider, and chosen from while that goes on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.screens.chat.models.model_choices import choice_of, none_words, only_the_list
from tui.screens.dialogs.choose import Choose
from tui.screens.host import at_work

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.services.errors import ServiceError
    from tui.services.models.service import ChatOffer


class OfferedModels:
    """The last list of models."""

    def __init__(self, context: ScreenContext) -> None:
        self._context = context
        self.offer: ChatOffer | None = None
        self._problems: list[ServiceError] = []  # of lists asked for since one has come

    def forget(self) -> None:
        """Forget what another provider offered."""
        self.offer = None
        self._problems.clear()

    async def list(self) -> ChatOffer:
        """Return what can be asked, looked for again each time."""
        with at_work(self._context, "models", "listing models"):
            self.offer = offer = await self._context.workspace.models.chat_offer()
        if offer.problem is not None:
            self._problems.append(offer.problem)
        else:
            self._context.clear_errors(*self._problems)
            self._problems.clear()
        return offer

    def check_answers(self) -> None:
        """Raise why the last list did not come, unless models can be asked all the same."""
        if self.offer is not None and not only_the_list(self.offer.problem):
            assert self.offer.problem is not None
            raise self.offer.problem

    def dialog(self, title: str, current: str) -> Choose[str]:
        """Return a dialog with the models known by now; they are listed again meanwhile."""
        known = [choice_of(choice) for choice in self.offer.choices] if self.offer else []
        dialog = Choose(
            title, known, current, empty="asking for the models …",
            typed=str, placeholder="type to narrow, or the id of any model",
        )  # fmt: skip
        renew = partial(self._renew, dialog)
        self._context.run(renew, group="renew", description="list the models anew")
        return dialog

    async def _renew(self, dialog: Choose[str]) -> None:
        offer = await self.list()
        choices = [choice_of(choice) for choice in offer.choices]
        empty = "nothing fits" if choices else none_words(offer)
        if dialog.is_current:
            # Once its own widgets are there.
            dialog.call_later(lambda: dialog.offer(choices, empty=empty))
