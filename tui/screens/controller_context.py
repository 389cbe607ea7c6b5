"""What a controller may ask of the screen or app it serves, and of the program around it."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from tui.dispatch import start_worker
from tui.loop_time import AfterLoopTime
from tui.screens.host import host_of
from tui.services.errors import InputError
from tui.tuning import import_between_keys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator
    from contextlib import AbstractContextManager

    from textual.app import App
    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.widget import Widget
    from textual.worker import Worker

    from tui.screens.base import ModeScreen
    from tui.screens.dialogs.base import Dialog
    from tui.screens.host import Host
    from tui.services.workspace import Workspace

T = TypeVar("T")


class Context:
    """Dialogs, remarks, errors and workers on a screen or the app, without that itself."""

    def __init__(self, node: App[Any] | Screen[Any]) -> None:
        self._node = node

    @property
    def app(self) -> App[object]:
        """The app, for what asks questions of its own."""
        return self._node.app

    def open(
        self, dialog: Screen[T], answered: Callable[[T | None], Any] | None = None
    ) -> Awaitable[object]:
        """Open a dialog at once; `answered` is called with its answer."""
        return self.app.push_screen(dialog, answered)

    async def ask(self, dialog: Screen[T]) -> T | None:
        """Open a dialog and return its answer. For workers only."""
        return await self.app.push_screen_wait(dialog)

    def tell(self, text: str, *, seconds: float | None = None, warning: bool = False) -> None:
        """Show a remark for a moment."""
        severity: SeverityLevel = "warning" if warning else "information"
        self._node.notify(text, severity=severity, timeout=seconds, markup=False)

    def run(
        self,
        work: Callable[..., Coroutine[Any, Any, T]],
        *args: object,
        group: str,
        description: str,
        exclusive: bool = True,
    ) -> Worker[T]:
        """Start a coroutine function as a worker; what it raises is shown."""
        return start_worker(
            self._node, partial(work, *args), group, description, exclusive=exclusive
        )

    async def until_painted(self) -> None:
        """Wait until what there is now has been painted, which goes first."""
        done = asyncio.Event()
        self._node.screen.call_after_refresh(done.set)
        await done.wait()

    async def load(self, name: str) -> None:
        """Import a module off the loop; keys go first."""
        host = host_of(self._node)
        await asyncio.to_thread(import_between_keys, name, lambda: host.quiet_for)


class DialogContext(Context):
    """What a controller may do with a dialog and with the program around it."""

    @property
    def workspace(self) -> Workspace:
        """The workspace. Raises InputError before there is one."""
        workspace = host_of(self._node).workspace
        if workspace is None:
            raise InputError("Not ready yet", "the profile is being opened", "Try again.")
        return workspace

    def working(self, name: str, text: str) -> None:
        """Show background work under a name of its own; an empty text ends it."""
        host_of(self._node).working(name, text)


class Holding(Protocol):
    """A context that can let keys wait."""

    def holding(self) -> AbstractContextManager[None]:
        """Let keys wait as long as this lasts."""


class InScreen(Protocol):
    """A controller of a screen, or of the program."""

    @property
    def _context(self) -> Holding: ...


@contextmanager
def hold_keys(screen: ModeScreen | Dialog[Any]) -> Iterator[None]:
    """Let keys for a screen wait as long as this lasts."""
    screen.waiting += 1
    try:
        yield
    finally:
        screen.waiting -= 1


C = TypeVar("C", bound=InScreen)
P = ParamSpec("P")
_OPENS_WITHIN_S = 0.3  # a command that works for longer holds no keys back


def opens(
    command: Callable[Concatenate[C, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[C, P], Coroutine[Any, Any, None]]:
    """Let keys typed behind a command wait until it has opened what they are meant for."""

    @wraps(command)
    async def begin(self: C, /, *args: P.args, **kwargs: P.kwargs) -> None:
        with ExitStack() as hold:
            hold.enter_context(self._context.holding())
            AfterLoopTime(_OPENS_WITHIN_S, hold.close)
            await command(self, *args, **kwargs)

    return begin


class ScreenContext(Context):
    """What a controller may do with a screen and with the program around it."""

    def __init__(self, screen: ModeScreen) -> None:
        super().__init__(screen)
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
    def looked_at(self) -> bool:
        """Whether the screen is the one shown, with no dialog over it."""
        return self._screen.is_current

    @property
    def attached(self) -> bool:
        """Whether the screen is part of the program: not before it is shown or while it ends."""
        return self._screen.is_attached

    def show_error(self, error: BaseException) -> None:
        """Show an error until it is closed."""
        self._screen.show_error(error)

    def clear_error(self) -> bool:
        """Close the error, if one is shown; return whether there was."""
        return self._screen.clear_error()

    def clear_errors(self, *answered: BaseException | None) -> None:
        """Close the error shown if it is one of these: what it told of has been answered."""
        shown = self._screen.error
        if shown is not None and any(one is shown for one in answered):
            self._screen.clear_error()

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
        """Have the key line show again which commands may be given."""
        self._screen.refresh_bindings()

    def holding(self) -> AbstractContextManager[None]:
        """Let keys for the screen wait as long as this lasts."""
        return hold_keys(self._screen)

    def focus_unless_focused(self, widget: Widget) -> None:
        """Give a widget the focus, if none has it."""
        if self._screen.focused is None:
            widget.focus()

    def cancel(self, group: str) -> None:
        """End the workers of a group."""
        self._screen.workers.cancel_group(self._screen, group)
