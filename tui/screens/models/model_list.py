"""The list of models: those of the account first, the provider's bases folded behind them."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.core.models.entry import ModelEntry
from tui.core.models.listing import ORDERS, ArrangedModels, arranged, searched_text
from tui.core.provider.parsing import as_text
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.listing import ListingPane
from tui.screens.marks import KeptMarks
from tui.screens.models import model_rows
from tui.screens.models.model_rows import no_match, none_words
from tui.screens.reporting import ASKING
from tui.services.errors import InputError, NotOffered, ServiceError
from tui.services.models.inventory import InventorySeen

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from rich.text import Text

    from tui.core.models.listing import Order
    from tui.screens.controller_context import ScreenContext
    from tui.widgets.record_list import RecordList

LOADING = "Asking for the models …"


def failed() -> str:
    """Return what is said, with the keys in use."""
    return (
        f"The models could not be listed. Press {key_of('models.refresh')} to ask "
        f"again, {key_of('app.profile')} for another profile."
    )


class ModelsPane(ListingPane[ModelEntry]):
    """Models, each in a row."""

    def __init__(self) -> None:
        super().__init__("models", "Models", LOADING)

    def id_of(self, entry: ModelEntry) -> str:
        """Return the model's id."""
        return entry.id

    def head(self, width: int) -> Text:
        """Return the columns' names."""
        return model_rows.head_row(width)

    def row(self, entry: ModelEntry, width: int, *, marked: bool) -> Text:
        """Return one line of the list."""
        return model_rows.model_row(entry, marked=marked, width=width)

    def about(self, entry: ModelEntry, width: int) -> Text:
        """Return what is known of a model."""
        return model_rows.about(entry, width)


