"""Interrupted commands: report the requests that may have been carried out nevertheless."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.cli.output import Output
    from tui.services.workspace import Workspace

_ENDING = (signal.SIGTERM, signal.SIGHUP)  # ctrl+c is asyncio's own business


class Ended(Exception):  # noqa: N818 - no error of anybody's
    """A signal ended the command; `code` is what it ends with."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.code = 128 + signal_number


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Cancel the running task at SIGTERM and SIGHUP, and raise Ended once it has cleaned up."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    came: list[int] = []

    def end(number: int) -> None:
        came.append(number)
        task.cancel()
        # Whoever asks a second time does not want to wait for any cleaning up.
        loop.remove_signal_handler(number)

    added = [number for number in _ENDING if _add(loop, number, end)]
    try:
        yield
    except asyncio.CancelledError:
        if came:
            raise Ended(came[0]) from None
        raise
    finally:
        for number in added:
            loop.remove_signal_handler(number)


def _add(loop: asyncio.AbstractEventLoop, number: signal.Signals, end: object) -> bool:
    if signal.getsignal(number) is signal.SIG_IGN:  # nohup: whoever started us wants us to go on
        return False
    try:
        loop.add_signal_handler(number, end, number)  # type: ignore[arg-type]
    except (ValueError, RuntimeError, NotImplementedError):  # not in the main thread
        return False
    return True


def tell_broken_off(workspace: Workspace, out: Output) -> None:
    """Say what was asked of the provider and never answered, and the command that looks."""
    cause, look = workspace.may_be_done(broken_off=True)
    if cause:
        out.error(ServiceError("Interrupted", cause, look))
