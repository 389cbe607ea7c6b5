"""No worker ends in silence: what it raises is shown where it was started.

Textual sends a worker's end to the node that started it and no further. Every screen, dialog and
widget of ours that starts one inherits `ReportsErrors`; a test looks for those that do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.text.masking import mask
from tui.services.errors import Refused, ServiceError, Unanswered, Unreachable, words_of
from tui.widgets.error_panel import Failure

if TYPE_CHECKING:
    from textual.worker import Worker, WorkerState

    from tui.services.settings.profiles import Profile


_LAB = "F2 changes to lab, which works here without network or key."


def failure_of(error: BaseException, profile: Profile | None = None) -> Failure:
    """Return what to show for an error; one nobody foresaw is named as what it is.

    Where the profile's provider cannot be worked with at all, it names what can be.
    """
    if isinstance(error, ServiceError):
        step = error.next_step
        if profile is not None and profile.kind != "lab" and _useless(error):
            step = f"{step} {_LAB}".strip()
        return Failure(error.title, error.cause, step, error.request_id or "")
    return Failure(
        "Something unforeseen went wrong",
        mask(words_of(error)),
        "Nothing typed is lost. Try again; if it stays, copy this with y and report it.",
    )


def _useless(error: ServiceError) -> bool:
    """Whether nothing can be done with this provider: no network, or a wrong key."""
    wrong_key = isinstance(error, Refused) and error.status == 401
    return wrong_key or isinstance(error, Unreachable | Unanswered)


class ReportsErrors:
    """The part of a node that shows what its workers raise; the node says how."""

    def show_error(self, error: BaseException) -> None:
        """Show an error until it is closed."""
        raise NotImplementedError

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show a worker's error where it happened; workers never end the program."""
        state: WorkerState = event.state
        if state.name == "ERROR" and event.worker.error is not None:
            self.show_error(event.worker.error)
