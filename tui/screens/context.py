"""What a controller may ask of the screen it serves and of the program around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tui.dispatch import start_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.app import App
    from textual.screen import Screen
    from textual.widget import Widget
    from textual.worker import Worker

    from tui.screens.base import ModeScreen
    from tui.screens.host import Host
    from tui.services.workspace import Workspace

T = TypeVar("T")


class ScreenContext:
    """Dialogs, remarks, errors and workers on a screen, without the screen itself."""

    def __init__(self, screen: ModeScreen) -> None:
        self._screen = screen

    @property
    def host(self) -> Host:
        """The program around the screen."""
        return self._screen.host

    @property
    def workspace(self) -> Workspace:
        """The workspace. Raises a ServiceError before there is one."""
        return self._screen.workspace

    @property
    def app(self) -> App[object]:
        """The app, for what asks questions of its own."""
        return self._screen.app

    @property
    def looked_at(self) -> bool:
        """Whether the screen is the one shown, with no dialog over it."""
        return self._screen.is_current

    @property
    def attached(self) -> bool:
        """Whether the screen is part of the program: not before it is shown or while it ends."""
        return self._screen.is_attached

    def open(self, dialog: Screen[T], answered: Callable[[T | None], Any] | None = None) -> None:
        """Open a dialog; `answered` is called with its answer."""
        self._screen.app.push_screen(dialog, answered)

    async def ask(self, dialog: Screen[T]) -> T | None:
        """Open a dialog and return its answer. For workers only."""
        return await self._screen.app.push_screen_wait(dialog)

    def tell(self, text: str, *, seconds: float | None = None) -> None:
        """Show a remark for a moment."""
        self._screen.notify(text, timeout=seconds, markup=False)

    def show_error(self, error: BaseException) -> None:
        """Show an error until it is closed."""
        self._screen.show_error(error)

    def clear_error(self) -> bool:
        """Close the error, if one is shown; tells whether there was."""
        return self._screen.clear_error()

    @property
    def error_text(self) -> str:
        """The error shown, as text; empty without one."""
        return self._screen.failure_text

    def note(self, text: str) -> None:
        """Say in the status line what the screen shows."""
        self._screen.note(text)

    def fetched(self, at: float | None) -> None:
        """Say when (unix time) the data shown was fetched."""
        self._screen.fetched(at)

    def working(self, name: str, text: str) -> None:
        """Show background work under a name of its own; an empty text ends it."""
        self._screen.host.working(name, text)

    def refresh_keys(self) -> None:
        """Have the key line show anew which commands may be given."""
        self._screen.refresh_bindings()

    def focus_unless_focused(self, widget: Widget) -> None:
        """Give a widget the focus, if none has it."""
        if self._screen.focused is None:
            widget.focus()

    def cancel(self, group: str) -> None:
        """End the workers of a group."""
        self._screen.workers.cancel_group(self._screen, group)

    def run(
        self,
        work: Callable[[], Coroutine[Any, Any, T]],
        *,
        group: str,
        description: str,
        exclusive: bool = True,
    ) -> Worker[T]:
        """Start a worker on the screen, which shows what it raises."""
        return start_worker(self._screen, work, group, description, exclusive=exclusive)
