"""The journal: every edit on disk before it counts as done, so that a kill loses nothing.

One file a dataset, in the state folder. The first line tells which content of which file
the edits start from; each further line is one step as splices with the text of the lines
they put in. A number in place of a text is a line of the file. A torn last line (the
process died while writing it) was never confirmed and is ignored. A save is announced before
it takes effect and begins a new journal after.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import orjson

from tui.services.datasets.saving import sync_folder
from tui.services.datasets.source import Identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.splices import Step

VERSION = 1
Move = Literal["do", "undo", "redo"]
_SAVING, _WRITING = "saving", "writing"


class JournalBusyError(Exception):
    """Another running program holds this dataset's journal: it is being edited there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One journalled move: splices as (position, number of rows removed, lines put in)."""

    move: Move
    label: str
    splices: tuple[tuple[int, int, tuple[int | bytes, ...]], ...]


class Replayed:
    """The history as somebody sees it who replays the journal from its first entry.

    A journal begins with the last save. Undoing a step from before it that was not kept is, to
    its reader, a new step forward and must be named so.
    """

    def __init__(self, done: Sequence[Step] = (), undone: Sequence[Step] = ()) -> None:
        """Begin with the steps that a reader knows from before."""
        self._done = [*done]
        self._undone = [*undone]

    def name(self, move: Move, step: Step) -> Move:
        """Return what an undo or redo of `step` is to the reader."""
        source = self._done if move == "undo" else self._undone
        return move if source and source[-1] is step else "do"

    def note(self, move: Move, step: Step) -> None:
        """Follow a move, by the name it has for the reader."""
        if move == "undo":
            self._undone.append(self._done.pop())
        elif move == "redo":
            self._done.append(self._undone.pop())
        else:
            self._undone.clear()
            self._done.append(step)


class Journal:
    """The open journal of one dataset, locked for this process."""

    def __init__(self, folder: Path, dataset: Path) -> None:
        """Open (or make) and lock it. Raises JournalBusyError, OSError. Blocks."""
        real = os.path.realpath(dataset)
        self._dataset = real
        self.path = folder / f"{hashlib.sha256(os.fsencode(real)).hexdigest()[:24]}.jsonl"
        self.history = self.path.with_suffix(".history")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._fd = _open_locked(self.path)

    def load(self, current: Identity) -> tuple[Identity | None, list[Entry]]:
        """Return the identity the edits start from (None for a new journal) and the edits.

        None are left when the file as it is now (`current`) is the save they ended in, which
        was killed before it could say so here.
        """
        data = self._read()
        whole = data[: data.rfind(b"\n") + 1]  # what has no newline was never confirmed
        if len(whole) < len(data):
            os.ftruncate(self._fd, len(whole))
        if not whole:
            return None, []
        try:
            header, *records = map(orjson.loads, whole.split(b"\n")[:-1])
            self._sweep([r[1] for r in records if r[0] == _WRITING])
            start = Identity(header["size"], header["mtime_ns"], header["edges"])
            if any(Identity(*r[1:]) == current for r in records if r[0] == _SAVING):
                return current, []
            moves = [record for record in records if record[0] not in {_SAVING, _WRITING}]
            return start, [*map(entry_of, moves)]
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            self.set_aside()
            return None, []

    def writing(self, name: str) -> None:
        """Note that a save begins to write a file of this name beside the dataset.

        A kill leaves it there; the next `load` removes it. Raises OSError.
        """
        self._append(orjson.dumps([_WRITING, name]))

    def _sweep(self, names: Sequence[str]) -> None:
        for name in names:
            if name.startswith(".") and name.endswith(".tmp") and os.sep not in name:
                with contextlib.suppress(OSError):  # the folder may be read-only by now
                    Path(self._dataset).with_name(name).unlink(missing_ok=True)

    def saving(self, content: Identity) -> None:
        """Note that a file of this content is about to take the place of the dataset.

        Raises OSError.
        """
        record = [_SAVING, content.size, content.mtime_ns, content.edges]
        self._append(orjson.dumps(record))

    def start(self, identity: Identity) -> None:
        """Begin anew from a saved content of the file; earlier entries go. Raises OSError."""
        header = {
            "version": VERSION,
            "path": self._dataset,
            "size": identity.size,
            "mtime_ns": identity.mtime_ns,
            "edges": identity.edges,
        }
        os.ftruncate(self._fd, 0)
        self._write(orjson.dumps(header))
        sync_folder(self.path.parent)

    def append(self, entry: Entry) -> None:
        """Write one entry through to the disk. Raises OSError, with nothing half-written kept."""
        self._append(orjson.dumps(record_of(entry)))

    def set_aside(self) -> Path:
        """Keep the entries under another name (they do not fit the file any more)."""
        number = 1
        while (kept := self.path.with_suffix(f".kept-{number}.jsonl")).exists():
            number += 1
        kept.touch(0o600)
        kept.write_bytes(self._read())
        os.ftruncate(self._fd, 0)
        return kept

    def close(self, *, remove: bool = False) -> None:
        """Give the lock back; `remove` when nothing in it is needed any more."""
        if self._fd < 0:
            return
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._fd)
        self._fd = -1

    def _append(self, record: bytes) -> None:
        size = os.fstat(self._fd).st_size
        try:
            self._write(record)
        except OSError:
            os.ftruncate(self._fd, size)  # a full disk: what fits of the line must not stay
            raise

    def _read(self) -> bytes:
        return os.pread(self._fd, os.fstat(self._fd).st_size, 0)

    def _write(self, record: bytes) -> None:
        data = record + b"\n"
        while data:
            data = data[os.write(self._fd, data) :]
        os.fsync(self._fd)


def _open_locked(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise JournalBusyError(str(path)) from error
        # Its last holder may have removed the file between our open and our lock.
        if path.exists() and path.stat().st_ino == os.fstat(handle).st_ino:
            return handle
        os.close(handle)


def _item(line: int | bytes) -> Any:
    if isinstance(line, int):
        return line
    try:
        return line.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(line).decode()}


def record_of(entry: Entry) -> list[Any]:
    """Return an entry as JSON values."""
    splices = [[at, removed, [_item(i) for i in lines]] for at, removed, lines in entry.splices]
    return [entry.move, entry.label, splices]


def entry_of(record: Sequence[Any]) -> Entry:
    """Return what `record_of` was called with. Raises TypeError, ValueError, KeyError."""
    move, label, splices = record
    return Entry(
        move,
        label,
        tuple((at, removed, tuple(map(_line, lines))) for at, removed, lines in splices),
    )


def _line(item: Any) -> int | bytes:
    if isinstance(item, int):
        return item
    return item.encode() if isinstance(item, str) else base64.b64decode(item["base64"])
