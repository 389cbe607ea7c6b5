"""Textual's pilot, made quicker and surer.

It waits for a new size to be taken on and until there is nothing to do, however long or short that
is; it asks only those for messages that have any, and screens that nobody sees are drawn once it
has waited, not for every change.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from textual import app as textual_app
from textual import pilot as textual_pilot
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from textual.app import ScreenStackError
from textual.geometry import Region
from textual.pilot import Pilot

from tests.until import LIMIT_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from rich.console import RenderableType
    from textual.app import App
    from textual.geometry import Size
    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.strip import Strip

_resize = Pilot.resize_terminal
_pause = Pilot.pause
_wait_for_screen = Pilot._wait_for_screen
_render_update = Compositor.render_update
_render_strips = Compositor.render_strips
_run_in_executor: Any = asyncio.BaseEventLoop.run_in_executor
_AT_LATEST_S = 0.5

_in_threads: WeakKeyDictionary[Any, set[asyncio.Future[Any]]] = WeakKeyDictionary()
_WITHOUT_BELOW: WeakSet[Compositor] = WeakSet()
_IDLE_ROUNDS = 3  # of the loop, in which nothing came
_LOOK_S = 0.004  # between looks whether threads are done
_WAITS_S = 0.02  # in which a thread that works takes the processor
_SOON_S = 0.02  # what comes within it belongs to what was done


async def resize_terminal(self: Pilot[Any], width: int, height: int) -> None:
    """Give the terminal another size, and return once the screen is laid out in it.

    As it comes, it only waits for a moment, in which a busy machine may not get to that.
    """
    await _resize(self, width, height)
    deadline = time.monotonic() + LIMIT_S
    while self.app._running and self.app.screen._compositor.size != (width, height):
        assert time.monotonic() < deadline, "the screen does not take on its new size"
        await asyncio.sleep(0.01)


class _Busy:
    """An app with its screen, of which only the busy widgets are to be waited for."""

    def __init__(self, app: Any, pumps: Sequence[MessagePump]) -> None:
        self.app = self.screen = self  # all that the pilot asks for
        self._exception_event = app._exception_event
        self._pumps = pumps

    def walk_children(self, *, with_self: bool) -> Sequence[MessagePump]:
        """Return them."""
        assert with_self
        return self._pumps

    def call_later(self, _call: object) -> bool:
        """Do nothing: the app is among the others, if it is busy."""
        return False


def _idles(pump: MessagePump) -> bool:
    """Whether it waits for a message: none is on its way or being worked on."""
    queue = pump._message_queue
    return (
        pump._pending_message is None
        and not queue.values
        and any(not one.done() for one in queue.ready_event._waiters)  # type: ignore[attr-defined]
    )


async def wait_for_screen(self: Pilot[Any]) -> bool:
    """Return once the screen and its children have processed the messages they have.

    As it comes, it sends one to each of a hundred widgets, and each then looks for what else is
    to do: a fifth of what a key costs.
    """
    try:
        pumps = [self.app, *self.app.screen.walk_children(with_self=True)]
    except ScreenStackError:
        return False
    busy = [pump for pump in pumps if not _idles(pump)]
    if not busy:
        await asyncio.sleep(0)
    elif not await _wait_for_screen(_Busy(self.app, busy)):  # type: ignore[arg-type]
        return False
    return True


def run_in_executor(self: asyncio.BaseEventLoop, *given: Any) -> asyncio.Future[Any]:
    """Do something in a thread, and know of it until it is done."""
    future = _run_in_executor(self, *given)
    jobs = _in_threads.setdefault(self, set())
    jobs.add(future)
    future.add_done_callback(jobs.discard)
    return future


async def wait_for_idle(_min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Return once nothing is to be done, be it by a thread, save what others have to do first.

    As it comes, it sleeps again and again while the process is at work at all, whatever at: most of
    the time of a test.
    """
    loop: Any = asyncio.get_running_loop()
    began, idle = time.monotonic(), 0
    since, used = 0.0, 0.0  # when only threads have had something to do, and what they have used
    soon = loop.time() + _SOON_S
    while idle < _IDLE_ROUNDS and time.monotonic() - began < max_sleep:
        await asyncio.sleep(0)
        idle += 1
        if loop._ready:
            idle, since = 0, 0.0
        elif _draws(active_app.get(None)):
            idle = 0
        elif _in_threads.get(loop):
            if not since:
                since, used = time.monotonic(), time.process_time()
            await asyncio.sleep(_LOOK_S)
            idle = 0
            if time.monotonic() - since > _WAITS_S:
                if time.process_time() - used < _WAITS_S / 10:
                    return  # it waits for something itself
                since = 0.0
        elif (due := _due(loop)) <= soon:
            await asyncio.sleep(max(0, due - loop.time()))
            idle = 0


