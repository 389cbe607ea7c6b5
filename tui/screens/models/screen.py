"""The Models screen: the list, what is known of one, and deleting with a typed word."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.widgets import Static

from tui.core.text.text import plural
from tui.screens.deleting import DeletingScreen
from tui.screens.dialogs.confirm import TypedConfirm
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.models.deletion import statement, word_for
from tui.screens.models.rows import about, full_text, head_row, model_row, none_words
from tui.screens.reporting import failure_of
from tui.services.errors import InputError, NotOffered, ServiceError
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text
    from textual.app import ComposeResult

    from tui.services.models.service import ModelsSeen, TunedModel
    from tui.services.workspace import Workspace
    from tui.widgets.error_panel import Failure

LOADING = "Asking for the models …"
FAILED = "The models could not be listed. Press r to ask again, F2 for another profile."


class ModelsScreen(DeletingScreen):
    """Fine-tuned models, or all that the provider lists."""

    MODE: ClassVar[str] = "models"
    NOUN: ClassVar[str] = "model"
    CSS_PATH = "screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.models: list[TunedModel] = []
        self._everything = False  # all models instead of the fine-tuned ones
        self._none = ""  # what an empty list says
        self._failed: Failure | None = None  # why the list did not come

    def compose_body(self) -> ComposeResult:
        """Lay out the list, the model under the cursor, and what came of deleting."""
        yield Static(id="models-head", markup=False)
        yield RecordList(id="models", empty=LOADING)
        yield Static(id="model-about", markup=False)
        yield from self.compose_outcomes()

    def on_workspace(self, workspace: Workspace) -> None:
        """List the models of this provider."""
        del workspace
        self.models, self.marked = [], set()
        self.fetched(None)
        self._show(LOADING)
        self.query_one(RecordList).focus()
        self.action_refresh()

    def on_screen_resume(self) -> None:
        """List anew: a job may have made a model meanwhile."""
        if self.host.workspace is not None and self.is_mounted and not self.deleting:
            self.action_refresh()

    # -- the list --------------------------------------------------------------------

    @work(group="list", exclusive=True, exit_on_error=False, description="list the models")
    async def action_refresh(self) -> None:
        """Ask the provider now."""
        self.host.reached("models")
        await self.fetch()

    async def fetch(self) -> None:
        """List the models anew. Raises ServiceError."""
        self.host.working("models", "listing models")
        service = self.workspace.models
        try:
            seen = await service.look()
        finally:
            self.host.working("models", "")
        if service is not self.workspace.models:
            return  # of a provider chosen before
        problem = None if isinstance(seen.problem, NotOffered) else seen.problem
        if problem is not None and not seen.tuned:
            self._failed = failure_of(problem)
            self._show(FAILED)
            raise problem
        if self._failed is not None and self._failed.as_text() == self.failure_text:
            self.clear_error()  # it has been answered
        self._failed = None
        self._take(seen)
        self.fetched(time.time())
        if problem is not None:  # what the jobs tell is shown all the same
            self._failed = failure_of(problem)
            self.show_error(problem)

    def _take(self, seen: ModelsSeen) -> None:
        current = self.current
        self.models = models = [*seen.tuned, *(seen.others if self._everything else ())]
        self.marked &= {model.id for model in models}
        self._none = none_words(seen, self.workspace.profile.name, everything=self._everything)
        self._show(self._none)
        ids = [model.id for model in models]
        if current is not None and current.id in ids:
            self.query_one(RecordList).move_to(ids.index(current.id))
        self._show_about()

    def _show(self, empty: str) -> None:
        self.query_one(RecordList).show(len(self.models), self._row, empty=empty)
        kind = "model" if self._everything else "fine-tuned model"
        marked = f" · {len(self.marked)} marked" if self.marked else ""
        self.note(f"{plural(len(self.models), kind)}{marked}" if self.models else "")
        self._show_head()
        self._show_about()

    def _show_head(self) -> None:
        width = self.query_one(RecordList).scrollable_content_region.width
        text = head_row(width) if self.models else ""
        self.query_one("#models-head", Static).update(text, layout=False)

    def _row(self, row: int, width: int) -> Text:
        model = self.models[row]
        return model_row(model, marked=model.id in self.marked, width=width)

    def _show_about(self) -> None:
        pane = self.query_one("#model-about", Static)
        current = self.current
        pane.update(about(current, max(pane.content_size.width, 20)) if current else "")

    def on_resize(self) -> None:
        """Fit the columns to a new width."""
        self.call_after_refresh(self._show_head)
        self.call_after_refresh(self._show_about)

    @property
    def current(self) -> TunedModel | None:
        """The model under the cursor."""
        at = self.query_one(RecordList).cursor
        return self.models[at] if 0 <= at < len(self.models) else None

    def on_record_list_moved(self) -> None:
        """Show what is known of the model under the cursor."""
        self._show_about()

    def on_record_list_chosen(self) -> None:
        """Show all of it."""
        if self.current is not None:
            self.app.push_screen(DetailsDialog(self.current.id, full_text(self.current)))

    def action_all(self) -> None:
        """Switch between fine-tuned and all models."""
        self._everything = not self._everything
        self.action_refresh()

    def action_chat(self) -> None:
        """Chat with the model under the cursor."""
        if self.current is not None:
            self.host.chat_with(self.current.id)

    # -- deleting --------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark the model under the cursor, or take the mark away, and go on to the next."""
        model = self.current
        if model is None:
            return
        try:
            _check_tuned([model])
        except InputError as error:
            self.show_error(error)
            return
        self.marked ^= {model.id}
        self._show(self._none)
        self.query_one(RecordList).action_move(1)

    def action_delete(self) -> None:
        """Delete the marked models, or the one under the cursor, after a typed word."""
        chosen = [m for m in self.models if m.id in self.marked]
        if not chosen and self.current is not None:
            chosen = [self.current]
        if not chosen or self.deleting:
            return
        try:
            self.check_writable()
            _check_tuned(chosen)
        except ServiceError as error:
            self.show_error(error)
            return
        self.clear_error()
        profile = self.workspace.profile
        marked = "marked " if self.marked else ""
        title = f"Delete {plural(len(chosen), f'{marked}model')}"
        said = statement(chosen, profile.name, lab=profile.kind == "lab")
        also = [chosen[0].id] if len(chosen) == 1 else []
        ids = [model.id for model in chosen]

        def go_on(answer: bool | None) -> None:
            if answer:
                self.deleting = True
                self.delete_all(ids, self.workspace.models.delete)

        word = word_for(chosen, self.models)
        self.app.push_screen(TypedConfirm(title, said, word, also), go_on)

    def listed_ids(self) -> set[str]:
        """Return the ids of the models listed."""
        return {model.id for model in self.models}

    def deleted(self) -> None:
        """Tell the walk."""
        self.host.reached("deleted")

    def go_back(self) -> bool:
        """Close the error, else the results, else take the marks away."""
        if self.clear_error():
            return True
        panel = self.query_one("#outcomes")
        if panel.has_class("-shown") and not self.deleting:
            panel.remove_class("-shown")
            self.outcomes = []
            return True
        if self.marked:
            self.marked = set()
            self._show(self._none)
            return True
        return False

    def copy_text(self) -> tuple[str, str]:
        """Copy the results while they are shown, else the model's id."""
        if (results := self.copy_outcomes()) is not None:
            return results
        return (self.current.id, "The model's id") if self.current else ("", "")


def _check_tuned(models: Sequence[TunedModel]) -> None:
    for model in models:
        if not (model.info.is_tuned or model.job_id):
            raise InputError(
                "Only fine-tuned models can be deleted",
                f"{model.id} is a base model of the provider",
                "Press t for the fine-tuned ones.",
            )
