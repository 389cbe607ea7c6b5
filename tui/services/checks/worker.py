"""A process that checks stretches of a file, so that the screen's own process stays free.

`python -m tui.services.checks.worker FD` gets the open file as descriptor FD. Each
line on its standard input asks for one stretch: the number of its first line (1-based), the
offset of its start and of its end, which are ends of lines. The answer on standard output is
a length (8 bytes) and the stretch's `Columns` of that length. It ends with its input.
"""

from __future__ import annotations

import contextlib
import gc
import os
import struct
import sys

from tui.core.checks import Columns, survey


def check_stretch(first: int, data: bytes) -> Columns:
    """Check the lines in `data`, of which the first has the number `first`."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return survey(first, lines)


def read_stretch(file: int, start: int, end: int) -> bytes:
    """Return the bytes from `start` to `end`; fewer when the file was cut short meanwhile."""
    parts = []
    while start < end:
        part = os.pread(file, end - start, start)
        if not part:
            break
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def main() -> None:
    """Answer until the input ends."""
    file = int(sys.argv[1])
    gc.disable()  # nothing here refers to itself, and looking for it takes a tenth of the time
    for request in sys.stdin.buffer:
        first, start, end = map(int, request.split())
        answer = check_stretch(first, read_stretch(file, start, end)).to_bytes()
        sys.stdout.buffer.write(struct.pack("=Q", len(answer)))
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    # A screen that is gone has closed the pipes: nothing is left to be told.
    with contextlib.suppress(BrokenPipeError):
        main()
