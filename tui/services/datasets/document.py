"""An open dataset: rows shown from the file, edits laid over them, undo, journal and save."""

from __future__ import annotations

import asyncio
from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.core.example import Broken, Example, parse, parse_exactly, write
from tui.core.splices import Rows, Splice, Step
from tui.services.datasets.journal import Entry, Journal, JournalBusyError, Move, Replayed
from tui.services.datasets.rewriting import splices_of
from tui.services.datasets.saving import write_atomically
from tui.services.datasets.source import BOM, Identity, LineSource, stretches
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Change:
    """What a splice asks for: `removed` rows at position `at` give way to new `lines`."""

    at: int
    removed: int
    lines: tuple[bytes, ...]


class Document:
    """One dataset under edit. Made by `DatasetService.open`; all methods on the event loop.

    Positions are 0-based rows as they stand now; a row is one line without its ending. Line
    numbers shown to people are positions + 1.
    """

    def __init__(self, path: Path, source: LineSource, journal: Journal | None) -> None:
        self.path = path
        self.version = 0  # grows with every change of the rows
        self.recovered = 0  # unsaved steps found in the journal when the file was opened
        # Told of every file written, and how many rows it holds.
        self.after_save: Callable[[Path, int], Awaitable[None]] | None = None
        self.notice = ""  # something to tell about the opening, in one sentence
        self._source = source
        self._journal = journal
        self._saved_as = source.identity
        self._rows = Rows(array("q", range(len(source))))
        self._texts: dict[int, bytes] = {}
        self._same_lines = True  # file lines on disk still have the numbers they were opened with
        self._replayed = Replayed()
        self._lock = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._parse = lru_cache(maxsize=512)(lambda row_id: parse(self._text(row_id)))

    # -- reading ---------------------------------------------------------------------

    def __len__(self) -> int:
        """Count rows."""
        return len(self._rows.ids)

    @property
    def modified(self) -> bool:
        """Whether there are changes the file on disk does not hold."""
        return self._rows.modified

    @property
    def read_only(self) -> bool:
        """Whether edits are off, because another running program edits this file."""
        return self._journal is None

    @property
    def changes(self) -> int:
        """Count the steps that undo could take back."""
        return len(self._rows.done)

    @property
    def head(self) -> bytes:
        """The first 64 kB of the file as it was opened."""
        return self._source.head

    @property
    def ends_with_newline(self) -> bool:
        """Whether the last line of the file as opened is closed."""
        return self._source.ends_with_newline

    @property
    def size(self) -> int:
        """Size in bytes of the file as it was opened or last saved."""
        return self._saved_as.size

    def line(self, position: int) -> bytes:
        """Return the row's bytes without line ending. Raises IndexError."""
        return self._text(self._rows.ids[position])

    def example(self, position: int) -> Example | Broken:
        """Return the parsed row. Raises IndexError."""
        return self._parse(self._rows.ids[position])

    def example_for_edit(self, position: int) -> Example | Broken:
        """Return the row parsed so that every number survives rewriting. Raises IndexError."""
        return parse_exactly(self.line(position))

    def row_id(self, position: int) -> int:
        """Return what names this row whatever its position; an edit makes another. IndexError."""
        return self._rows.ids[position]

    def edited(self, position: int) -> bool:
        """Whether this row was written since the file was opened."""
        return self._rows.ids[position] < 0

    def snapshot(self) -> Snapshot:
        """Return the rows as they stand, for a thread to read while edits go on."""
        return Snapshot(array("q", self._rows.ids), self._text, self.version, self._source)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` on the loop after every change; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # -- changing --------------------------------------------------------------------

    async def replace(self, position: int, example: Example, label: str) -> None:
        """Write one row anew, in the spacing and escaping of the row it replaces."""
        await self.change(label, [Change(position, 1, (write(example, self.line(position)),))])

    async def insert(self, position: int, lines: Sequence[bytes], label: str) -> None:
        """Put rows in before `position` (the number of rows appends)."""
        await self.change(label, [Change(position, 0, tuple(lines))])

    async def delete(self, position: int, count: int, label: str) -> None:
        """Take rows out."""
        await self.change(label, [Change(position, count, ())])

    async def change(self, label: str, changes: Sequence[Change]) -> None:
        """Do one undoable step. It is on disk, in the journal, before this returns.

        Raises InputError when edits are off, a new row holds a line break or the journal
        cannot be written; the rows are then as before.
        """
        self._check_editable()
        if any(b"\n" in line for change in changes for line in change.lines):
            raise InputError("Not one line", "a row of JSONL is a single line", "Remove the break")
        async with self._lock:
            step = Step(label, tuple(self._splice(change) for change in changes))
            await self._journalled("do", step, step)
            self._replayed.note("do", step)
            self._rows.apply(step)
        self._changed()

    async def rewrite(self, label: str, rows: Sequence[int | bytes], version: int) -> bool:
        """Give all rows anew in one undoable step; tells whether anything changed.

        A row is a position as it stands, or a new line. Made off the loop, for any number of
        rows. Raises InputError as `change` does, and when the rows are no longer those of
        `version`, which the new ones were made from.
        """
        self._check_editable()
        async with self._lock:
            if version != self.version:
                raise InputError(
                    "The rows have changed meanwhile", "nothing was done", "Do it again"
                )
            splices = await asyncio.to_thread(splices_of, self._rows.ids, rows, self._new_id)
            if splices:
                step = Step(label, splices)
                await self._journalled("do", step, step)
                self._replayed.note("do", step)
                self._rows.apply(step)
        if splices:
            self._changed()
        return bool(splices)

    async def undo(self) -> Step | None:
        """Take the last step back; returns what was done to the rows, None without a step."""
        return await self._move("undo")

    async def redo(self) -> Step | None:
        """Do the step last taken back again; None without one."""
        return await self._move("redo")

    async def drop_changes(self) -> None:
        """Return to the saved content by undo steps (redo brings the changes back)."""
        while self.modified and self._rows.done:
            await self.undo()

    # -- saving ----------------------------------------------------------------------

    async def changed_on_disk(self) -> bool:
        """Whether another program has written or removed the file since it was opened."""
        return await asyncio.to_thread(self._changed_on_disk)

    async def save(self, path: Path | None = None, *, overwrite: bool = False) -> None:
        """Write the rows to the file, or to `path` for a copy that leaves this document as it is.

        Raises InputError: the file was changed by another program (unless `overwrite`), the
        folder or disk refuses. Nothing is lost then; the changes stay in the journal.
        """
        async with self._lock:
            if path is None and not overwrite and await self.changed_on_disk():
                raise InputError(
                    "The file has changed on disk",
                    f"another program has written {self.path.name} since it was opened",
                    "Save again to overwrite it, or save under another name",
                )
            try:
                await asyncio.to_thread(self._write, path or self.path)
            except OSError as error:
                raise InputError(
                    "Not saved",
                    f"{error.strerror or error}",
                    "Your changes are kept in the journal; free space or save under another name",
                ) from error
            if path is None:
                self._rows.clean_at = len(self._rows.done)
        self._changed()
        if self.after_save is not None:
            await self.after_save(path or self.path, len(self))

    async def close(self) -> None:
        """Give everything back. Unsaved changes stay in the journal for the next start."""
        async with self._lock:
            if self._journal:
                self._journal.close(remove=not self.modified)
            self._source.close()

    # -- opening ---------------------------------------------------------------------

    @classmethod
    def open(cls, path: Path, journals: Path) -> Document:
        """Open a file and lay recovered edits over it. Raises OSError. Blocks."""
        source = LineSource(path)
        try:
            journal = Journal(journals, path)
        except (JournalBusyError, OSError) as error:
            document = cls(path, source, None)
            document.notice = (
                "Open for reading only: it is being edited in another window."
                if isinstance(error, JournalBusyError)
                else f"Open for reading only: the journal cannot be written ({error.strerror})."
            )
            return document
        document = cls(path, source, journal)
        document._recover(journal)
        return document

    def _recover(self, journal: Journal) -> None:
        start, entries = journal.load()
        if entries and start == self._source.identity:
            try:
                self._replay(entries)
            except (ValueError, IndexError):
                entries = []
                self._rows = Rows(array("q", range(len(self._source))))
                self.notice = (
                    f"Unsaved changes did not fit the file; kept in {journal.set_aside()}."
                )
        elif entries:
            self.notice = (
                "The file was changed by another program after unsaved edits; "
                f"they are kept in {journal.set_aside()}."
            )
            entries = []
        if not entries:
            journal.start(self._source.identity)
        self.recovered = len(self._rows.done) if self.modified else 0

    def _replay(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.move == "undo" and self._rows.done:
                self._replayed.note("undo", self._rows.done[-1])
                self._rows.undo()
            elif entry.move == "redo" and self._rows.undone:
                self._replayed.note("redo", self._rows.undone[-1])
                self._rows.redo()
            else:
                self._replay_step(entry)

    def _replay_step(self, entry: Entry) -> None:
        splices = []
        ids = array("q", self._rows.ids)
        for at, removed, lines in entry.splices:
            new = tuple(i if isinstance(i, int) else self._new_id(i) for i in lines)
            splices.append(Splice(at, tuple(ids[at : at + removed]), new))
            ids[at : at + removed] = array("q", new)
        step = Step(entry.label, tuple(splices))
        self._rows.apply(step)
        self._replayed.note("do", step)

    # -- inside ----------------------------------------------------------------------

    def _text(self, row_id: int) -> bytes:
        return self._source.line(row_id) if row_id >= 0 else self._texts[row_id]

    def _new_id(self, text: bytes) -> int:
        row_id = -1 - len(self._texts)
        self._texts[row_id] = text
        return row_id

    def _splice(self, change: Change) -> Splice:
        removed = tuple(self._rows.ids[change.at : change.at + change.removed])
        return Splice(change.at, removed, tuple(map(self._new_id, change.lines)))

    async def _move(self, move: Move) -> Step | None:
        self._check_editable()
        async with self._lock:
            steps = self._rows.done if move == "undo" else self._rows.undone
            if not steps:
                return None
            step = steps[-1].inverse() if move == "undo" else steps[-1]
            named = self._replayed.name(move, steps[-1])
            await self._journalled(named, steps[-1], step)
            self._replayed.note(named, steps[-1])
            done = self._rows.undo() if move == "undo" else self._rows.redo()
        self._changed()
        return done

    async def _journalled(self, move: Move, named: Step, step: Step) -> None:
        splices = tuple(
            (s.at, len(s.removed), tuple(self._journal_item(i) for i in s.inserted))
            for s in step.splices
        )
        if self._journal is None:
            return
        try:
            await asyncio.to_thread(self._journal.append, Entry(move, named.label, splices))
        except OSError as error:
            raise InputError(
                "The edit was not taken",
                f"the journal cannot be written: {error.strerror or error}",
                "Free some disk space and do it again; everything before it is safe",
            ) from error

    def _journal_item(self, row_id: int) -> int | bytes:
        return row_id if row_id >= 0 and self._same_lines else self._text(row_id)

    def _check_editable(self) -> None:
        if self.read_only:
            raise InputError("Read only", self.notice, "Close the other window and open it again")

    def _changed_on_disk(self) -> bool:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return True
        except OSError:
            return False  # the save itself will say what is wrong
        return (stat.st_size, stat.st_mtime_ns) != (self._saved_as.size, self._saved_as.mtime_ns)

    def _write(self, path: Path) -> None:
        write_atomically(path, self._chunks())
        if path != self.path:
            return
        with path.open("rb") as file:
            self._saved_as = Identity.of(file.fileno())
        self._same_lines = False
        if self._journal:
            self._journal.start(self._saved_as)
            self._replayed = Replayed()

    def _chunks(self) -> Iterator[bytes]:
        """Yield the file's new content: unedited stretches as they were, edited rows as new."""
        ids, source = self._rows.ids, self._source
        if source.has_bom:
            yield BOM
        for position, length in stretches(ids):
            first, last = ids[position], position + length == len(ids)
            if first < 0:
                yield self._texts[first] + source.newline
                continue
            chunks = source.copy_chunks(first, first + length)
            if first == 0 and source.has_bom:
                yield next(chunks)[len(BOM) :]
            yield from chunks
            # Only the file's own last line may lack a newline; elsewhere it needs one.
            if first + length == len(source) and not last and not source.ends_with_newline:
                yield source.newline

    def _changed(self) -> None:
        self.version += 1
        for listener in [*self._listeners]:
            listener()


class Snapshot:
    """The rows of a document at one moment, readable from any thread."""

    def __init__(
        self,
        ids: array[int],
        text: Callable[[int], bytes],
        version: int,
        source: LineSource | None = None,
    ) -> None:
        self.ids = ids
        self.version = version
        self.source = source  # the file: an id that is not negative is the number of its line
        self._text = text

    def __len__(self) -> int:
        """Count rows."""
        return len(self.ids)

    def __getitem__(self, position: int) -> bytes:
        """Return a row's bytes without line ending. Raises IndexError."""
        return self._text(self.ids[position])

    def __iter__(self) -> Iterator[bytes]:
        """Yield all rows in order."""
        return map(self._text, self.ids)
