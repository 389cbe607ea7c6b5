"""The model that is asked: chosen or typed by the user, else the newest fine-tuned one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from tui.core.provider.records import ModelInfo
from tui.dispatch import handles
from tui.screens.chat.models.model_choices import (
    choice_of,
    default_choice,
    none_words,
    only_the_list,
)
from tui.screens.dialogs.choose import Choose
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.worker import Worker

    from tui.screens.controller_context import ScreenContext
    from tui.services.models.service import ChatOffer


class ModelChoice:
    """Knows the model to ask, and looks for one where none is chosen.

    `changed` is called when what is known of it has changed, `taken` when somebody has chosen.
    """

    def __init__(
        self, context: ScreenContext, changed: Callable[[], None], taken: Callable[[], object]
    ) -> None:
        self._context, self._changed, self._taken = context, changed, taken
        self.model = ""
        self._offer: ChatOffer | None = None  # what can be asked, as it came last
        self._looking: Worker[None] | None = None

    def begin(self) -> None:
        """Forget what another provider offered."""
        self.model, self._offer, self._looking = "", None, None

    def take(self, model: str) -> None:
        """Ask this model from now on, as somebody has chosen."""
        self.set(model)
        self._taken()

    def set(self, model: str) -> None:
        """Ask this model from now on."""
        self.model = model
        self._changed()

    @property
    def looking(self) -> bool:
        """Whether a model to begin with is being looked for."""
        return self._looking is not None

    def look_for_default(self) -> None:
        """Look for a model to begin with, unless there is one."""
        if not self.model and not self.looking:
            self._looking = self._context.run(
                self._choose_default, group="model", description="look for a model"
            )

    async def _choose_default(self) -> None:
        try:
            await self._find_default()
        finally:
            if self._looking is get_current_worker():
                self._looking = None
            if self._context.attached:
                self._changed()

    async def _find_default(self) -> None:
        """Choose a model where none is chosen. Raises ServiceError when nothing can be asked."""
        offer = await self._list_models()
        if not self.model and (found := default_choice(offer.choices)):
            self.model = found.id
        if offer.problem is not None and not only_the_list(offer.problem):
            raise offer.problem

    async def _list_models(self) -> ChatOffer:
        """Return what can be asked, looked for anew each time."""
        self._context.working("models", "listing models")
        try:
            self._offer = offer = await self._context.workspace.models.chat_offer()
        finally:
            self._context.working("models", "")
        return offer

    @handles("chat.model")
    def choose(self) -> None:
        """Choose the model to ask next, or type its id; the list is asked for anew."""
        known = [choice_of(choice) for choice in self._offer.choices] if self._offer else []
        dialog = Choose(
            "Model", known, self.model, empty="asking for the models …",
            typed=str, placeholder="type to narrow, or the id of any model",
        )  # fmt: skip

        def answered(chosen: str | None) -> None:
            if chosen:
                self.take(chosen)

        self._context.open(dialog, answered)
        renew = partial(self._renew, dialog)
        self._context.run(renew, group="renew", description="list the models anew")

    async def _renew(self, dialog: Choose[str]) -> None:
        offer = await self._list_models()
        choices = [choice_of(choice) for choice in offer.choices]
        empty = "nothing fits" if choices else none_words(offer)
        if dialog.is_current:
            # Once its own widgets are there.
            dialog.call_later(lambda: dialog.offer(choices, empty=empty))

    async def to_ask(self) -> str:
        """Return the model chosen, or else the default one. Raises ServiceError without any."""
        if not self.model:
            await self._find_default()
            self._changed()
        if not self.model:
            problem = self._offer.problem if self._offer else None
            cause = "the provider lists no models" + (f": {problem.brief}" if problem else "")
            raise InputError("No model chosen", cause, "Press esc, then m, and type a model's id.")
        return self.model

    def kind(self, model: str) -> str:
        """Return what kind of model this is: base, tuned, checkpoint or asked."""
        choices = self._offer.choices if self._offer else ()
        listed = next((choice.kind for choice in choices if choice.id == model), None)
        if listed:
            return listed
        named = ModelInfo(model, None, "", None, {})
        return "checkpoint" if named.is_checkpoint else "tuned" if named.is_tuned else "base"

    @property
    def kind_words(self) -> str:
        """Return the kind of the model to ask as shown beside it, or why there is none yet."""
        if not self.model:
            return "yet, looking …" if self.looking else "(esc, m chooses one or takes its id)"
        kind = self.kind(self.model)
        return {"tuned": "fine-tuned", "asked": "not listed"}.get(kind, kind)
