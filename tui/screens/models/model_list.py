"""The list of models: the fine-tuned ones, or all that the provider lists."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.listing import ListingPane
from tui.screens.models import model_rows
from tui.screens.models.model_rows import none_words
from tui.screens.reporting import failure_of
from tui.services.errors import InputError, NotOffered
from tui.services.models.service import TunedModel

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.text import Text

    from tui.screens.controller_context import ScreenContext
    from tui.services.models.service import ModelsSeen
    from tui.widgets.frame.error_panel import Failure

LOADING = "Asking for the models …"
FAILED = "The models could not be listed. Press r to ask again, F2 for another profile."


class ModelsPane(ListingPane[TunedModel]):
    """Models, each in a row."""

    def __init__(self) -> None:
        super().__init__("models", "Models", LOADING)

    def id_of(self, entry: TunedModel) -> str:
        """Return the model's id."""
        return entry.id

    def head(self, width: int) -> Text:
        """Return the columns' names."""
        return model_rows.head_row(width)

    def row(self, entry: TunedModel, width: int, *, marked: bool) -> Text:
        """Return one line of the list."""
        return model_rows.model_row(entry, marked=marked, width=width)

    def about(self, entry: TunedModel, width: int) -> Text:
        """Return what is known of a model."""
        return model_rows.about(entry, width)


class ModelList:
    """Fetches and shows the models of the profile; knows which are marked."""

    def __init__(self, context: ScreenContext, pane: ModelsPane) -> None:
        self._context, self.pane = context, pane
        self.marked: set[str] = set()  # ids
        self._everything = False  # all models instead of the fine-tuned ones
        self._none = ""  # what an empty list says
        self._failed: Failure | None = None  # why the list did not come

    @property
    def models(self) -> list[TunedModel]:
        """The models listed."""
        return self.pane.entries

    @property
    def ids(self) -> set[str]:
        """The ids of the models listed."""
        return {model.id for model in self.models}

    @property
    def current(self) -> TunedModel | None:
        """The model under the cursor."""
        return self.pane.current

    # -- fetching --------------------------------------------------------------------

    def begin(self) -> None:
        """List the models of another provider."""
        self.marked = set()
        self._context.fetched(None)
        self._show([], LOADING)
        self.pane.list.focus()
        self.start_refresh()

    def start_refresh(self) -> None:
        """Ask the provider in the background."""
        self._context.run(self.refresh, group="list", description="list the models")

    @handles("models.refresh", group="list")
    async def refresh(self) -> None:
        """Ask the provider now."""
        self._context.host.complete("models")
        await self.fetch()

    async def fetch(self) -> None:
        """List the models anew. Raises ServiceError."""
        self._context.working("models", "listing models")
        service = self._context.workspace.models
        try:
            seen = await service.look()
        finally:
            self._context.working("models", "")
        if service is not self._context.workspace.models:
            return  # of a provider chosen before
        problem = None if isinstance(seen.problem, NotOffered) else seen.problem
        if problem is not None and not seen.tuned:
            self._failed = failure_of(problem)
            self._show(self.models, FAILED)
            raise problem
        if self._failed is not None and self._failed.as_text() == self._context.error_text:
            self._context.clear_error()  # it has been answered
        self._failed = None
        self._take(seen)
        self._context.fetched(time.time())
        if problem is not None:  # what the jobs tell is shown all the same
            self._failed = failure_of(problem)
            self._context.show_error(problem)

    @handles("models.all")
    def switch(self) -> None:
        """Switch between fine-tuned and all models."""
        self._everything = not self._everything
        self.start_refresh()

    # -- showing ---------------------------------------------------------------------

    def _take(self, seen: ModelsSeen) -> None:
        models = [*seen.tuned, *(seen.others if self._everything else ())]
        self.marked &= {model.id for model in models}
        profile = self._context.workspace.profile.name
        self._none = none_words(seen, profile, everything=self._everything)
        self._show(models, self._none)

    def _show(self, models: Sequence[TunedModel], empty: str) -> None:
        self.pane.show(models, empty)
        self._show_marks()

    def _show_marks(self) -> None:
        self.pane.show_marks(self.marked)
        kind = "model" if self._everything else "fine-tuned model"
        marked = f" · {len(self.marked)} marked" if self.marked else ""
        self._context.note(f"{plural(len(self.models), kind)}{marked}" if self.models else "")

    # -- marks -----------------------------------------------------------------------

    @handles("models.mark")
    def mark(self) -> None:
        """Mark the model under the cursor, or take the mark away, and go on to the next."""
        model = self.current
        if model is None:
            return
        try:
            check_tuned([model])
        except InputError as error:
            self._context.show_error(error)
            return
        self.marked ^= {model.id}
        self._show_marks()
        self.pane.list.action_move(1)

    def unmark(self, ids: Collection[str]) -> None:
        """Take the marks of these away."""
        self.marked -= {*ids}

    def clear_marks(self) -> bool:
        """Take all marks away; tells whether there were any."""
        had = bool(self.marked)
        self.marked = set()
        if had:
            self._show_marks()
        return had


def check_tuned(models: Sequence[TunedModel]) -> None:
    """Raise InputError for a base model of the provider, which nobody can delete."""
    for model in models:
        if not (model.info.is_tuned or model.job_id):
            raise InputError(
                "Only fine-tuned models can be deleted",
                f"{model.id} is a base model of the provider",
                "Press t for the fine-tuned ones.",
            )
