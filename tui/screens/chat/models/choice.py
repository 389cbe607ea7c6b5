"""The model that is asked: chosen or typed by the user, else the newest fine-tuned one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from tui.commands import key_hint, key_of
from tui.core.provider.records import ModelInfo
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.chat.models.model_choices import (
    default_choice,
)
from tui.screens.chat.models.offered_models import OfferedModels
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.worker import Worker

    from tui.screens.controller_context import ScreenContext


class ModelChoice:
    """Knows the model to ask, and looks for one where none is chosen.

    `changed` is called when what is known of it has changed, `taken` when somebody has chosen.
    """

    def __init__(
        self, context: ScreenContext, changed: Callable[[], None], taken: Callable[[], object]
    ) -> None:
        self._context, self._changed, self._taken = context, changed, taken
        self.model = ""
        self._models = OfferedModels(context)
        self._looking: Worker[None] | None = None

    def begin(self) -> None:
        """Forget what another provider offered."""
        self.model, self._looking = "", None
        self._models.forget()

    def take(self, model: str) -> None:
        """Ask this model from now on, as somebody has chosen."""
        self.set(model)
        self._taken()

    def set(self, model: str) -> None:
        """Ask this model from now on."""
        self.model = model
        self._changed()

    def is_listed(self, model: str) -> bool:
        """Whether the provider has listed a model."""
        return self._models.offer is not None and any(
            one.id == model for one in self._models.offer.choices
        )

    def bring_back(self, model: str, *, listed: bool) -> None:
        """Ask the model of the last time, unless it was `listed` and is not any more."""
        if listed:
            look = partial(self._run_look, partial(self._bring_back, model))
            self._looking = self._context.run(look, group="model", description="look for it")
            self._changed()
        else:  # its id was typed
            self.set(model)

    async def _bring_back(self, model: str) -> None:
        before = self.model
        offer = await self._models.list()
        if self.model != before:  # somebody has chosen meanwhile
            return
        if offer.problem is None and not self.is_listed(model):
            self._context.tell(
                f"{one_line(model, 80)} was chosen and is not listed any more.",
                seconds=10, warning=True,
            )  # fmt: skip
            await self._find_default()
        else:
            self.set(model)

    @property
    def looking(self) -> bool:
        """Whether a model to begin with is being looked for."""
        return self._looking is not None

    def look_for_default(self) -> None:
        """Look for a model to begin with, unless there is one."""
        if not self.model and not self.looking:
            self._looking = self._context.run(
                partial(self._run_look, self._find_default),
                group="model", description="look for a model",
            )  # fmt: skip

    async def _run_look(self, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await look()
        finally:
            if self._looking is get_current_worker():
                self._looking = None
            if self._context.attached:
                self._changed()

    async def _find_default(self) -> None:
        """Choose a model where none is chosen. Raises ServiceError when nothing can be asked."""
        offer = await self._models.list()
        if not self.model and (found := default_choice(offer.choices)):
            self.model = found.id
        self._models.check_answers()

    @handles("chat.model")
    def choose(self) -> None:
        """Choose the model to ask next, or type its id; the list is asked for again."""

        def answered(chosen: str | None) -> None:
            if chosen:
                self.take(chosen)

        self._context.open(self._models.dialog("Model", self.model), answered)

    async def to_ask(self) -> str:
        """Return the model chosen, or else the default one. Raises ServiceError without any."""
        if not self.model:
            await self._find_default()
            self._changed()
        if not self.model:
            problem = self._models.offer.problem if self._models.offer else None
            cause = "the provider lists no models" + (f": {problem.brief}" if problem else "")
            raise InputError(
                "No model chosen",
                cause,
                (
                    f"Press {key_of('app.escape')}, then {key_of('chat.model')}, and type a "
                    "model's id."
                ),
            )
        return self.model

    def kind(self, model: str) -> str:
        """Return what kind of model this is: base, tuned, checkpoint, deployed or asked."""
        choices = self._models.offer.choices if self._models.offer else ()
        listed = next((choice.kind for choice in choices if choice.id == model), None)
        if listed:
            return listed
        jobs = self._context.workspace.poller.state.jobs
        if any(job.fine_tuned_model == model for job in jobs):
            return "tuned"  # whatever it is called
        named = ModelInfo(model, None, "", None, {})
        return "checkpoint" if named.is_checkpoint else "tuned" if named.is_tuned else "base"

    @property
    def _tuned_by_name(self) -> bool:
        """Whether a tuned model can be told by its name alone."""
        return self._context.workspace.profile.provider_entry.tuned_by_name

    @property
    def kind_words(self) -> str:
        """Return the kind of the model to ask as shown beside it, or why there is none yet."""
        if not self.model:
            return (
                "yet, looking …"
                if self.looking
                else (
                    f"({key_of('app.escape')}, {key_hint('chat.model', 'chooses')} one or takes "
                    "its id)"
                )
            )
        kind = self.kind(self.model)
        offer = self._models.offer
        if kind == "base" and offer is None and not self._tuned_by_name:
            return ""  # nobody knows before the models are listed
        if kind == "base" and offer and all(one.id != self.model for one in offer.choices):
            return "not listed"  # typed: whatever it is
        return {"tuned": "fine-tuned", "asked": "not listed"}.get(kind, kind)
