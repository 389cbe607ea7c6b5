"""Ending another finetui of this machine, so that one can go on here with all that it had open."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui.services.session.holder import Holder

_LOOK_EVERY_S = 0.1
_LOOKS = 100  # 10 s in all: time for it to write everything and release its locks


async def end_other(holder: Holder, is_free: Callable[[], Awaitable[bool]]) -> None:
    """End it as a closed terminal does, and wait until what it holds is free.

    It writes what is typed and edited before. Raises InputError when it does not end.
    """
    if not holder.is_here or not await asyncio.to_thread(_is_ours, holder.pid):
        raise _stays(holder, "it is not a process of this machine that can be ended from here")
    try:
        os.kill(holder.pid, signal.SIGHUP)
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder.pid, signal.SIGCONT)  # it may have been stopped
    except ProcessLookupError:
        pass  # it has ended by itself
    except OSError as error:
        raise _stays(holder, error.strerror or str(error)) from error
    for _ in range(_LOOKS):
        if await is_free():
            return
        await asyncio.sleep(_LOOK_EVERY_S)
    raise _stays(holder, f"it has not ended within {_LOOKS * _LOOK_EVERY_S:g} s")


def _is_ours(pid: int) -> bool:
    """Whether a process is a finetui, as far as this system tells."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self").exists()
    return b"tui" in words


def _stays(holder: Holder, why: str) -> InputError:
    return InputError(
        "The other finetui goes on", f"{holder.words}: {why}", "Quit it where it runs."
    )