def _due(loop: Any) -> float:
    """Return the time of the loop at which it has something to do next."""
    return min((one._when for one in loop._scheduled if not one._cancelled), default=math.inf)


def _draws(app: App[Any] | None) -> bool:
    """Lay the screen out where that is to be done in a moment; return whether it was."""
    if app is None or not app._running or not app._screen_stack:
        return False
    screen = app.screen
    if not screen.is_running or not screen._update_timer._active.is_set():
        return False
    screen._on_timer_update()
    return True


async def pause(self: Pilot[Any], delay: float | None = None) -> None:
    """Wait until nothing is done any more, or this many seconds."""
    await _pause(self, delay)
    paint(self.app)


def paint(app: App[Any]) -> None:
    """Draw what has changed of the screen on top, unless it has to be laid out before."""
    if not app._running or app._batch_count or not app._screen_stack:
        return
    screen = app.screen
    if screen._layout_required or screen._scroll_required or not screen.is_running:
        return  # it is drawn after that
    if screen._compositor._dirty_regions:
        try:
            _draw(screen._compositor, app._background_screens)
        except Exception as error:  # noqa: BLE001 - the app ends by it, as it would by itself
            app._handle_exception(error)


def _draw(compositor: Compositor, below: list[Screen[Any]]) -> None:
    """Have the widgets draw what has changed, without making lines of the screen of it.

    Nor is what is below a dialog drawn with each change of it, but once somebody looks.
    """
    visible_screen_stack.set([])
    if below:
        _WITHOUT_BELOW.add(compositor)
    changed = Region.from_union(compositor._dirty_regions)
    compositor._dirty_regions.clear()
    for _ in compositor._get_renders(changed.intersection(compositor.size.region)):
        pass  # each is drawn as it is asked for


def _draw_below(compositor: Compositor) -> None:
    """Have a dialog draw again with what is below it, if it was drawn without."""
    if compositor in _WITHOUT_BELOW and compositor.root is not None:
        _WITHOUT_BELOW.discard(compositor)
        compositor.root._layout_cache.clear()
        compositor.root._set_dirty()
        visible_screen_stack.set(compositor.root.app._background_screens)


def render_strips(self: Compositor, size: Size | None = None) -> list[Strip]:
    """Draw all of the screen."""
    _draw_below(self)
    return _render_strips(self, size)


def render_update(
    self: Compositor,
    full: bool = False,
    screen_stack: list[Screen[Any]] | None = None,
    simplify: bool = False,
) -> RenderableType | None:
    """Draw an update; where there is no terminal, only keep in mind what has changed.

    What is drawn there is thrown away, and it takes a third of the time of a test: it is drawn
    when the pilot has waited, and else a moment later, for whoever is looked at by being drawn.
    """
    app = self.root.app if self.root else None
    if full or app is None or not app.is_headless:
        _draw_below(self)
        return _render_update(self, full, screen_stack, simplify)
    asyncio.get_running_loop().call_later(_AT_LATEST_S, paint, app)
    return None


def be_patient() -> None:
    """Have all pilots and the screens of their apps do so."""
    Pilot.resize_terminal = resize_terminal  # type: ignore[method-assign]
    Pilot.pause = pause  # type: ignore[method-assign]
    Pilot._wait_for_screen = wait_for_screen  # type: ignore[method-assign]
    Compositor.render_update = render_update  # type: ignore[method-assign]
    Compositor.render_strips = render_strips  # type: ignore[method-assign]
    textual_app.wait_for_idle = textual_pilot.wait_for_idle = wait_for_idle
    asyncio.BaseEventLoop.run_in_executor = run_in_executor  # type: ignore[assignment, method-assign]


def paint_at_once(patch: pytest.MonkeyPatch) -> None:
    """Have screens draw each change as it comes: for tests of how often they do."""
    patch.setattr(Compositor, "render_update", _render_update)
