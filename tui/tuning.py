"""Tuning of the interpreter and of Textual for latency; tests/bench/tuning.py measures it."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from textual.screen import Screen

# Painting makes many small objects that refer to each other; few of them are garbage. Looking
# through this many takes 2 ms, in which no key is answered; through all of them far longer.
_GC_AFTER = (3_000, 10, 50)
# How long a thread that computes may keep the loop waiting, each time the loop has looked for
# input: once for every message a key brings about.
_SWITCH_S = 0.0005


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


def take_styles_as_new(screen: Screen[Any]) -> None:
    """Tell Textual that the styles of a screen made just now are up to date.

    It would take them for old ones, and parse those of the whole program twice before it shows a
    mode for the first time.
    """
    with suppress(RuntimeError, AttributeError):  # no app yet; or Textual has changed
        screen._css_update_count = screen.app._css_update_count  # noqa: SLF001
