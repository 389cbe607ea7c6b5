"""The journal: every edit on disk before it counts as done, so that a kill loses nothing.

One file a dataset, in the state folder. The first line tells which content of which file
the edits start from; each further line is one step as splices with the text of the lines
they put in. A number in place of a text is a line of the file. The texts of a large step stand
before it, in lines of their own, and it has their number in their place. A torn last line and
texts without their step (the process died while writing) were never confirmed and are ignored.
A save is announced before it takes effect and begins a new journal after.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from tui.core.text.text import encodable
from tui.services.datasets.disk.atomic_save import sync_folder
from tui.services.datasets.disk.source import Identity
from tui.services.datasets.journal.entries import TEXTS, Entry, Move, entry_of, records_of, texts_of
from tui.services.session.holder import Holder, read_holder, write_holder
from tui.services.settings.locations import make_private
from tui.services.settings.state_trouble import StateTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui.core.dataset.splices import Step

VERSION = 1
_BUFFER = 1 << 20
_SAVING, _WRITING = "saving", "writing"


class JournalBusyError(Exception):
    """Another running program holds this dataset's journal: it is being edited there.

    `holder` is that program, as far as it is known.
    """

    def __init__(self, path: Path, holder: Holder | None) -> None:
        super().__init__(str(path))
        self.holder = holder


class ReplayedHistory:
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

    def __init__(self, folder: Path, dataset: Path, trouble: StateTrouble | None = None) -> None:
        """Open (or make) and lock it; `trouble` is told of a damaged history beside it.

        Raises JournalBusyError, OSError. Blocks.
        """
        self.trouble = trouble or StateTrouble()
        real = os.path.realpath(dataset)
        self._dataset = real
        self.path = folder / f"{hashlib.sha256(os.fsencode(real)).hexdigest()[:24]}.jsonl"
        self.history = self.path.with_suffix(".history")
        make_private(folder)
        self.damaged: Path | None = None  # what was in it is kept there: it could not be read
        self._fd = _open_locked(self.path)
        with contextlib.suppress(OSError):  # a full disk: others are told less
            write_holder(holder_of(self.path))

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been written to it. Blocks."""
        return os.fstat(self._fd).st_size == 0

    def load(self, current: Identity) -> tuple[Identity | None, list[Entry]]:
        """Return the identity the edits start from (None for a new journal) and the edits.

        None are left when the file as it is now (`current`) is the save they ended in, which
        was killed before it could say so here.
        """
        try:
            start, entries, saved, end = self._entries()
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, IndexError):
            self.damaged = self.set_aside()
            return None, []
        if end < os.fstat(self._fd).st_size:
            os.ftruncate(self._fd, end)
        return (current, []) if current in saved else (start, entries)

    def _entries(self) -> tuple[Identity | None, list[Entry], list[Identity], int]:
        """Return what is confirmed: the start, the edits, saves announced, and where it ends."""
        start: Identity | None = None
        entries: list[Entry] = []
        saved: list[Identity] = []
        texts: list[int | bytes] = []
        end = size = 0
        for line in self._lines():
            record = orjson.loads(line)
            size += len(line)
            if start is None:
                start = Identity(record["size"], record["mtime_ns"], record["edges"])
            elif record[0] == TEXTS:
                texts += texts_of(record)
                continue
            elif record[0] == _WRITING:
                self._sweep(record[1])
            elif record[0] == _SAVING:
                saved.append(Identity(*record[1:]))
            else:
                entries.append(entry_of(record, texts))
                texts = []
            end = size
        return start, entries, saved, end

    def _lines(self) -> Iterator[bytes]:
        """Yield the whole lines; what has no newline was never confirmed."""
        with os.fdopen(os.dup(self._fd), "rb", buffering=_BUFFER) as file:
            file.seek(0)
            yield from (line for line in file if line.endswith(b"\n"))

    def writing(self, name: str) -> None:
        """Note that a save begins to write a file of this name beside the dataset.

        A kill leaves it there; the next `load` removes it. Raises OSError.
        """
        self._append([orjson.dumps([_WRITING, name])])

    def _sweep(self, name: str) -> None:
        if name.startswith(".") and name.endswith(".tmp") and os.sep not in name:
            with contextlib.suppress(OSError):  # the folder may be read-only by now
                Path(self._dataset).with_name(name).unlink(missing_ok=True)

    def saving(self, content: Identity) -> None:
        """Note that a file of this content is about to take the place of the dataset.

        Raises OSError.
        """
        record = [_SAVING, content.size, content.mtime_ns, content.edges]
        self._append([orjson.dumps(record)])

    def start(self, identity: Identity) -> None:
        """Start over from a saved content of the file; earlier entries go. Raises OSError."""
        header = {
            "version": VERSION,
            "path": encodable(self._dataset),  # for whoever reads it: it is not opened by it
            "size": identity.size,
            "mtime_ns": identity.mtime_ns,
            "edges": identity.edges,
        }
        os.ftruncate(self._fd, 0)
        self._write([orjson.dumps(header)])
        sync_folder(self.path.parent)

    def append(self, entry: Entry) -> None:
        """Write one entry through to the disk. Raises OSError, with nothing half-written kept."""
        self._append(records_of(entry))

    def set_aside(self) -> Path:
        """Keep the entries under another name (they do not fit the file any more)."""
        number = 1
        while (kept := self.path.with_suffix(f".kept-{number}.jsonl")).exists():
            number += 1
        kept.touch(0o600)
        kept.write_bytes(os.pread(self._fd, os.fstat(self._fd).st_size, 0))
        os.ftruncate(self._fd, 0)
        return kept

    def close(self, *, remove: bool = False) -> None:
        """Give the lock back; `remove` when nothing in it is needed any more."""
        if self._fd < 0:
            return
        holder_of(self.path).unlink(missing_ok=True)
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._fd)
        self._fd = -1

    def _append(self, records: Iterable[bytes]) -> None:
        size = os.fstat(self._fd).st_size
        try:
            self._write(records)
        except BaseException:  # a full disk, say: what fits of it must not stay
            os.ftruncate(self._fd, size)
            raise

    def _write(self, records: Iterable[bytes]) -> None:
        for record in records:
            data = record + b"\n"
            while data:
                data = data[os.write(self._fd, data) :]
        os.fsync(self._fd)


def holder_of(path: Path) -> Path:
    """Return the file that tells who holds a journal."""
    return path.with_suffix(".holder")


def is_free(folder: Path, dataset: Path) -> bool:
    """Whether no program edits a dataset. Blocks."""
    try:
        journal = Journal(folder, dataset)
    except (JournalBusyError, OSError):
        return False
    journal.close(remove=journal.is_empty)
    return True


def _open_locked(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise JournalBusyError(path, read_holder(holder_of(path))) from error
        # Its last holder may have removed the file between our open and our lock.
        if path.exists() and path.stat().st_ino == os.fstat(handle).st_ino:
            return handle
        os.close(handle)
