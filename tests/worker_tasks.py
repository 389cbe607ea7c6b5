"""Tasks for worker processes in tests: what a process sees of itself, and ways to fail."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.services.checks import worker as checks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.worker import Answer


def echo(head: Mapping[str, Any], body: bytes) -> Answer:
    """Answer with what was asked, and print something that must not come between."""
    print("printed")
    os.write(1, b"written")
    return {**head, "pid": os.getpid()}, body


def look(_head: Mapping[str, Any], _body: bytes) -> Answer:
    """Tell what this process has been given."""
    return {
        "environment": dict(os.environ),
        "errors": str(Path("/proc/self/fd/2").readlink()),
        "output": str(Path("/proc/self/fd/1").readlink()),
        "niceness": os.getpriority(os.PRIO_PROCESS, 0),
        "group": os.getpgid(0),
        "session": os.getsid(0),
        "pid": os.getpid(),
    }, b""


def fail(_head: Mapping[str, Any], _body: bytes) -> Answer:
    """Fail as code does."""
    raise LookupError("not there")


def wait(head: Mapping[str, Any], _body: bytes) -> Answer:
    """Say on a pipe that it has begun; answer never."""
    Path(head["pipe"]).write_text("begun")
    signal.pause()
    return {}, b""


def die(_head: Mapping[str, Any], _body: bytes) -> Answer:
    """End as when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return {}, b""


def check_but_die_once(head: Mapping[str, Any], body: bytes) -> Answer:
    """Check lines; the process that finds the file of the environment's `MARK` dies first."""
    mark = Path(os.environ["MARK"])
    if mark.exists():
        mark.unlink()
        return die(head, body)
    return checks.check(head, body)
