"""The Models screen: the list, what is known of one, and deleting with a typed word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tui.core.provider.parsing import as_text, as_texts
from tui.screens.base import ModeScreen
from tui.screens.controller_context import ScreenContext
from tui.screens.deleting import Deletion, OutcomesPanel
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.filter_bar import FilterBar, FilterField
from tui.screens.models.all_profiles import ModelsOfAllProfiles
from tui.screens.models.arranging import ModelArranging, ModelFilter, placeholder
from tui.screens.models.asking import ModelAsking
from tui.screens.models.deletion import ModelDeletion
from tui.screens.models.exporting import ModelExporting
from tui.screens.models.lineage import ModelLineage
from tui.screens.models.marks import ModelMarks
from tui.screens.models.model_list import ModelList, ModelsPane, deletable
from tui.screens.models.model_rows import full_text
from tui.screens.models.running import WhatRuns
from tui.screens.models.winding_down import WindingDown
from tui.services.errors import ServiceError
from tui.widgets.frame.key_line import look_idle

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from textual.app import ComposeResult

    from tui.core.models.entry import ModelEntry
    from tui.services.workspace import Workspace


class ModelsScreen(ModeScreen):
    """All models of the profile: those of the account, what became of each, and the bases."""

    MODE: ClassVar[str] = "models"
    NEEDS_ROWS = frozenset(
        {"delete", "mark", "mark_range", "chat", "compare", "lineage", "sort", "export", "prune"}
        | {"record", "move", "against"}
    )
    CSS_PATH = "screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.context = context = ScreenContext(self)
        self.listed = ModelList(context, ModelsPane())
        self._bar = FilterBar(ModelFilter(placeholder()))
        self._outcomes = OutcomesPanel()
        self.deletion = Deletion(context, self._outcomes, self.listed, "model")
        self.deletion.deleted = lambda: self.host.complete("deleted")
        self._arranging = ModelArranging(context, self._bar, self.listed)
        self._marks = ModelMarks(context, self.listed)
        for controller in (
            self.listed,
            self._arranging,
            self._marks,
            ModelAsking(context, self.listed),
            ModelDeletion(context, self.listed, self.deletion),
            ModelLineage(context, self.listed),
            ModelExporting(context, self.listed),
            ModelsOfAllProfiles(context, self.listed),
            WhatRuns(context),
            WindingDown(context, self.listed),
        ):
            self.dispatcher.add(controller)

    def compose_body(self) -> ComposeResult:
        """Lay out the filter, the list, the model under the cursor, and what came of deleting."""
        yield self._bar
        yield self.listed.pane
        yield self._outcomes

    def has_rows(self) -> bool:
        """Whether models are listed."""
        return bool(self.listed.models)

    def nothing_words(self) -> str:
        """Return why no model is listed."""
        return self.listed.why_none

    def available(self, command_id: str) -> bool | None:
        """Leave / to the field while it is typed in."""
        if command_id == "models.filter" and isinstance(self.focused, FilterField):
            return False
        return super().available(command_id)

    def idle(self) -> Collection[str]:
        """Return what hides or unfolds nothing, or would delete a base."""
        entries, current = self.listed.seen.entries, self.listed.current
        idle = []
        if not any(one.kind == "tuned" and one.state.gone for one in entries):
            idle.append("models.gone")
        if all(one.kind == "tuned" for one in entries):
            idle.append("models.all")
        if not self.listed.marked and (current is None or not deletable(current)):
            idle.append("models.delete")
        return idle

    def on_record_list_moved(self) -> None:
        """Show the keys for the model under the cursor."""
        look_idle(self)

    def show_one(self, one: str) -> None:
        """Put the cursor on a model, whatever the list was narrowed to."""
        self._arranging.leave()
        self.listed.select(one)

    def remembered(self) -> Mapping[str, Any]:
        """Return the model under the cursor, those marked, and how the list is arranged."""
        marked = self.listed.marked_before.with_waiting(self.listed.marked)
        kept = {"model": self.listed.current_id, "marked": marked}
        return {**kept, **self.listed.arranged_by}

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Narrow the list, and put cursor and marks on what had them, once it is listed."""
        self._arranging.bring_back(remembered)
        self.listed.marked_before.begin(as_texts(remembered.get("marked")))
        if one := as_text(remembered.get("model")):
            self.listed.select(one)

    def on_workspace(self, workspace: Workspace) -> None:
        """List the models of this provider."""
        del workspace
        self.listed.begin()

    def on_screen_resume(self) -> None:
        """List again: a job may have made a model meanwhile."""
        if self.host.workspace is not None and self.is_mounted and not self.deletion.running:
            self.listed.start_refresh()

    def on_record_list_chosen(self) -> None:
        """Show all that is known of the model; its job's checkpoints follow."""
        if (model := self.listed.current) is not None:
            dialog = DetailsDialog(model.id, full_text(model))
            self.app.push_screen(dialog)
            if model.kind == "tuned" and model.job is not None:
                self.context.run(
                    self._look_closer, dialog, model, group="details", description="ask its job"
                )

    async def _look_closer(self, dialog: DetailsDialog, model: ModelEntry) -> None:
        try:
            model = await self.workspace.inventory.checkpoints(model)
        except ServiceError:  # what is known without is shown
            return
        dialog.show(full_text(model))

    def go_back(self) -> bool:
        """Close the error, else the results, else the filter, else take the marks away."""
        layers = (self.clear_error, self.deletion.close, self._arranging.leave, self._marks.clear)
        return any(close() for close in layers)

    def copy_text(self) -> tuple[str, str]:
        """Copy the results while they are shown, else the model's id."""
        if (results := self.deletion.copy_text()) is not None:
            return results
        current = self.listed.current
        return (current.id, "The model's id") if current is not None else ("", "")
