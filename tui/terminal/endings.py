"""End on a signal: keep what is typed, and restore the terminal.

A signal asks the program to end as ctrl+q does. A second one, or a program that does not come
to its end, has the terminal put back from outside and the process ended at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
# How long an orderly end may take.
ORDERLY_S = 5.0
_WRITE_S = 0.5  # a terminal that takes nothing is waited for no longer
# Mouse, focus, paste, resize and key reports off, lines wrap, the first screen, a cursor.
RESET = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?1004l\x1b[?2004l\x1b[?2048l"
    "\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[0m"
)


class Ending(Protocol):
    """The program, as its end needs it."""

    def end_soon(self, code: int) -> bool:
        """Begin to end with an exit code; False when it does not run yet. Safe in a handler."""

    def keep_typed(self) -> None:
        """Write what is typed to disk. Blocks."""


class Endings:
    """Handles the signals that end a program, while it is entered."""

    def __init__(self, program: Ending) -> None:
        self._program = program
        self._ending = False
        self._before: dict[int, Any] = {}
        self._attributes = _attributes()

    def __enter__(self) -> None:
        """Take the signals, but for those this process was started to ignore (nohup)."""
        for number in SIGNALS:
            before = signal.getsignal(number)
            if before is not signal.SIG_IGN:
                self._before[number] = before
                signal.signal(number, self._on_signal)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the signals back; an error that came this far leaves the terminal in order."""
        for number, before in self._before.items():
            signal.signal(number, before)
        if error is not None:
            restore(self._attributes)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._ending or not self._program.end_soon(128 + number):
            self._end_now(number)
            return
        self._ending = True
        late = threading.Timer(ORDERLY_S, self._end_now, (number,))
        late.daemon = True
        late.start()

    def _end_now(self, number: int) -> None:
        _briefly(self._program.keep_typed)
        restore(self._attributes)
        os._exit(128 + number)


def restore(attributes: list[Any] | None) -> None:
    """Put the terminal back to how a shell expects it."""
    import termios

    _briefly(lambda: _write(RESET))
    if attributes is not None:
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(0, termios.TCSANOW, attributes)


def _attributes() -> list[Any] | None:
    import termios

    try:
        return termios.tcgetattr(0)
    except (termios.error, OSError):
        return None


def _write(text: str) -> None:
    with contextlib.suppress(OSError, AttributeError):
        os.write(sys.__stderr__.fileno(), text.encode())  # type: ignore[union-attr]


def _briefly(act: Callable[[], object]) -> None:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(_WRITE_S)


def has_shell() -> bool:
    """Whether there is a shell with job control to go back to when this program is stopped.

    A program that leads its session, or is of its leader's group, would stand still for good.
    """
    return os.getsid(0) != os.getpgrp()
