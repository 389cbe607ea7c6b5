"""Type-ahead: a key waits until the one before it has been handled; alt+key is esc and key.

Over a slow line several keys arrive at once. Textual hands all of them to what has the focus
at that moment, although the first may open a dialog that the others are meant for. Here a key
is handed on when the one before it has been dealt with, and when the screen it may have opened
can take keys. So is a key pressed while the program still starts, when it has started.

alt+key that no command has is what a terminal sends for escape and a key typed quickly, and
means these two, as in vim.

The other way round, what is painted is written as far as the line takes it (`terminal.cells`).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.message import Message

from tui.loop_time import AfterLoopTime
from tui.terminal.cells import display
from tui.terminal.keys import typed_after_escape
from tui.terminal.mouse import use_mouse

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType
    from textual.await_complete import AwaitComplete
    from textual.screen import Screen

    from tui.services.settings.terminal_settings import TerminalSettings

# No key is held back longer, should what it waits for never come: seconds in which the loop runs.
_LONGEST_S = 1.0
_LOOK_AGAIN_S = 0.02  # whether a command has opened what it waits to open


class TypeAhead(App[None]):
    """An app that deals with one key after the other."""

    @dataclass
    class Passed(Message, bubble=True):
        """Sent after a key, the same way: when it arrives here, the key has been dealt with."""

        number: int
        screen: Screen[object]

    _number = 0
    _waiting_for = 0  # the number of the key under way; 0 is none
    _waits = False  # whether it is still waited for
    _patience: AfterLoopTime | None = None  # ends that
    _guard: AfterLoopTime | None = None
    _starting = False  # a timer looks whether the program has started
    _last_key = 0.0  # monotonic seconds
    _shown_once = False  # a frame has been painted

    def __init__(self) -> None:
        super().__init__()
        self._ahead: deque[events.Key | events.Paste] = deque()
        # Whether a key or a paste is for what is not there yet, while the program starts; and
        # whether a key may not wait for those before it, as one that ends the program.
        self.early: Callable[[events.Key | events.Paste], bool] = lambda _typed: False
        self.urgent: Callable[[events.Key | events.Paste], bool] = lambda _typed: False
        self.acted: Callable[[], None] = lambda: None  # something was typed, clicked or pasted

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Have only the cells that changed written, where the driver can.

        Textual throws away what it paints before it has started all of the app. The first frame
        is whole by then, and is shown: painted again it would be there a tenth later.
        """
        held = self._batch_count and (self._shown_once or not display.is_whole(renderable))
        held = held or not self._running or self._closed or self._driver is None
        if held or not display.show(self, self._driver, renderable, sync=self._sync_available):
            super()._display(screen, renderable)
        else:
            self._shown_once = True
            self.post_display_hook()

    def use_terminal(self, settings: TerminalSettings) -> None:
        """Use the terminal as the configuration says."""
        shown = settings.cursor == "shown"
        display.use(self, self._driver, all_cells=settings.cells == "all", cursor=shown)
        use_mouse(self._driver, on=settings.mouse == "on")

    def on_resize(self) -> None:
        """Write all of it again."""
        display.forget(self, self._driver)

    async def on_event(self, event: events.Event) -> None:
        """Hold keys back while one is under way."""
        if isinstance(event, events.Key | events.MouseUp | events.Paste):
            self.acted()
        typed = events.Key | events.Paste
        if not isinstance(event, typed) or event.is_forwarded or self.urgent(event):
            await super().on_event(event)
        elif self.early(event):
            self._ahead.append(event)
            self._wait_for_start()
        elif self.holds_typed:
            self._ahead.append(event)
            self._guard_against_loss()
        else:
            await self._hand_on(event)

    def _wait_for_start(self) -> None:
        """Hand keys on as soon as what they are for is there."""
        if not self._starting:
            self._starting = True
            self.set_timer(_LOOK_AGAIN_S, self._look_for_start)

    async def _look_for_start(self) -> None:
        self._starting = False
        await self._hand_on_first()

    @property
    def holds_typed(self) -> bool:
        """Whether something typed has not been dealt with yet."""
        return bool(self._ahead) or (bool(self._waiting_for) and self._waits)

    @property
    def quiet_for(self) -> float:
        """The seconds since a key was pressed last."""
        return time.monotonic() - self._last_key

    async def _hand_on(self, event: events.Key | events.Paste) -> None:
        self._last_key = time.monotonic()
        second = self._second_of(event)
        if second is not None:
            self._ahead.appendleft(second)
            event = events.Key("escape", "\x1b")
        screen = self.screen
        target = self.focused or screen
        await super().on_event(event)
        self._number += 1
        closed = (
            screen not in self.screen_stack
        )  # at once, by the key: nothing in it tells any more
        if closed or target.post_message(self.Passed(self._number, screen)):
            self._wait_for(self._number)
            if closed:
                self.call_after_refresh(self._next, self._number)
            if second is not None:
                self._guard_against_loss()
        elif second is not None:
            self.call_next(self._hand_on_first)

    def _wait_for(self, number: int) -> None:
        self._end_wait()
        self._waiting_for, self._waits = number, True
        self._patience = AfterLoopTime(_LONGEST_S, self._end_wait)

    def _end_wait(self) -> None:
        self._waits = False
        if self._patience is not None:
            self._patience.stop()

    def _second_of(self, event: events.Key | events.Paste) -> events.Key | None:
        """Return the key that was typed after escape, where a key stands for both."""
        if not isinstance(event, events.Key) or getattr(self.screen, "takes_alt", False):
            return None
        second = typed_after_escape(event.key)
        known = second is not None and event.key in self.screen.active_bindings
        return None if known else second

    async def on_type_ahead_passed(self, message: Passed) -> None:
        """Hand the next key on, once a screen opened by this one can take it."""
        message.stop()
        if message.number != self._waiting_for:
            return
        for _ in range(3):  # a command that works in the background opens its dialog there
            await asyncio.sleep(0)
        if not self._screen_stack:  # the program has ended meanwhile
            return
        if getattr(self.screen, "waiting", 0) and self._waits:
            self.set_timer(_LOOK_AGAIN_S, partial(self.on_type_ahead_passed, message))
            return
        if self.screen is message.screen:
            # Behind what the key has asked for: a widget gets the focus by a message of its own.
            self.call_later(self._next, message.number)
        else:
            self.screen.call_after_refresh(self._next, message.number)

    def pop_screen(self) -> AwaitComplete:
        """Go back to the screen before. What tells that a key has passed may go with this one."""
        popped = super().pop_screen()
        if self._waiting_for:
            self.call_after_refresh(self._next, self._waiting_for)
        return popped

    def _next(self, passed: int) -> None:
        """Hand the next key on, unless that has been done since for this one."""
        if passed != self._waiting_for:
            return
        self._waiting_for = 0
        self._end_wait()
        if self._guard is not None:
            self._guard.stop()
            self._guard = None
        if self._ahead:
            self.call_next(self._hand_on_first)

    async def _hand_on_first(self) -> None:
        # Taken out only now: until then, keys that arrive see that others are before them.
        if self._ahead and self.early(self._ahead[0]):
            self._wait_for_start()
            return
        if self._ahead and not self._waiting_for:
            await self._hand_on(self._ahead.popleft())
        if self._ahead:
            self._guard_against_loss()

    def _guard_against_loss(self) -> None:
        if self._guard is None:
            self._guard = AfterLoopTime(_LONGEST_S, self._give_up_waiting)

    def _give_up_waiting(self) -> None:
        self._guard = None
        if not self._starting:
            self._next(self._waiting_for)
