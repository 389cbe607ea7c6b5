"""Delete things at the provider one after the other, and show a result for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.commands import key_hint, key_of
from tui.core.provider.deletion import Fate, Outcome
from tui.core.provider.deployments import Act
from tui.core.text.text import plural, visible
from tui.screens.dialogs.deletion import DeletionDialog
from tui.screens.reporting import panel_keys
from tui.services.errors import ReadOnly, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from typing import Any

    from textual.app import ComposeResult

    from tui.screens.controller_context import DialogContext, ScreenContext


_ORDER = (Fate.REFUSED, Fate.UNKNOWN, Fate.STILL_LISTED, Fate.NOT_ASKED, Fate.DELETED)


def summary(outcomes: Sequence[Outcome], of: int, noun: str, act: Act = Act.DELETE) -> str:
    """Return the panel's text: how many are gone, then each, those that are not first."""
    gone = sum(1 for outcome in outcomes if outcome.gone)
    going_on = (
        "" if len(outcomes) == of else f" so far · {key_hint('app.escape', 'stops')} after this one"
    )
    done = act.done.capitalize()
    keys = panel_keys() if len(outcomes) == of else ""
    lines = [" · ".join(filter(None, (f"{done} {gone} of {plural(of, noun)}{going_on}", keys)))]
    ordered = sorted(outcomes, key=lambda outcome: _ORDER.index(outcome.fate))
    return "\n".join([*lines, *(outcome.line for outcome in ordered)])


class OutcomesPanel(VerticalScroll, can_focus=False):
    """What came of deleting, until it is closed."""

    DEFAULT_CSS = """
    OutcomesPanel {
        display: none; height: auto; max-height: 8; padding: 0 1;
        background: $boost; border-left: thick $accent;
        &.-shown { display: block; }
        #outcomes-text { height: auto; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="outcomes")

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield Static(id="outcomes-text", markup=False)

    def show(self, text: str) -> None:
        """Show a text."""
        self.query_one("#outcomes-text", Static).update(visible(text))
        self.add_class("-shown")

    def close(self) -> bool:
        """Close it; return whether it was open."""
        was_open = self.has_class("-shown")
        self.remove_class("-shown")
        return was_open


class DeletableList(Protocol):
    """The list that things are deleted from."""

    async def fetch(self) -> None:
        """List again. Raises ServiceError."""

    async def take_gone(self, ids: Collection[str]) -> None:
        """Neither mark nor offer these any more, whatever a look says that began before."""


class Runs(Protocol):
    """What does something to things by their ids, such as `Deletions`."""

    async def run(
        self,
        ids: Iterable[str],
        on_outcome: Callable[[Outcome, ServiceError | None], None],
        *,
        facts: Callable[[str], Mapping[str, Any]],
        stopped: Callable[[], bool],
    ) -> list[Outcome]:
        """Do it to these in turn; see `Deletions.run`."""


@dataclass(frozen=True, slots=True)
class DeletionQuestion:
    """What is asked before anything is deleted: a statement, and the words that mean yes.

    A statement that is a function is given the places of the extras that go too.
    """

    title: str
    statement: str | Callable[[frozenset[int]], str]
    word: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Things of one kind that something is done to in turn; the ledger keeps `facts` of each.

    `ids` is given what is gone already. With an `extra`, which says what they are, it is done
    only where somebody chooses so. `runs` belongs to the profile it was made for, even if another
    is chosen meanwhile.
    """

    runs: Runs
    noun: str
    ids: Callable[[Collection[str]], Sequence[str]]
    facts: Callable[[str], Mapping[str, Any]] = lambda _: {}
    extra: str = ""


class Deletion:
    """Deletes after a typed word; what an answer was lost for is looked up in a fresh list."""

    def __init__(
        self,
        context: ScreenContext | DialogContext,
        panel: OutcomesPanel,
        listed: DeletableList,
        noun: str,
    ) -> None:
        self._context, self._panel, self._listed, self._noun = context, panel, listed, noun
        self.outcomes: list[Outcome] = []
        self._stopping = False
        self.act = Act.DELETE
        self.running = False  # from the word typed to the last answer
        self.deleted: Callable[[], None] = lambda: None  # called once something is gone

    def check_writable(self) -> None:
        """Raise ReadOnly where nothing may be deleted."""
        profile = self._context.workspace.profile
        if profile.read_only:
            raise ReadOnly(
                "Nothing is deleted here",
                f"profile {profile.name} is read-only",
                (
                    f"Use another profile ({key_of('app.profile')}), or remove read_only from the "
                    "configuration."
                ),
            )

    def busy(self) -> bool:
        """Whether something is being deleted, which is then said."""
        if self.running:
            stops = key_hint("app.escape", "stops")
            self._context.tell(
                f"{self.act.doing.capitalize()} is under way: {stops} after this one.", seconds=4
            )
        return self.running

    def ask(
        self, question: DeletionQuestion, batches: Sequence[Batch], act: Act = Act.DELETE
    ) -> None:
        """Do what the batches say, in their order, once the word is typed.

        `act` is what is done to them.
        """
        extras = [batch for batch in batches if batch.extra]

        def answered(chosen: frozenset[int] | None) -> None:
            if chosen is None:
                return
            self.running, self.act = True, act
            going = [one for one in batches if not one.extra or extras.index(one) in chosen]
            self._context.run(
                partial(self._delete_all, going),
                group="delete",
                description="delete",
                exclusive=False,
            )

        words = [batch.extra for batch in extras]
        dialog = DeletionDialog(
            question.title, question.statement, question.word, question.also, words
        )
        self._context.open(dialog, answered)

    async def _delete_all(self, batches: Sequence[Batch]) -> None:
        self.outcomes, self._stopping = [], False
        nouns = {batch.noun for batch in batches}
        self._noun = nouns.pop() if len(nouns) == 1 else "item"
        try:
            for batch in batches:
                await self._delete(batch)
            gone = self._gone()
            await self._listed.take_gone(gone)  # before anybody may ask for them again
        finally:
            self.running = False
            self._context.working("delete", "")
        self._show(len(self.outcomes))
        if gone:
            self.deleted()
        await self._listed.fetch()

    async def _delete(self, batch: Batch) -> None:
        before, ids = self.outcomes, batch.ids(self._gone())
        came: list[Outcome] = []
        of = len(before) + len(ids)

        def show() -> None:
            self.outcomes = [*before, *came]
            self._show(of)
            if len(came) < len(ids) and not self._stopping:
                doing = f"{self.act.doing} {len(came) + 1} of {plural(len(ids), batch.noun)}"
                self._context.working("delete", doing)

        def told(outcome: Outcome, _: ServiceError | None) -> None:
            came.append(outcome)
            show()

        show()
        came = await batch.runs.run(ids, told, facts=batch.facts, stopped=lambda: self._stopping)
        self.outcomes = [*before, *came]

    def _gone(self) -> set[str]:
        return {outcome.id for outcome in self.outcomes if outcome.gone}

    def _show(self, of: int) -> None:
        self._panel.show(summary(self.outcomes, of, self._noun, self.act))

    def close(self) -> bool:
        """Stop after the request under way, else close the results; return whether it did."""
        if self.running:
            self._stopping = True
            self._context.working("delete", "stopping after this one")
            return True
        if not self._panel.close():
            return False
        self.outcomes = []
        return True

    def copy_text(self) -> tuple[str, str] | None:
        """Return the results as text to copy and what they are called, while they are shown."""
        if not self.outcomes:
            return None
        count = len(self.outcomes)
        return summary(self.outcomes, count, self._noun, self.act), "The results"
