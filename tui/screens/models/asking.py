"""Chat with a model of the list, or compare it; one that is gone is not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.compare.sides.compare_request import CompareAsked
from tui.core.compare.sides.side_by_side import MOST_COLUMNS
from tui.dispatch import handles
from tui.screens.gone import gone
from tui.services.errors import InputError

if TYPE_CHECKING:
    from tui.core.models.entry import ModelEntry
    from tui.screens.controller_context import ScreenContext
    from tui.screens.models.model_list import ModelList


def check_there(model: ModelEntry, doing: str) -> None:
    """Raise InputError for a model that is gone; one that is listed all the same may answer."""
    if model.state.gone and not model.listed:
        raise gone(doing, model.id, model.state_words)


class ModelAsking:
    """Takes the model under the cursor, or those marked, to Chat and to Compare."""

    def __init__(self, context: ScreenContext, listed: ModelList) -> None:
        self._context, self._listed = context, listed

    @handles("models.chat")
    def chat(self) -> None:
        """Chat with the model under the cursor."""
        if (model := self._listed.current) is not None:
            check_there(model, "chat with it")
            self._context.host.chat_with(model.asked_as)

    @handles("models.compare")
    def compare(self) -> None:
        """Compare the marked models, or the one under the cursor with its base."""
        listed = self._listed
        chosen = [model for model in listed.models if model.id in listed.marked]
        names = [model.asked_as for model in chosen]
        if not chosen:
            if (current := listed.current) is None:
                return
            check_there(current, "compare it")
            names = [current.base, current.asked_as]
        names = [*dict.fromkeys(filter(None, names))]
        if len(names) > MOST_COLUMNS:
            raise InputError(
                "Too many to compare",
                f"{len(names)} models are marked",
                f"Mark at most {MOST_COLUMNS}.",
            )
        self._context.host.compare(CompareAsked(models=tuple(names)))
