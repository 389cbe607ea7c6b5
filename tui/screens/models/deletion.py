"""Deleting fine-tuned models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.deleting import Question
from tui.screens.models.deletion_words import statement, word_for
from tui.screens.models.model_list import check_tuned
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.screens.deleting import Deletion
    from tui.screens.models.model_list import ModelList


class ModelDeletion:
    """Deletes the models marked, or the one under the cursor."""

    def __init__(self, context: ScreenContext, listed: ModelList, deletion: Deletion) -> None:
        self._context, self._listed, self._deletion = context, listed, deletion

    @handles("models.delete")
    def delete(self) -> None:
        """Delete the marked models, or the one under the cursor, after a typed word."""
        listed = self._listed
        chosen = [model for model in listed.models if model.id in listed.marked]
        if not chosen and listed.current is not None:
            chosen = [listed.current]
        if not chosen or self._deletion.running:
            return
        try:
            self._deletion.check_writable()
            check_tuned(chosen)
        except ServiceError as error:
            self._context.show_error(error)
            return
        self._context.clear_error()
        workspace = self._context.workspace
        marked = "marked " if listed.marked else ""
        question = Question(
            f"Delete {plural(len(chosen), f'{marked}model')}",
            statement(
                chosen,
                workspace.profile.name,
                lab=workspace.profile.kind == "lab",
                deletes=workspace.profile.preset.deletes,
            ),
            word_for(chosen, listed.models),
            (chosen[0].id,) if len(chosen) == 1 else (),
        )
        known = {model.id: model.to_json() for model in chosen}
        deletions = workspace.models.deletions()
        self._deletion.ask(question, [*known], deletions, known.__getitem__)
