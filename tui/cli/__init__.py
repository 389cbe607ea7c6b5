"""The command line: opens the app, or does one thing headless and ends with a telling code.

Exit codes: 0 done, 1 problems found or the job failed, 2 usage or unreadable input, 3 the
provider refused or did not answer, 4 it bills, destroys or leaks and was not told to go on
(`--yes`, `--accept`, `--again`, `--spend`), 5 the output cannot be written (a full disk, or its
reader has gone), 130 interrupted, 143 ended by SIGTERM.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui.cli.exit_codes import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line in `argv` (the program's own when None) and return its exit code."""
    _lenient_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        from tui.cli.dispatch import dispatch

        code = dispatch(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read it has gone, and wants to hear no more
        return _unwritten()
    except SystemExit as stop:  # what --help and --version end with
        return _flushed(stop.code if isinstance(stop.code, int) else 0)
    except OSError:
        return _unwritten()
    return code


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except OSError:
        return _unwritten()
    return code


def _unwritten() -> int:
    from tui.cli.output import discard
    from tui.services.errors import NotWritten

    discard(sys.stdout)
    return NotWritten.exit_code


def _lenient_streams() -> None:
    """Let a terminal that lacks a character show its escape instead of ending the program."""
    # A stream that was closed before we began is None; what nobody reads may go nowhere.
    # Opened in this order, each takes the number that is free: no file of ours gets it.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
