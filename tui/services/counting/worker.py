"""The counting process: reads frames with lines, answers with their numbers, ends with its input.

It holds the vocabulary, so loading one never stops the screen, and a crash of a tokenizer is
the end of this process only. Started by `crew`.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from tui.services.counting import pieces
from tui.services.counting.columns import NAMES, count_lines
from tui.services.counting.encoders import Chosen, choose
from tui.services.counting.frames import receive, send
from tui.services.counting.remembered import Remembered, fingerprint, hashes_of
from tui.services.vocab import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Callable


_Answer = tuple[dict[str, Any], bytes]


class Worker:
    """Answers one request after the other."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        self._chosen: dict[str, Chosen] = {}
        self._kept: dict[str, tuple[object, Remembered]] = {}
        self.tasks: dict[str, Callable[[dict[str, Any], bytes], _Answer]] = {
            "count": self.count,
            "ready": self.ready,
            "pieces": _pieces,
            "lost": _lost,
        }

    def ready(self, head: dict[str, Any], _body: bytes) -> _Answer:
        """Load a vocabulary before it is needed; tell who counts."""
        chosen = self._choose(head["encoding"])
        return {"by": chosen.counter.name, "note": chosen.note}, b""

    def count(self, head: dict[str, Any], body: bytes) -> _Answer:
        """Count lines; the answer holds all their numbers, then the hashes of the new ones."""
        import numpy as np

        lines = body.split(b"\n")[: head["rows"]]
        lines = [line[:-1] if line.endswith(b"\r") else line for line in lines]
        hashes = hashes_of(lines)
        sizes = np.fromiter(map(len, lines), np.int64, len(lines))
        table = np.empty((len(lines), len(NAMES)), np.uint32)
        known, numbers = self._remembered(head.get("file")).look_up(hashes, sizes)
        table[known] = numbers
        new = np.ones(len(lines), bool)
        new[known] = False
        missing = np.flatnonzero(new)
        answer: dict[str, Any] = {"new": len(missing), "mark": fingerprint().hex()}
        if len(missing):
            chosen = self._choose(head["encoding"])
            answer |= {"by": chosen.counter.name, "note": chosen.note}
            fresh = [lines[at] for at in missing.tolist()]
            table[missing] = count_lines(fresh, chosen.counter, head["encoding"])
        return answer, b"".join(
            [table.tobytes(), missing.astype(np.uint32).tobytes(), hashes[missing].tobytes()]
        )

    def _choose(self, encoding: str) -> Chosen:
        if encoding not in self._chosen:
            self._chosen[encoding] = choose(encoding, plain=self._plain)
        return self._chosen[encoding]

    def _remembered(self, name: str | None) -> Remembered:
        if name is None:
            return Remembered.empty()
        try:
            stat = Path(name).stat()
            state: object = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        except OSError:
            state = None
        if name not in self._kept or self._kept[name][0] != state:
            self._kept[name] = (state, Remembered.read(Path(name), fingerprint()))
        return self._kept[name][1]


def _pieces(head: dict[str, Any], body: bytes) -> _Answer:
    return {}, orjson.dumps(pieces.of_line(body, head["encoding"]))


def _lost(head: dict[str, Any], body: bytes) -> _Answer:
    lines = body.split(b"\n")[: head["rows"]]
    return {}, orjson.dumps([pieces.lost(line, head["encoding"], head["limit"]) for line in lines])


def answer_all(worker: Worker) -> None:
    """Answer until the input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (frame := receive(source)) is not None:
        head, body = frame
        try:
            answer, data = worker.tasks[head["task"]](head, body)
        except VocabularyError as error:
            answer, data = {"vocabulary": str(error)}, b""
        except Exception as error:  # noqa: BLE001 - it is told to the one who asked
            answer, data = {"error": f"{type(error).__name__}: {error}"}, b""
        send(sink, answer, data)


def main() -> None:
    """Run as a process: `plain` among the arguments leaves the fast tokenizer aside."""
    # The terminal's ctrl+c is for the program in front; this one ends when its input does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RAYON_NUM_THREADS"] = "1"
    try:
        answer_all(Worker(plain="plain" in sys.argv[1:]))
    except BrokenPipeError:
        # Nobody waits for the answer; nothing is left to flush at exit either.
        os._exit(0)


if __name__ == "__main__":
    main()
