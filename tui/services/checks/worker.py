"""A process that checks stretches of a file, so that the screen's own process stays free.

`python -m tui.services.checks.worker FD` gets the open file as descriptor FD. Each
line on its standard input asks for one stretch: "check" or "word", the number of its first line
(1-based), the offset of its start and of its end, which are ends of lines. The answer on standard
output is a length (8 bytes) and as many bytes: the stretch's `ReportColumns`, or its problems put
into words, as JSON. It ends with its input.
"""

from __future__ import annotations

import contextlib
import gc
import os
import struct
import sys

import orjson

from tui.core.checks import RULES, check_batch
from tui.core.checks.run import issues_of

WORD = b"word"


def lines_in(data: bytes) -> list[bytes]:
    """Return the lines in `data`, which begins with one."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def word_lines(first: int, lines: list[bytes]) -> bytes:
    """Return the problems of lines, of which the first has the number `first`, as JSON.

    A list of [line, rule, where, message].
    """
    columns, rules = check_batch(first, lines), [*RULES]
    found = []
    for at, sign in enumerate(columns.signs):
        if sign:
            broken = {rules[number] for number in columns.signatures[sign]}
            issues = issues_of(first + at, lines[at], broken)
            found += [(one.line, one.rule, one.where, one.message) for one in issues]
    return orjson.dumps(found)


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
        what, *numbers = request.split()
        first, start, end = map(int, numbers)
        lines = lines_in(read_stretch(file, start, end))
        words = what == WORD
        answer = word_lines(first, lines) if words else check_batch(first, lines).to_bytes()
        sys.stdout.buffer.write(struct.pack("=Q", len(answer)))
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    # A screen that is gone has closed the pipes: nothing is left to be told.
    with contextlib.suppress(BrokenPipeError):
        main()
