"""Tuning of the interpreter and of Textual for latency; tests/bench/tuning.py measures it."""

from __future__ import annotations

import gc
import sys
import threading
import time
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from textual.screen import Screen

# Painting makes many small objects that refer to each other; few of them are garbage. Looking
# through this many takes 2 ms, in which no key is answered; through all of them far longer.
_GC_AFTER = (3_000, 10, 50)
# How long a thread that computes may keep the loop waiting, each time the loop has looked for
# input: once for every message a key brings about.
_SWITCH_S = 0.0005

# Loading waits for keys this long after the last (one held down comes every 30 ms), but not longer
# than that in all.
_REST_S, _LOADED_BY_S = 0.06, 2.0
_LOOK_S = 0.01

_changing_finders = threading.Lock()

_collects = False  # here, from the time on that it has been asked for


def share_the_interpreter() -> None:
    """Let a thread that computes give way to the loop ten times as often as Python would."""
    sys.setswitchinterval(_SWITCH_S)


def collect_from_now_on() -> None:
    """Begin to collect garbage, where the command line has started us without.

    What has been made by now stays, and need not be looked through.
    """
    global _collects  # noqa: PLW0603 - the collector is one a process, too
    if not gc.isenabled():
        _collects = True
        gc.freeze()
        gc.enable()
        gc.set_threshold(*_GC_AFTER)


@contextmanager
def not_collecting() -> Iterator[None]:
    """Collect no garbage while hundreds of modules are loaded, none of which is any.

    A key would wait for it. Only where `collect_from_now_on` has been called.
    """
    if _collects:  # to ask the collector itself takes it a tenth of a second
        gc.disable()
    try:
        yield
    finally:
        if _collects:
            gc.freeze()
            gc.enable()


class _GivingWay:
    """Finds no module, but has one thread wait before each that it imports, while keys come.

    It holds the lock of all imports meanwhile. A key that imports something itself waits for it,
    and is the last for so long: after `_REST_S` both go on.
    """

    def __init__(self, quiet_for: Callable[[], float]) -> None:
        self._quiet_for = quiet_for
        self._thread = threading.get_ident()
        self._latest = time.monotonic() + _LOADED_BY_S

    def find_spec(self, _name: str, _path: object, _target: object = None) -> None:
        """Wait where it is that thread which imports."""
        if threading.get_ident() == self._thread:
            while self._quiet_for() < _REST_S and time.monotonic() < self._latest:
                time.sleep(_LOOK_S)


def import_between_keys(name: str, quiet_for: Callable[[], float]) -> None:
    """Import a module in the thread that calls this, while no key has come for a moment.

    `quiet_for` tells the seconds since the last. Beside an import a key takes several times as
    long as alone. Raises ImportError.
    """
    if name in sys.modules:
        return
    finder = _GivingWay(quiet_for)
    with _changing_finders:
        sys.meta_path = [finder, *sys.meta_path]
    try:
        import_module(name)
    finally:
        # Another list, not a shorter one: another thread that is just asking one finder after the
        # other would leave one out, and not find a module that is there.
        with _changing_finders:
            sys.meta_path = [one for one in sys.meta_path if one is not finder]


def take_styles_as_new(screen: Screen[Any]) -> None:
    """Tell Textual that the styles of a screen made just now are up to date.

    It would take them for old ones, and parse those of the whole program twice before it shows a
    mode for the first time.
    """
    with suppress(RuntimeError, AttributeError):  # no app yet; or Textual has changed
        screen._css_update_count = screen.app._css_update_count  # noqa: SLF001
