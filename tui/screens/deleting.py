"""Lists of things at the provider that can be marked and deleted, with a result for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.core.text.text import plural, visible
from tui.screens.base import ModeScreen
from tui.services.errors import ReadOnly, ServiceError, Unanswered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult

    from tui.core.provider.records import Deleted


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
    lines = [f"Deleted {gone} of {plural(of, noun)}{going_on} · esc closes · y copies"]
    return "\n".join([*lines, *(outcome.line for outcome in outcomes)])


class DeletingScreen(ModeScreen):
    """The part of such a screen that deletes. Subclasses list, and say what is listed."""

    NOUN: ClassVar[str] = ""
    DEFAULT_CSS = """
    DeletingScreen {
        #outcomes {
            display: none; height: auto; max-height: 8; padding: 0 1;
            background: $boost; border-left: thick $accent;
        }
        #outcomes.-shown { display: block; }
        #outcomes-text { height: auto; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.marked: set[str] = set()  # ids
        self.outcomes: list[Outcome] = []
        self.deleting = False

    def compose_outcomes(self) -> ComposeResult:
        """Lay out the panel with what came of deleting."""
        with VerticalScroll(id="outcomes", can_focus=False):
            yield Static(id="outcomes-text", markup=False)

    def listed_ids(self) -> set[str]:
        """Return the ids of what the list holds now."""
        raise NotImplementedError

    async def fetch(self) -> None:
        """List anew. Raises ServiceError."""
        raise NotImplementedError

    def deleted(self) -> None:
        """Take note that something is gone."""

    def check_writable(self) -> None:
        """Raise ReadOnly where nothing may be deleted."""
        profile = self.workspace.profile
        if profile.read_only:
            raise ReadOnly(
                "Nothing is deleted here",
                f"profile {profile.name} is read-only",
                "Use another profile (F2), or remove read_only from the configuration.",
            )

    @work(group="delete", exit_on_error=False, description="delete")
    async def delete_all(
        self, ids: Sequence[str], delete: Callable[[str], Awaitable[Deleted]]
    ) -> None:
        """Delete one after the other, then look in a fresh list where an answer was lost.

        `delete` belongs to the profile it was asked for, even if another is chosen meanwhile.
        """
        self.deleting = True
        self.outcomes = []
        unsure: set[str] = set()
        try:
            for number, one in enumerate(ids, 1):
                self.host.working("delete", f"deleting {number} of {len(ids)}")
                try:
                    answer = await delete(one)
                    cause = "" if answer.deleted else "the provider did not say it is gone"
                except ServiceError as error:
                    cause = error.brief
                    unsure |= {one} if isinstance(error, Unanswered) else set()
                self.outcomes.append(Outcome(one, cause))
                self._show_outcomes(len(ids))
        finally:
            self.deleting = False
            self.host.working("delete", "")
        self.marked -= {outcome.id for outcome in self.outcomes if not outcome.cause}
        await self.fetch()
        listed = self.listed_ids()
        self.outcomes = [Outcome(o.id) if o.id in unsure - listed else o for o in self.outcomes]
        self._show_outcomes(len(ids))
        if any(not outcome.cause for outcome in self.outcomes):
            self.deleted()

    def _show_outcomes(self, of: int) -> None:
        text = visible(summary(self.outcomes, of, self.NOUN))
        self.query_one("#outcomes-text", Static).update(text)
        self.query_one("#outcomes").add_class("-shown")

    def close_outcomes(self) -> bool:
        """Close the panel with the results; tells whether it was open."""
        panel = self.query_one("#outcomes")
        if not panel.has_class("-shown") or self.deleting:
            return False
        panel.remove_class("-shown")
        self.outcomes = []
        return True

    def copy_outcomes(self) -> tuple[str, str] | None:
        """Return the results as text to copy and what they are called, while they are shown."""
        if not self.outcomes:
            return None
        return summary(self.outcomes, len(self.outcomes), self.NOUN), "The results"
