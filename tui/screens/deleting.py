"""Delete things at the provider one after the other, and show a result for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.core.text.text import plural, visible
from tui.screens.dialogs.confirm import TypedConfirm
from tui.screens.reporting import PANEL_KEYS
from tui.services.errors import ReadOnly, ServiceError, Unanswered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from textual.app import ComposeResult

    from tui.core.provider.records import Deleted
    from tui.screens.controller_context import ScreenContext


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of deleting one thing; `cause` is empty when it is gone."""

    id: str
    cause: str = ""

    @property
    def line(self) -> str:
        """Return it as shown in the panel."""
        return f"✗ {self.id}: {self.cause}" if self.cause else f"✓ deleted {self.id}"


def summary(outcomes: Sequence[Outcome], of: int, noun: str) -> str:
    """Return the panel's text."""
    gone = sum(1 for outcome in outcomes if not outcome.cause)
    going_on = "" if len(outcomes) == of else " so far"
    lines = [f"Deleted {gone} of {plural(of, noun)}{going_on} · {PANEL_KEYS}"]
    return "\n".join([*lines, *(outcome.line for outcome in outcomes)])


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
        """Close it; tells whether it was open."""
        was_open = self.has_class("-shown")
        self.remove_class("-shown")
        return was_open


class DeletableList(Protocol):
    """The list that things are deleted from."""

    @property
    def ids(self) -> Collection[str]:
        """The ids of what is listed."""

    async def fetch(self) -> None:
        """List anew. Raises ServiceError."""

    def unmark(self, ids: Collection[str]) -> None:
        """Take the marks of these away."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before anything is deleted: a statement, and the words that mean yes."""

    title: str
    statement: str
    word: str
    also: tuple[str, ...] = ()


class Deletion:
    """Deletes after a typed word; what an answer was lost for is looked up in a fresh list."""

    def __init__(
        self, context: ScreenContext, panel: OutcomesPanel, listed: DeletableList, noun: str
    ) -> None:
        self._context, self._panel, self._listed, self._noun = context, panel, listed, noun
        self.outcomes: list[Outcome] = []
        self.running = False  # from the word typed to the last answer
        self.deleted: Callable[[], None] = lambda: None  # called once something is gone

    def check_writable(self) -> None:
        """Raise ReadOnly where nothing may be deleted."""
        profile = self._context.workspace.profile
        if profile.read_only:
            raise ReadOnly(
                "Nothing is deleted here",
                f"profile {profile.name} is read-only",
                "Use another profile (F2), or remove read_only from the configuration.",
            )

    def ask(
        self, question: Question, ids: Sequence[str], delete: Callable[[str], Awaitable[Deleted]]
    ) -> None:
        """Delete these once the word is typed.

        `delete` belongs to the profile it was asked for, even if another is chosen meanwhile.
        """

        def answered(yes: bool | None) -> None:
            if yes:
                self.running = True
                self._context.run(
                    partial(self._delete_all, ids, delete),
                    group="delete",
                    description="delete",
                    exclusive=False,
                )

        words = question.word, question.also
        self._context.open(TypedConfirm(question.title, question.statement, *words), answered)

    async def _delete_all(
        self, ids: Sequence[str], delete: Callable[[str], Awaitable[Deleted]]
    ) -> None:
        self.outcomes = []
        unsure: set[str] = set()
        try:
            for number, one in enumerate(ids, 1):
                self._context.working("delete", f"deleting {number} of {len(ids)}")
                try:
                    answer = await delete(one)
                    cause = "" if answer.deleted else "the provider did not say it is gone"
                except ServiceError as error:
                    cause = error.brief
                    unsure |= {one} if isinstance(error, Unanswered) else set()
                self.outcomes.append(Outcome(one, cause))
                self._show(len(ids))
        finally:
            self.running = False
            self._context.working("delete", "")
        self._listed.unmark(self._gone())
        await self._look_again(len(ids), unsure)

    async def _look_again(self, count: int, unsure: set[str]) -> None:
        """List anew: what is not listed any more is gone, whatever was answered."""
        await self._listed.fetch()
        lost = unsure - {*self._listed.ids}
        self.outcomes = [Outcome(o.id) if o.id in lost else o for o in self.outcomes]
        self._show(count)
        if self._gone():
            self.deleted()

    def _gone(self) -> set[str]:
        return {outcome.id for outcome in self.outcomes if not outcome.cause}

    def _show(self, of: int) -> None:
        self._panel.show(summary(self.outcomes, of, self._noun))

    def close(self) -> bool:
        """Close the panel with the results; tells whether it was open."""
        if self.running or not self._panel.close():
            return False
        self.outcomes = []
        return True

    def copy_text(self) -> tuple[str, str] | None:
        """Return the results as text to copy and what they are called, while they are shown."""
        if not self.outcomes:
            return None
        return summary(self.outcomes, len(self.outcomes), self._noun), "The results"
