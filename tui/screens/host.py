"""The interface of the app that screens rely on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from textual.dom import DOMNode

    from tui.core.chat.saved import Chat
    from tui.core.chat.start import ChatStart
    from tui.core.compare.sides.compare_request import CompareAsked
    from tui.screens.tour import Tour
    from tui.services.errors import ServiceError
    from tui.services.jobs.drafts import Draft
    from tui.services.workspace import Workspace
    from tui.widgets.frame.passing_remark import Remark
    from tui.widgets.frame.status_line import Status


class Host(Protocol):
    """The app, as screens see it."""

    workspace: Workspace | None
    unopened: ServiceError | None  # why there is no workspace
    painted: bool  # the first frame is on the terminal; before, no more is made than it shows
    status: Status
    said: Remark
    tour: Tour
    remarks: tuple[str, ...]  # what is wrong with the configuration
    example_asked: int | None
    chat_start: ChatStart | None  # what Chat is to begin with
    compare_asked: CompareAsked | None
    quiet_for: float  # seconds since a key was pressed last
    brought_back: bool  # the open dataset is that of the last time, which nobody has named

    def remembered(self, mode: str) -> Mapping[str, Any]:
        """Return what a mode's screen is to come back with, empty for nothing."""

    def show_mode(self, mode: str) -> None:
        """Go to a mode."""

    def show_one(self, mode: str, one: str) -> None:
        """Go to a mode, to one of its things: a dataset by its path, the others by their ids."""

    def show_example(self, position: int) -> None:
        """Go to Datasets, to the row at this position (0-based) of the open dataset."""

    def chat_with(self, model: str) -> None:
        """Go to Chat with this model chosen."""

    def open_chat(self, chat: Chat | int) -> None:
        """Go to Chat and go on there with a chat: one not saved yet, or a saved one by its id."""

    def compare(self, asked: CompareAsked) -> None:
        """Go to Compare with these models or this prompt."""

    def train_on(self, what: str | Draft, left: Callable[[], None] | None = None) -> None:
        """Go to Jobs, with the form of a new job for an uploaded file, or filled in like this.

        Whoever leaves the form comes back to the mode this was called in; `left` is called in
        place of that.
        """

    async def switch_profile(self, name: str) -> bool:
        """Go on with another profile, after asking about what that ends; False for a no.

        For workers only. Raises ServiceError.
        """

    def complete(self, event: str) -> None:
        """Tell the tour that something has happened."""

    def working(self, name: str, text: str) -> None:
        """Show background work under a name of its own; an empty text ends it."""

    def copy_out(self, text: str, what: str) -> None:
        """Offer text to the clipboard and to a file."""


def host_of(node: DOMNode) -> Host:
    """Return the app a widget or screen lives in, as screens see it."""
    return cast("Host", node.app)


class ShowsWork(Protocol):
    """What can say which work is under way: the program, and the contexts of controllers."""

    def working(self, name: str, text: str) -> None:
        """Show background work under a name of its own; an empty text ends it."""


@contextmanager
def at_work(shows: ShowsWork, name: str, text: str) -> Iterator[None]:
    """Show work in the status line from its first moment until it has ended or failed."""
    shows.working(name, text)
    try:
        yield
    finally:
        shows.working(name, "")
