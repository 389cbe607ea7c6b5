"""What a headless command prints: lines for people, or one JSON document for scripts."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import TYPE_CHECKING, Any, TextIO

from tui.cli.signals import broken_off_by_signals, cancelled
from tui.core.text.masking import mask
from tui.core.text.text import one_line, visible, visible_part
from tui.services.errors import NotWritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tui.services.errors import ServiceError


# Valid inside JSON, but a terminal acts on it or hides it: written as escapes instead.
# What `hidden` finds, as ranges: a document may be of megabytes, nearly all of it in ASCII.
_UNSEEN = re.compile(
    "[^\x00-\x7e]"
    "(?<=[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f"
    "\U000f0000-\U0010ffff])"
)


class Output:
    """The two streams. With `as_json` the lines for people are left out."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.answered = False

    def line(self, text: str) -> None:
        """Print a line of the result, unless JSON was asked for."""
        if not self.as_json:
            self._write(f"{_shown(text)}\n")

    def piece(self, text: str) -> None:
        """Print a piece of a line at once, unless JSON was asked for."""
        if not self.as_json:
            self._write(_shown(text, visible_part))

    def document(self, value: Mapping[str, Any]) -> None:
        """Print the one JSON document, if JSON was asked for."""
        if self.as_json:
            self.answered = True
            self._write(f"{_json(value, sys.stdout.encoding)}\n")

    def json(self, value: object) -> str:
        """Return a part of a document as JSON that standard output can take, without keys."""
        return mask(_json(value, sys.stdout.encoding))  # here, as it may be written in pieces

    def document_of(self, parts: Iterable[str]) -> None:
        """Print the one JSON document from parts that `json` made, if JSON was asked for."""
        if self.as_json:
            self.answered = True
            for part in parts:
                self._write(part)
            self._write("\n")

    def note(self, text: str) -> None:
        """Print a line about the progress on the error stream."""
        # Remarks are not worth ending the work for: a job made must still be told on stdout.
        self._remark(f"{one_line(mask(text), 2000)}\n")

    def traceback(self, error: Exception) -> None:
        """Print where an exception came from on the error stream."""
        import traceback

        self._remark(visible(mask("".join(traceback.format_exception(error)))))

    def _remark(self, text: str) -> None:
        try:
            with contextlib.suppress(OSError), broken_off_by_signals():
                print(text, end="", file=sys.stderr, flush=True)
        except cancelled():  # nobody reads what is left of it
            discard(sys.stderr)
            raise

    def data(self, chunks: Iterable[bytes]) -> None:
        """Write bytes to standard output as they are."""
        with self._writing():
            for chunk in chunks:
                sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()

    def _write(self, text: str) -> None:
        with self._writing():
            sys.stdout.write(mask(text))
            sys.stdout.flush()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with broken_off_by_signals():
                yield
        except cancelled():  # nobody reads what is left of it
            self.answered = True
            discard(sys.stdout)
            raise
        except BrokenPipeError:
            raise
        except OSError as error:  # a full disk: a second document would not fit either
            self.answered = True
            discard(sys.stdout)
            cause = error.strerror or str(error)
            raise NotWritten("Cannot write the output", cause, "Free some space.") from error

    def error(self, error: ServiceError) -> None:
        """Print an error as one line, and as the JSON document unless one was printed."""
        self.say(error)
        if not self.answered:
            self.document({"error": error.to_json()})

    def say(self, error: ServiceError) -> None:
        """Print an error as one line on the error stream only."""
        parts = [f"{error.title}: {error.cause}", error.next_step]
        text = ". ".join(part.strip().rstrip(".") for part in parts if part) + "."
        if error.request_id:
            text += f" (request {error.request_id})"
        self.note(f"finetui: {text}")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print columns, each as wide as its widest cell; the head only on a terminal."""
        lines = [[one_line(cell) for cell in row] for row in rows]
        if sys.stdout.isatty():
            lines.insert(0, list(head))
        widths = [max(len(row[i]) for row in lines) for i in range(len(head))] if lines else []
        for row in lines:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.line("  ".join(cells).rstrip())


def _shown(text: str, safe: Callable[[str], str] = visible) -> str:
    # A file or a pipe gets the bytes as they are; only a terminal acts on them.
    return safe(text) if sys.stdout.isatty() else text


def _json(value: object, encoding: str | None) -> str:
    import json  # here, as the app's first paint needs none

    from tui.core.text.json_text import not_of_json

    text = json.dumps(value, ensure_ascii=False, default=not_of_json)
    try:
        text.encode(encoding or "utf-8", "surrogatepass")
    except UnicodeEncodeError:  # the stream's own escapes for it would not be JSON's
        return json.dumps(value, default=not_of_json)
    return _UNSEEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    import json

    return json.dumps(found[0])[1:-1]


def discard(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere: Python writes it again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
