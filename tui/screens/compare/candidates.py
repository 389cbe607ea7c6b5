"""Choose the models of the columns, and their parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.chat.parameters import ChatParameters
from tui.core.compare.plan import Candidate
from tui.core.compare.sides.side_by_side import MOST_COLUMNS, Column
from tui.core.provider.parsing import as_map, as_text
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.chat.models.model_choices import default_choice
from tui.screens.chat.models.offered_models import OfferedModels
from tui.screens.chat.parameters.controller import defaults_for
from tui.screens.chat.parameters.dialog import ParametersDialog
from tui.screens.controller_context import opens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.screens.compare.compare_context import CompareContext
    from tui.services.models.service import ChatOffer

    # A model and how it is asked, None for the defaults.
    Asked = tuple[str, ChatParameters | None]


def kept_columns(value: object) -> list[Asked]:
    """Read the columns that were kept; how one is asked is the default where that is no use."""
    columns = [as_map(one) for one in value] if isinstance(value, list) else []
    found: list[Asked] = []
    for column in columns:
        parameters = ChatParameters.from_json(column.get("parameters"))
        if model := as_text(column.get("model")):
            found.append((model, None if parameters.problem() else parameters))
    return found


class Candidates:
    """Adds, changes and drops columns. `ready` is called once there is somebody to ask."""

    def __init__(self, context: CompareContext, busy: Callable[[], bool]) -> None:
        self._context, self._busy = context, busy
        self._models = OfferedModels(context)
        self._before: Sequence[Asked] = ()  # the columns of the last time, until they are there

    @property
    def any_tuned(self) -> bool:
        """Whether a column has a fine-tuned model, as far as the list of models tells."""
        offer = self._models.offer
        base = {one.id for one in offer.choices if one.kind == "base"} if offer else set()
        return any(c.candidate.model not in base for c in self._context.comparison.columns)

    def begin(self) -> None:
        """Forget the models of another provider."""
        self._models.forget()
        self._before = ()
        self._context.comparison.clear()

    def take(self, models: Sequence[str]) -> None:
        """Show columns for these models, where they are not there; the oldest make room."""
        columns = self._context.comparison.columns
        for model in models:
            if all(column.candidate.model != model for column in columns):
                columns[:] = columns[-(MOST_COLUMNS - 1) :]
                self._add(model)
        self._context.tell_changed()

    def bring_back(self, asked: Sequence[Asked]) -> None:
        """Begin with the columns of the last time, as far as their models are listed."""
        self._before = asked[:MOST_COLUMNS]
        self.look_for_default()

    def _take_before(self, offer: ChatOffer) -> None:
        before, self._before = self._before, ()
        listed = {one.id for one in offer.choices}
        models = dict.fromkeys(model for model, _ in before)
        gone = [] if offer.problem is not None else [one for one in models if one not in listed]
        for model, parameters in before:
            if model not in gone:
                self._add(model, parameters)
        self._context.tell_changed()
        if gone:
            names = ", ".join(one_line(one, 60) for one in gone)
            self._context.tell(f"Not listed any more: {names}.", seconds=10, warning=True)

    def look_for_partner(self) -> None:
        """Put a second model beside one that stands alone: its base, or the newest tuned one."""
        if len(self._context.comparison.columns) == 1:
            self._context.run(self._find_partner, group="model", description="look for models")

    async def _find_partner(self) -> None:
        """Look for a second model. Raises ServiceError when nobody can be asked."""
        offer = await self._models.list()
        columns = self._context.comparison.columns
        if len(columns) != 1:
            return
        mine = columns[0].candidate.model
        base = next((one.base for one in offer.choices if one.id == mine), "")
        tuned = default_choice(offer.choices)
        others = [base, tuned.id if tuned else "", *(one.id for one in offer.choices)]
        listed = {one.id for one in offer.choices} - {mine}
        if (second := next((one for one in others if one in listed), None)) is not None:
            self.take([second])
        self._models.check_answers()

    def look_for_default(self) -> None:
        """Begin with the newest fine-tuned model and its base, unless there are columns."""
        if not self._context.comparison.columns:
            self._context.run(self._find_default, group="model", description="look for models")

    async def _find_default(self) -> None:
        """Look for models to begin with. Raises ServiceError when nobody can be asked."""
        offer = await self._models.list()
        if not self._context.comparison.columns:
            self._take_before(offer)
        if not self._context.comparison.columns:
            self._take_default(offer)
            self._context.tell_changed()
        self._models.check_answers()

    def _take_default(self, offer: ChatOffer) -> None:
        found = default_choice(offer.choices)
        listed = [choice.id for choice in offer.choices]
        if found is not None:
            from tui.core.provider.records import ModelInfo

            base = ModelInfo(found.id, None, "", None, {}).base
            second = base if base != found.id else next((i for i in listed if i != base), "")
            self.take([model for model in (second, found.id) if model in listed])

    # -- keys --------------------------------------------------------------------------

    @handles("compare.add", group="choose")
    async def add(self) -> None:
        """Choose a model for one more column; one that is there already can be asked otherwise."""
        columns = self._context.comparison.columns
        if self._held():
            return
        if len(columns) >= MOST_COLUMNS:
            self._context.tell(
                f"There are {MOST_COLUMNS} columns: {key_hint('compare.drop', 'drops')} one.",
                seconds=4,
            )
            return
        model = await self.ask_model("Add a column", "")
        if model:
            self._add(model)
            self._context.focused = len(columns) - 1
            self._context.tell_changed()

    @handles("compare.model", group="choose")
    async def change(self) -> None:
        """Choose another model for the column in focus; the first one without a column."""
        column = self._column()
        if column is None:
            await self.add()
            return
        if self._held() or self._context.names_hidden():
            return
        model = await self.ask_model("Model of this column", column.candidate.model)
        if model and model != column.candidate.model:
            parameters = column.candidate.parameters
            other = Candidate(self._free_name(model, column), model, parameters)
            self._context.comparison.ask_otherwise(column, other)
            self._context.tell_changed()

    @handles("compare.drop")
    def drop(self) -> None:
        """Drop the column in focus."""
        column = self._column()
        if column is None:
            self._context.tell_no_column()
        elif not self._held():
            self._context.comparison.drop(column)
            self._context.tell_changed()

    @handles("compare.parameters", group="choose")
    @opens
    async def set_parameters(self) -> None:
        """Set temperature, length and seed of the column in focus; without one, choose it first."""
        if self._column() is None:
            await self.add()
        column = self._column()
        if column is None or self._held() or self._context.names_hidden():
            return
        profile = self._context.workspace.profile
        refused = await self._context.workspace.chat.not_taken(column.candidate.model)
        left_out = refused | profile.provider_entry.not_in_chat
        dialog = ParametersDialog(column.candidate.parameters, left_out)
        found = await self._context.ask(dialog)
        if found is not None:
            other = replace(column.candidate, parameters=found)
            self._context.comparison.ask_otherwise(column, other)
            self._context.tell_changed()

    # -- inside ------------------------------------------------------------------------

    def _column(self) -> Column | None:
        columns = self._context.comparison.columns
        return columns[self._context.focused] if self._context.focused < len(columns) else None

    def _held(self) -> bool:
        if self._busy():
            self._context.tell(
                f"Answers are coming: {key_hint('app.escape', 'stops')} them.", seconds=3
            )
        return self._busy()

    def _add(self, model: str, parameters: ChatParameters | None = None) -> None:
        if parameters is None:
            parameters = defaults_for(self._context.workspace.profile.kind)
        name = self._free_name(model, None)
        self._context.comparison.columns.append(Column(Candidate(name, model, parameters)))

    def _free_name(self, model: str, mine: Column | None) -> str:
        columns = self._context.comparison.columns
        taken = {column.candidate.name for column in columns if column is not mine}
        names = (model, *(f"{model} #{n}" for n in range(2, MOST_COLUMNS + 2)))
        return next(name for name in names if name not in taken)

    async def ask_model(self, title: str, current: str) -> str | None:
        """Have a model chosen or typed; None leaves it."""
        return await self._context.ask(self._models.dialog(title, current))
