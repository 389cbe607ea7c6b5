"""The form of a new job, as its controllers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.app import App
    from textual.screen import Screen
    from textual.worker import Worker

    from tui.core.jobs.jobs import Job
    from tui.services.jobs.drafts import Draft
    from tui.services.workspace import Workspace

T = TypeVar("T")


class JobForm(Protocol):
    """What is typed, what is said about it, and dialogs and workers on top of it."""

    @property
    def workspace(self) -> Workspace:
        """The workspace the job is made in."""

    @property
    def app(self) -> App[object]:
        """The app, for what asks questions of its own."""

    @property
    def draft(self) -> Draft:
        """What stands in the fields."""

    @property
    def field(self) -> str:
        """The name of the field that has the focus, or an empty text."""

    @property
    def busy(self) -> bool:
        """Whether a job is being made, and the fields are disabled."""

    def fill(self, field: str, value: str) -> None:
        """Put a value into a field."""

    def fill_all(self, draft: Draft) -> None:
        """Put a whole draft into the form."""

    def say(self, field: str, problem: str) -> None:
        """Show what is wrong with a field below it; an empty text shows nothing."""

    def go_to(self, field: str) -> None:
        """Put the focus on a field."""

    def next_field(self) -> None:
        """Put the focus on the next field."""

    def hide_error(self) -> bool:
        """Close the error, if one is shown; tells whether there was."""

    def show_progress(self, text: str, *, busy: bool) -> None:
        """Say what is being done; while `busy` the fields are disabled."""

    def open(self, dialog: Screen[T], answered: Callable[[T | None], Any]) -> None:
        """Open a dialog; `answered` is called with its answer."""

    async def ask(self, dialog: Screen[T]) -> T | None:
        """Open a dialog and return its answer. For workers only."""

    def run(
        self,
        work: Callable[[], Coroutine[Any, Any, None]],
        *,
        group: str,
        description: str,
        exclusive: bool = True,
    ) -> Worker[None]:
        """Start a worker, whose error the form shows."""

    def later(self, call: Callable[[], None]) -> None:
        """Call a function soon, unless the form is closed by then."""

    def tell(self, text: str, *, seconds: float | None = None) -> None:
        """Show a remark for a moment."""

    def close(self, job: Job | None) -> None:
        """Close the form with the job created, or without one."""
