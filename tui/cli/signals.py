"""Signals that end a command: while it works, and while it waits for whoever reads its output."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def cancelled() -> type[asyncio.CancelledError]:
    """Return what is raised where a command is broken off. Help and version do without asyncio."""
    import asyncio

    return asyncio.CancelledError


class EndedBySignal(Exception):  # noqa: N818 - no error of anybody's
    """A signal ended the command; `code` is what it ends with."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.code = 128 + signal_number


@dataclass(slots=True)
class _Command:
    """The command under way, the signal that came, and whether the command was told of it."""

    loop: asyncio.AbstractEventLoop
    task: asyncio.Task[object]
    came: int = 0
    told: bool = False
    writing: bool = False

    def end(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal. The loop runs no callback while the command writes."""
        # Whoever asks a second time does not want to wait for any cleaning up.
        again = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        self.loop.remove_signal_handler(number)
        signal.signal(number, again)
        self.came = self.came or number
        if self.writing:
            self.break_off()
        self.loop.call_soon_threadsafe(self._cancel)

    def break_off(self) -> None:
        """Raise CancelledError once, where the command is, if a signal has come."""
        if self.came and not self.told:
            self.told = True
            raise cancelled()

    def _cancel(self) -> None:
        if not self.told:
            self.told = True
            self.task.cancel()


_under_way: list[_Command] = []


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Cancel the running task at a signal, and raise Ended once it has cleaned up."""
    import asyncio

    task = asyncio.current_task()
    assert task is not None
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    command = _Command(loop, task)
    before = {number: signal.getsignal(number) for number in _ENDING}
    # nohup: whoever started us wants us to go on.
    taken = [number for number in _ENDING if before[number] is not signal.SIG_IGN]
    for number in taken:
        loop.add_signal_handler(number, _woken)  # or the loop would sleep through some of them
        signal.signal(number, command.end)
    _under_way.append(command)
    try:
        yield
    except asyncio.CancelledError:
        if command.came:
            raise EndedBySignal(command.came) from None
        raise
    finally:
        _under_way.remove(command)
        for number in taken:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])


def _woken() -> None:
    """Do nothing: `_Command.end` has done it."""


@contextmanager
def broken_off_by_signals() -> Iterator[None]:
    """Let a signal break off what blocks here, such as writing to a pipe that nobody reads.

    The command is cancelled there. Outside of one, or in another thread, this does nothing.
    """
    if not _under_way or threading.current_thread() is not threading.main_thread():
        yield
        return
    command = _under_way[-1]
    try:
        command.writing = True
        command.break_off()  # one may have come since the loop ran last
        yield
    finally:
        command.writing = False
