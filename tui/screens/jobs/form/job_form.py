"""The interface of the form of a new job that its controllers rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.jobs.jobs import Job
    from tui.screens.controller_context import Context
    from tui.services.jobs.drafts import Draft
    from tui.services.workspace import Workspace


class JobForm(Protocol):
    """What is typed, what is said about it, and dialogs and workers on top of it."""

    context: Context

    @property
    def workspace(self) -> Workspace:
        """The workspace the job is made in."""

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
        """Close the error, if one is shown; return whether there was."""

    def show_progress(self, text: str, *, busy: bool) -> None:
        """Say what is being done; while `busy` the fields are disabled."""

    def later(self, call: Callable[[], None]) -> None:
        """Call a function soon, unless the form is closed by then."""

    def close(self, job: Job | None) -> None:
        """Close the form with the job created, or without one."""
