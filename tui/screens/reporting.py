"""Show errors: their wording, and where those of workers go.

Textual sends a worker's end to the node that started it and no further. The app, every mode's
screen and every dialog hand it to `show_worker_error`; a test looks for nodes that do not.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tui.commands import key_hint, key_of
from tui.core.text.masking import mask
from tui.screens.app_words import in_app
from tui.services.errors import Refused, ServiceError, Unanswered, Unreachable, words_of
from tui.widgets.frame.error_panel import Failure

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.worker import Worker, WorkerState

    from tui.dispatch import Dispatcher
    from tui.services.settings.profile import Profile


log = logging.getLogger(__name__)


# Behind every error, and the results of deleting: how to be rid of it, and how to keep it.
# What a key says that asks again: often nothing has changed, and nothing else is to be seen.
ASKING = "Asking the provider now."


def panel_keys() -> str:
    """Return what is said, with the keys in use."""
    return f"{key_hint('app.escape', 'closes')} · {key_hint('app.copy', 'copies')}"


def _lab() -> str:
    return f"{key_hint('app.profile', 'changes')} to lab, which works here without network or key."


def failure_of(error: BaseException, profile: Profile | None = None) -> Failure:
    """Return what to show for an error; one nobody foresaw is named as what it is.

    Where the profile's provider cannot be worked with at all, it names what can be.
    """
    if isinstance(error, ServiceError):
        step = in_app(error.next_step)
        if profile is not None and profile.kind != "lab" and _useless(error):
            step = f"{step} {_lab()}".strip()
        return Failure(error.title, in_app(error.cause), step, error.request_id or "")
    return Failure(
        "Something unforeseen went wrong",
        mask(words_of(error)),
        "Nothing typed is lost. Try again; if it stays, copy this with "
        f"{key_of('app.copy')} and report it.",
    )


def _useless(error: ServiceError) -> bool:
    """Whether nothing can be done with this provider: no network, or a wrong key."""
    wrong_key = isinstance(error, Refused) and error.status == 401
    return wrong_key or isinstance(error, Unreachable | Unanswered)


def log_error(error: BaseException) -> None:
    """Log an error that is shown; of one nobody foresaw, where it came from too."""
    if isinstance(error, ServiceError):
        asked = f" ({error.request_id})" if error.request_id else ""
        log.warning("%s: %s%s", error.title, error.cause, asked)
    else:
        log.error("%s", words_of(error), exc_info=error)


@runtime_checkable
class ShowsErrors(Protocol):
    """Something on the terminal that can show an error until it is closed."""

    def show_error(self, error: BaseException) -> None:
        """Show an error until it is closed."""


def carry_out(dispatcher: Dispatcher, command_id: str, node: DOMNode) -> None:
    """Run a command's handler; what refuses it at once is shown, as what a worker raises is."""
    try:
        dispatcher.run(command_id, node)
    except ServiceError as error:
        if not isinstance(node, ShowsErrors):
            raise
        node.show_error(error)


def show_worker_error(node: ShowsErrors, event: Worker.StateChanged) -> None:
    """Show what a worker of this node has raised, if it has; workers never end the program."""
    state: WorkerState = event.state
    if state.name == "ERROR" and event.worker.error is not None:
        node.show_error(event.worker.error)
