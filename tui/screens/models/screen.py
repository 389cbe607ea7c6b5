"""The Models screen: the list, what is known of one, and deleting with a typed word."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.dispatch import handles
from tui.screens.base import ModeScreen
from tui.screens.controller_context import ScreenContext
from tui.screens.deleting import Deletion, OutcomesPanel
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.models.deletion import ModelDeletion
from tui.screens.models.model_list import ModelList, ModelsPane
from tui.screens.models.model_rows import full_text
from tui.screens.models.running import WhatRuns
from tui.screens.models.winding_down import WindingDown

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.services.workspace import Workspace


class ModelsScreen(ModeScreen):
    """Fine-tuned models, or all that the provider lists."""

    MODE: ClassVar[str] = "models"
    NEEDS_ROWS = frozenset({"delete", "mark", "chat", "compare", "record", "move", "against"})
    CSS_PATH = "screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        context = ScreenContext(self)
        self.listed = ModelList(context, ModelsPane())
        self._outcomes = OutcomesPanel()
        self.deletion = Deletion(context, self._outcomes, self.listed, "model")
        self.deletion.deleted = lambda: self.host.complete("deleted")
        self.dispatcher.add(self.listed)
        self.dispatcher.add(ModelDeletion(context, self.listed, self.deletion))
        self.dispatcher.add(WhatRuns(context))
        self.dispatcher.add(WindingDown(context, self.listed))

    def compose_body(self) -> ComposeResult:
        """Lay out the list, the model under the cursor, and what came of deleting."""
        yield self.listed.pane
        yield self._outcomes

    def has_rows(self) -> bool:
        """Whether models are listed."""
        return bool(self.listed.models)

    def on_workspace(self, workspace: Workspace) -> None:
        """List the models of this provider."""
        del workspace
        self.listed.begin()

    def on_screen_resume(self) -> None:
        """List anew: a job may have made a model meanwhile."""
        if self.host.workspace is not None and self.is_mounted and not self.deletion.running:
            self.listed.start_refresh()

    def on_record_list_chosen(self) -> None:
        """Show all that is known of the model."""
        if (model := self.listed.current) is not None:
            self.app.push_screen(DetailsDialog(model.id, full_text(model)))

    @handles("models.chat")
    def chat(self) -> None:
        """Chat with the model under the cursor."""
        if (model := self.listed.current) is not None:
            self.host.chat_with(model.asked_as)

    @handles("models.compare")
    def compare(self) -> None:
        """Compare the marked models, or the one under the cursor with its base."""
        from tui.core.compare.sides.compare_request import CompareAsked

        listed = self.listed
        marked = tuple(model.asked_as for model in listed.models if model.id in listed.marked)
        current = listed.current
        if not marked and current is None:
            return
        both = () if current is None else tuple(dict.fromkeys((current.base, current.asked_as)))
        self.host.compare(CompareAsked(models=marked or both))

    def go_back(self) -> bool:
        """Close the error, else the results, else take the marks away."""
        return self.clear_error() or self.deletion.close() or self.listed.clear_marks()

    def copy_text(self) -> tuple[str, str]:
        """Copy the results while they are shown, else the model's id."""
        if (results := self.deletion.copy_text()) is not None:
            return results
        current = self.listed.current
        return (current.id, "The model's id") if current is not None else ("", "")