class ModelList:
    """Fetches and shows the models of the profile; knows which are marked.

    Narrowing and ordering thousands takes a while: it is done off the event loop, and the last
    wish wins.
    """

    def __init__(self, context: ScreenContext, pane: ModelsPane) -> None:
        self._context, self.pane = context, pane
        self.seen = InventorySeen()
        self.marked: set[str] = set()  # ids
        self.marks_note = ""  # what the status line adds on marks
        self.order: Order = "newest"
        self.typed = ""  # what the list is narrowed to
        self.with_gone = True  # whether those that are gone are shown
        self._everything = False  # bases and checkpoints too
        self._texts: dict[str, str] = {}  # what is searched, by id, of those seen
        self._shown = ArrangedModels()
        self._gone = 0
        self._wishes = 0
        self._failed: ServiceError | None = None  # why the list did not come
        self._unanswered = 0  # deletions
        self._looks_void = 0  # how often models went, so that looks begun before are void
        self._wanted: str | None = None  # where the cursor goes once it is listed
        self.marked_before = KeptMarks("model")

    @property
    def models(self) -> list[ModelEntry]:
        """The models shown."""
        return self.pane.entries

    @property
    def rows(self) -> RecordList:
        """The list itself."""
        return self.pane.list

    @property
    def current_id(self) -> str | None:
        """The id of the model under the cursor."""
        return self.pane.current.id if self.pane.current is not None else None

    def row_ids(self) -> list[str]:
        """Return the ids of the models shown, in their order."""
        return [one.id for one in self.models]

    def markable(self) -> list[str]:
        """Return the ids of the models shown that can be deleted, in their order."""
        return [one.id for one in self.models if deletable(one)]

    @property
    def current(self) -> ModelEntry | None:
        """The model under the cursor."""
        return self.pane.current

    # -- fetching --------------------------------------------------------------------

    def begin(self) -> None:
        """List the models of another provider."""
        self.marked, self.seen, self._texts = set(), InventorySeen(), {}
        self._failed, self._unanswered = None, 0
        self.marked_before.begin()
        self._context.fetched(None)
        self._show(ArrangedModels(), LOADING)
        self.pane.list.focus()
        self.start_refresh()

    def start_refresh(self) -> None:
        """Ask the provider in the background."""
        self._context.run(self._look, group="list", description="list the models")

    @handles("models.refresh", group="list")
    async def refresh(self) -> None:
        """Ask the provider now."""
        self._context.tell(ASKING, seconds=2)
        await self._look()

    async def _look(self) -> None:
        self._context.host.complete("models")
        await self.fetch()

    async def fetch(self) -> None:
        """List the models again. Raises ServiceError."""
        self._context.working("models", "listing models")
        inventory, void = self._context.workspace.inventory, self._looks_void
        seen = self.seen
        try:
            async with aclosing(inventory.look()) as looks:
                async for seen in looks:
                    if inventory is not self._context.workspace.inventory:
                        return  # of a provider chosen before
                    if void != self._looks_void:
                        return  # another follows
                    if seen.entries or seen.complete:
                        await self._take(seen)
        finally:
            self._context.working("models", "")
        self._tell_problem(seen)
        if seen.complete and _failure(seen) is None:
            self._tell_gone()

    def _tell_gone(self) -> None:
        """Tell of what was under the cursor, or marked, the last time and is not listed now."""
        gone, self._wanted = self._wanted, None
        said = f"{one_line(gone, 60)} is not listed any more." if gone is not None else ""
        there = {one.id for one in self.seen.entries if deletable(one)}
        if words := " ".join(filter(None, (said, self.marked_before.gone(there)))):
            self._context.tell(words, seconds=10, warning=True)

    async def _take(self, seen: InventorySeen) -> None:
        problem = _failure(seen)
        if problem is not None and not seen.entries:
            return
        self._texts, there = await asyncio.to_thread(_by_id, seen.entries)
        self.seen = seen
        self._unanswered = sum(one.unanswered for one in seen.entries)
        # What is gone by now cannot be meant.
        self.marked = (self.marked & there) | self.marked_before.found(there)
        if problem is None:
            self._context.fetched(time.time())
        await self.arrange()
        if self._wanted is not None and self._wanted in self._texts:
            await self._reveal()

    def _tell_problem(self, seen: InventorySeen) -> None:
        problem = _failure(seen)
        if problem is None:
            self._context.clear_errors(self._failed)
            self._failed = None
            return
        self._failed = problem
        if not self.models:
            self._show(ArrangedModels(), failed())
        self._context.show_error(problem)

    # -- showing ---------------------------------------------------------------------

    @handles("models.all", group="arrange")
    async def switch(self) -> None:
        """Unfold bases and checkpoints, or fold them away; say it where that changes nothing."""
        others = sum(1 for one in self.seen.entries if one.kind != "tuned")
        if not others and self._has_answer:
            self._context.tell(self._no_others(), seconds=4)
            return
        self._everything = not self._everything
        before = [one.id for one in self.models]
        await self.arrange()
        if [one.id for one in self.models] == before:
            self._context.tell(self._folding(others), seconds=4)

    @handles("models.gone", group="arrange")
    async def switch_gone(self) -> None:
        """Hide the models that are gone, or show them again; say it where there are none."""
        gone = any(one.kind == "tuned" and one.state.gone for one in self.seen.entries)
        self.with_gone = not self.with_gone or not gone
        await self.arrange()
        if not gone:
            self._context.tell(self._none_gone(), seconds=4)

    @property
    def _has_answer(self) -> bool:
        """Whether there is an answer, be it that there is none."""
        return bool(self.seen.entries) or self.seen.complete or self._failed is not None

    def _no_others(self) -> str:
        if self._failed is not None:
            return failed()
        profile = self._context.workspace.profile.name
        return f"{profile} lists no bases and no checkpoints."

    def _folding(self, others: int) -> str:
        what = plural(others, "base or checkpoint", "bases and checkpoints")
        if not others:
            return "Bases and checkpoints are listed, too, once the models are there."
        if not self._everything:
            return f"{what} folded away; none was shown."
        return f"{what} unfolded: none fits the filter. {key_hint('app.escape', 'shows')} all."

    def _none_gone(self) -> str:
        if self._failed is not None and not self.seen.complete:
            return failed()
        if not self._has_answer:
            return "Which models are gone is not known before they are listed."
        return "None of the models is gone: nothing is hidden."

    @property
    def why_none(self) -> str:
        """Why no model is shown, in a line."""
        return " ".join(self._empty_words().split())

    @property
    def arranged_by(self) -> dict[str, object]:
        """How the list is narrowed and ordered, to be kept."""
        shown = {"bases": self._everything, "gone": self.with_gone}
        return {"filter": self.typed, "order": self.order, **shown}

    def arrange_as(self, kept: Mapping[str, object]) -> None:
        """Narrow and order the list as it was kept. Anybody may have written it."""
        self.typed = as_text(kept.get("filter")) or ""
        self.order = next((one for one in ORDERS if one == kept.get("order")), self.order)
        self._everything = kept.get("bases") is True
        self.with_gone = kept.get("gone") is not False

    def select(self, model_id: str) -> None:
        """Put the cursor on a model, now or once it is listed."""
        self._wanted = model_id
        if not self._place() and model_id in self._texts:
            self._context.run(self._reveal, group="arrange", description="show all models")

    async def _reveal(self) -> None:
        """Show all, so that the one wanted is among them."""
        self.typed, self.with_gone, self._everything = "", True, True
        await self.arrange()
        self._wanted = None

    async def arrange(self) -> None:
        """Narrow and order the models seen, and show them, unless others are wished for by then."""
        self._wishes += 1
        wish = self._wishes
        found = await asyncio.to_thread(
            arranged, self.seen.entries, self.order, self.typed, self._texts,
            everything=self._everything, with_gone=self.with_gone,
        )  # fmt: skip
        if wish == self._wishes:
            self._gone = found.gone
            self._show(found, self._empty_words())

    def _empty_words(self) -> str:
        if not self.seen.entries and not self.seen.complete:  # so nothing is known of them
            return failed() if self._failed is not None else LOADING
        if self.typed and self.seen.entries:
            return no_match()
        if not self.with_gone and self._gone:
            return (
                f"No fine-tuned models are there. {key_hint('models.gone', 'shows')} the "
                f"{self._gone} that are gone."
            )
        profile = self._context.workspace.profile.name
        return none_words(self.seen, profile, everything=self._everything)

    def _show(self, found: ArrangedModels, empty: str) -> None:
        self._shown = found
        self.pane.border_subtitle = _folded(found.folded)
        before, at = self.pane.current, self.pane.list.cursor
        self.pane.show(found.entries, empty)
        now = self.pane.current
        if before is not None and now is not None and now.state.gone and not before.state.gone:
            self.pane.list.move_to(at)  # what was deleted goes to the end, the cursor does not
        self._place()
        self.show_marks()

    def _place(self) -> bool:
        """Put the cursor on the model wanted; return whether it is shown."""
        there = self._wanted is not None and any(one.id == self._wanted for one in self.models)
        if self._wanted is not None and there:
            self.pane.select(self._wanted)
            self._wanted = None
        return there

    def show_marks(self) -> None:
        """Show which models are marked, and how many there are."""
        self.pane.show_marks(self.marked)
        self._context.note(self._note())

    def _note(self) -> str:
        found = self._shown
        if not found.entries:
            return ""
        parts = [plural(found.tuned, "fine-tuned model")]
        if self._unanswered:
            parts.append(f"{plural(self._unanswered, 'deletion')} unanswered")
        if found.gone:
            parts.append(f"{found.gone} gone{'' if self.with_gone else ', hidden'}")
        if self.typed:
            parts.append(f"{len(found.entries)} shown")
        if self.marked:
            parts.append(f"{len(self.marked)} marked{self.marks_note}")
        elif self.marks_note:
            parts.append(self.marks_note.strip(" ·"))
        return " · ".join(parts)

    # -- marks -----------------------------------------------------------------------

    async def take_gone(self, ids: Collection[str]) -> None:
        """Show these as deleted, and take their marks away; a look begun before is of no use."""
        self._looks_void += 1
        self.marked -= {*ids}
        entries = (one.deleted_now() if one.id in ids else one for one in self.seen.entries)
        self.seen = replace(self.seen, entries=tuple(entries))
        await self.arrange()


