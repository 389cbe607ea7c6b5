"""The counting process: reads frames with lines, answers with their numbers, ends with its input.

It holds the vocabulary, so loading one never stops the screen, and a crash of a tokenizer is
the end of this process only. Started by `crew`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import orjson

from tui.services.tokens.counting import pieces
from tui.services.tokens.counting.columns import NAMES, count_lines
from tui.services.tokens.counting.encoders import Chosen, PlainCounter, choose
from tui.services.tokens.counting.frames import receive, send
from tui.services.tokens.counting.known_lines import KnownLines, hashes_of
from tui.services.tokens.vocabularies import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Callable


_COLLECT_EVERY = 256
_POLITE = 12  # niceness: beside counting, a key is answered sooner than with less
_Answer = tuple[dict[str, Any], bytes]


class Worker:
    """Answers one request after the other."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        self._chosen: dict[str, Chosen] = {}
        self._known: tuple[tuple[str, int], KnownLines] | None = None
        self.tasks: dict[str, Callable[[dict[str, Any], bytes], _Answer]] = {
            "count": self.count,
            "ready": self.ready,
            "pieces": _pieces,
            "lost": self.lost,
        }

    def ready(self, head: dict[str, Any], _body: bytes) -> _Answer:
        """Load a vocabulary before it is needed; tell who counts."""
        chosen = self._choose(head["encoding"])
        return {"by": chosen.counter.name, "note": chosen.note}, b""

    def count(self, head: dict[str, Any], body: bytes) -> _Answer:
        """Count lines; the answer holds the numbers of all, then a hash of each."""
        import numpy as np

        lines = body.split(b"\n")[: head["rows"]]
        if b"\r" in body:
            lines = [line[:-1] if line.endswith(b"\r") else line for line in lines]
        hashes = hashes_of(lines)
        sizes = np.fromiter(map(len, lines), np.int64, len(lines))
        known, numbers = self._known_lines(head["file"], head["stop"]).look_up(hashes, sizes)
        answer: dict[str, Any] = {"new": len(lines) - len(known)}
        table = numbers
        if answer["new"]:
            chosen = self._choose(head["encoding"], few=head["few"])
            answer |= {"by": chosen.counter.name, "note": chosen.note}
            new = np.ones(len(lines), bool)
            new[known] = False
            fresh = [lines[at] for at in np.flatnonzero(new).tolist()] if len(known) else lines
            counted = count_lines(fresh, chosen.counter, head["encoding"])
            table = np.empty((len(lines), len(NAMES)), np.uint32)
            table[known], table[new] = numbers, counted
        return answer, table.tobytes() + hashes.tobytes()

    def lost(self, head: dict[str, Any], body: bytes) -> _Answer:
        """Tell how many trained tokens of each line lie behind a limit."""
        counter = pieces.OneByOne(self._choose(head["encoding"], few=True).counter)
        lines = body.split(b"\n")[: head["rows"]]
        return {}, orjson.dumps([pieces.lost(line, counter, head["limit"]) for line in lines])

    def _choose(self, encoding: str, *, few: bool = False) -> Chosen:
        """Return the counter in use; for few texts the fast one is not worth its loading."""
        if encoding not in self._chosen:
            if few:
                return Chosen(PlainCounter(encoding))
            self._chosen[encoding] = choose(encoding, plain=self._plain)
        return self._chosen[encoding]

    def _known_lines(self, file: str, stop: int) -> KnownLines:
        if self._known is None or self._known[0] != (file, stop):
            self._known = ((file, stop), KnownLines.read(file, stop))
        return self._known[1]


def _pieces(head: dict[str, Any], body: bytes) -> _Answer:
    return {}, orjson.dumps(pieces.of_line(body, head["encoding"]))


def answer_all(worker: Worker) -> None:
    """Answer until the input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    gc.disable()  # it would look through all parsed lines again and again, and find nothing
    answered = 0
    while (frame := receive(source)) is not None:
        head, body = frame
        try:
            answer, data = worker.tasks[head["task"]](head, body)
        except VocabularyError as error:
            answer, data = {"vocabulary": str(error)}, b""
        except Exception as error:  # noqa: BLE001 - it is told to the one who asked
            answer, data = {"error": f"{type(error).__name__}: {error}"}, b""
        send(sink, answer, data)
        answered += 1
        if answered % _COLLECT_EVERY == 0:
            gc.collect()


def main() -> None:
    """Run as a process: `plain` among the arguments leaves the fast tokenizer aside.

    With `polite` the process yields to others, so that a screen stays quick while it works.
    """
    # The terminal's ctrl+c is for the program in front; this one ends when its input does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RAYON_NUM_THREADS"] = "1"
    if "polite" in sys.argv[1:] and hasattr(os, "nice"):
        os.nice(_POLITE)
    # Nobody waits for the answer once a pipe is broken.
    with contextlib.suppress(BrokenPipeError):
        answer_all(Worker(plain="plain" in sys.argv[1:]))
    # Nothing is left to flush, and to give so much memory back piece by piece takes 0.1 s.
    os._exit(0)


if __name__ == "__main__":
    main()
