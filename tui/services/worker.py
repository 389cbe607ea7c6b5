"""A worker process: reads tasks from its input, answers each on its output, ends with its input.

A frame is the length of a JSON head and of a body, then both. The head names the task as
`module:function`, which is imported when it is first asked for. Started by `workers`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import struct
import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    Answer = tuple[dict[str, Any], bytes]
    Task = Callable[[Mapping[str, Any], bytes], Answer]

_LENGTHS = struct.Struct("<IQ")
_COLLECT_EVERY = 256  # answers


def send(stream: BinaryIO, head: Mapping[str, Any], body: bytes | memoryview = b"") -> None:
    """Write one frame. Raises OSError when nobody reads any more."""
    packed = orjson.dumps(head)
    stream.write(_LENGTHS.pack(len(packed), len(body)) + packed)
    stream.write(body)
    stream.flush()


def receive(stream: BinaryIO) -> Answer | None:
    """Read one frame; None when the other side has ended."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_size, body_size = _LENGTHS.unpack(lengths)
    head, body = stream.read(head_size), stream.read(body_size)
    if len(head) < head_size or len(body) < body_size:
        return None
    return orjson.loads(head), body


def name_of(task: Task) -> str:
    """Return the name under which a worker process finds a task."""
    return f"{task.__module__}:{task.__qualname__}"


@cache
def _task(name: str) -> Task:
    module, _, function = name.partition(":")
    found: Task = getattr(import_module(module), function)
    return found


def _answer(head: dict[str, Any], body: bytes) -> Answer:
    try:
        return _task(head.pop("task"))(head, body)
    except Exception as error:  # noqa: BLE001 - it is told to the one who asked
        return {"error": str(error), "type": type(error).__name__}, b""


def main() -> None:
    """Answer until the input ends."""
    # The terminal's ctrl+c is for the program in front; this one ends when its input does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a task prints must not come between the answers.
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    gc.disable()  # it would look through all parsed lines again and again, and find nothing
    answered = 0
    # Nobody waits for the answer once a pipe is broken.
    with contextlib.suppress(BrokenPipeError):
        while (frame := receive(source)) is not None:
            send(sink, *_answer(*frame))
            answered += 1
            if answered % _COLLECT_EVERY == 0:
                gc.collect()
    # Nothing is left to flush, and to give this much memory back piece by piece takes 0.1 s.
    os._exit(0)


if __name__ == "__main__":
    main()