def _folded(count: int) -> str:
    """Return what the border says of bases and checkpoints that are not shown."""
    return f"▸ {plural(count, 'other')}: {key_of('models.all')}" if count else ""


def deletable(model: ModelEntry) -> bool:
    """Whether it came out of a job and is there, as far as is known."""
    return model.own and (bool(model.listed) or not model.state.gone)


def check_tuned(models: Sequence[ModelEntry]) -> None:
    """Raise InputError for what nobody can delete: a base of the provider, or what is gone."""
    for model in models:
        if not model.own:
            raise InputError(
                "Only fine-tuned models can be deleted",
                f"{model.id} is a base model of the provider",
                f"Press {key_of('models.all')} to fold bases away.",
            )
        if not deletable(model):
            raise InputError(
                "Nothing is there to delete",
                f"{model.id}: {model.state_words}",
                f"{key_hint('models.gone', 'hides')} it.",
            )


def _failure(seen: InventorySeen) -> ServiceError | None:
    return None if isinstance(seen.problem, NotOffered) else seen.problem


def _by_id(entries: Sequence[ModelEntry]) -> tuple[dict[str, str], set[str]]:
    """Return what is searched of each model, and the ids of those that can be deleted."""
    texts = {one.id: searched_text(one) for one in entries}
    return texts, {one.id for one in entries if deletable(one)}
