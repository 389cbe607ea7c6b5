"""A token of this very process, by which another can tell whether it still runs."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def _host() -> str:
    return socket.gethostname().replace(":", "-")


def own_token() -> str:
    """Return the token of this process: host, process id, and when it was started."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_started(pid)}"


def still_runs(token: str) -> bool:
    """Whether the process of a token may still run; of another host's nobody here can tell.

    An empty token is that of a process that has given up.
    """
    host, _, rest = token.partition(":")
    pid, _, started = rest.partition(":")
    if not pid.isdecimal():
        return False
    if host != _host():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # it runs as somebody else, or never did
        return started == _started(int(pid))
    return started == _started(int(pid))


def _started(pid: int) -> str:
    """Return when a process was started, in ticks since boot: numbers of processes come again."""
    try:
        # The name in parentheses may hold blanks; what follows it does not.
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return fields[19]
    except (OSError, IndexError):  # no Linux: the number alone has to do
        return ""
