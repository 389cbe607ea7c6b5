"""Files that the user names: opened and read in one way, whatever stands at the path."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.text.text import size_words
from tui.services.errors import InputError
from tui.services.pipes import read_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader

# A conversation may carry images; nothing else that is read whole comes near it.
MOST_READ = 64 * 1024**2
# A dataset that is read whole is held in memory several times over.
MOST_PIPED = 1_000_000_000
_ANOTHER = "Name another file."


def open_file(path: Path) -> BufferedReader:
    """Open a regular file for reading; InputError names what else it is."""
    try:
        # A pipe or device would make the opening itself wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise _not_a_file(path)
        return path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> InputError:
    """Return the error for a file the system does not let us read."""
    return InputError(
        "Cannot read the file", f"{path}: {error.strerror or error}", "Check the path and its mode."
    )


def read_given(
    path: Path, title: str, most: int = MOST_READ, *, pipes: bool = False, step: str = ""
) -> bytes:
    """Return all of a file of at most `most` bytes, and of a pipe with `pipes`. Blocking.

    A pipe is waited for until `pipes.give_up`. Raises InputError with this title for what
    cannot be read, has no end or is larger.
    """
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or (pipes and stat.S_ISFIFO(mode))):
            raise InputError(title, f"{path} is {_kind(path)}", step or _ANOTHER)
        # Without waiting for a writer: that is waited for where it can be given up.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return whole(read_pieces(descriptor), str(path), title, most, step)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:  # a path with a zero in it is a ValueError
        cause = f"{path}: {getattr(error, 'strerror', '') or error}"
        raise InputError(title, cause, step or _ANOTHER) from error


def expanded(typed: str, title: str) -> Path:
    """Return a path as typed, with the home folder for ~. Raises InputError with this title."""
    try:
        return Path(typed).expanduser()
    except RuntimeError as error:  # ~name of nobody
        raise InputError(title, f"{typed}: {error}", "Write the path out.") from error


def whole(
    pieces: Iterator[bytes], name: str, title: str, most: int = MOST_PIPED, step: str = ""
) -> bytes:
    """Return all of what comes in pieces. Raises InputError for more than `most` bytes."""
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > most:
            cause = f"{name} has more than {size_words(most)}"
            raise InputError(title, cause, step or "Name a smaller file.")
    return bytes(found)


def _not_a_file(path: Path) -> InputError:
    return InputError("Cannot read the file", f"{path} is {_kind(path)}", "Name a .jsonl file.")


def _kind(path: Path) -> str:
    return "a folder" if path.is_dir() else "not a regular file"
