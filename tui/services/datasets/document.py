"""An open dataset: rows shown from the file, edits laid over them, undo, journal and save."""

from __future__ import annotations

import asyncio
import time
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.example import Broken, Example, parse_exactly, write
from tui.core.large import numbers_from
from tui.core.splices import Splice, Step, between
from tui.services.datasets.ahead import ReadAhead
from tui.services.datasets.content import Content, Snapshot
from tui.services.datasets.history import keep, recall
from tui.services.datasets.journal import Entry, Journal, JournalBusyError, Move, Replayed
from tui.services.datasets.parsed import ParsedRows
from tui.services.datasets.recovery import Recovered, fresh, recover
from tui.services.datasets.rewriting import splices_of
from tui.services.datasets.saving import write_atomically
from tui.services.datasets.source import Identity, LineSource
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

__all__ = ["Change", "Document", "Snapshot"]

# How long is indexed between two looks of the screen, and how much between two at the clock.
_INDEX_S = 0.1
_FIRST_ROWS_S = 0.3  # in which the first rows are painted, with a processor for themselves
_INDEX_STEP = 16 * 1024 * 1024


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

    def __init__(
        self, path: Path, content: Content, journal: Journal | None, recovered: Recovered
    ) -> None:
        self.path = path
        self.version = 0  # grows with every change of the rows
        # Told of every file written, and how many rows it holds.
        self.after_save: Callable[[Path, int], Awaitable[None]] | None = None
        self.notice = recovered.notice  # something to tell about the opening, in one sentence
        self._content = content
        self._source = content.source
        self._journal = journal
        self._saved_as = content.source.identity
        self._rows = recovered.rows
        self._opening = recovered
        self.recovered = self.changes  # unsaved steps found in the journal at the opening
        self._same_lines = True  # file lines on disk still have the numbers they were opened with
        self._replayed = recovered.replayed
        self._lock = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._parsed = ParsedRows(content)
        self._growing: asyncio.Task[None] | None = None
        self._closing = False
        self._at_close: list[Callable[[], Awaitable[None]]] = []

    # -- reading ---------------------------------------------------------------------

    def __len__(self) -> int:
        """Count rows."""
        return len(self._rows.ids)

    @property
    def indexed(self) -> float:
        """How much of the file has been looked through for its rows, from 0 to 1.

        Below 1 there are more rows to come, and changes wait for them.
        """
        return self._source.share

    @property
    def growing(self) -> bool:
        """Whether more rows are still being looked for."""
        return self._growing is not None

    async def ready(self) -> None:
        """Wait until all rows are there."""
        if self._growing is not None:
            await asyncio.shield(self._growing)

    @property
    def source(self) -> LineSource:
        """The lines of the file as it was opened; their numbers are the ids of unedited rows."""
        return self._source

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
        """Count the steps between the file on disk and the rows as they stand."""
        rows = self._rows
        return abs(len(rows.done) - rows.clean_at) if rows.clean_at >= 0 else len(rows.done)

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
        return self._content.text(self._rows.ids[position])

    def example(self, position: int) -> Example | Broken:
        """Return the parsed row. Raises IndexError.

        A row of over 256 kB is parsed off the loop when it is first asked for: until then this
        is a `Broken` that says so, and `on_read` tells when it is there.
        """
        return self._parsed.of(self._rows.ids[position])

    def example_for_edit(self, position: int) -> Example | Broken:
        """Return the row parsed so that every number survives rewriting. Raises IndexError."""
        return parse_exactly(self.line(position))

    def row_id(self, position: int) -> int:
        """Return what names this row whatever its position; an edit makes another. IndexError."""
        return self._rows.ids[position]

    def saved_snapshot(self) -> Snapshot:
        """Return the rows that the file on disk holds, for a thread to compare."""
        return Snapshot(self._rows.saved_ids(), self._content, self.version)

    def edited(self, position: int) -> bool:
        """Whether this row was written since the file was opened."""
        return self._rows.ids[position] < 0

    def snapshot(self) -> Snapshot:
        """Return the rows as they stand, for a thread to read while edits go on."""
        return Snapshot(array("q", self._rows.ids), self._content, self.version)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` on the loop after every change; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def at_close(self, end: Callable[[], Awaitable[None]]) -> None:
        """Have `end` called before the file is given back."""
        self._at_close.append(end)

    def on_read(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the loop when a long row has been parsed."""
        self._parsed.on_read(listener)

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
        await self.ready()
        if any(b"\n" in line for change in changes for line in change.lines):
            raise InputError("Not one line", "a row of JSONL is a single line", "Remove the break")
        async with self._lock:
            await self._remember()
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
        await self.ready()
        async with self._lock:
            if version != self.version:
                raise InputError(
                    "The rows have changed meanwhile", "nothing was done", "Do it again"
                )
            await self._remember()
            splices = await asyncio.to_thread(splices_of, self._rows.ids, rows, self._content.add)
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
        """Return to the saved content: by undo or redo where they lead there, else by a step."""
        rows = self._rows
        while len(rows.done) > rows.clean_at >= 0:
            await self.undo()
        while len(rows.done) < rows.clean_at:
            await self.redo()
        if not self.modified:
            return
        self._check_editable()
        async with self._lock:
            step = Step("return to the saved rows", (between(rows.ids, rows.saved_ids()),))
            await self._journalled("do", step, step)
            self._replayed.note("do", step)
            rows.apply(step)
            rows.clean_at = len(rows.done)
        self._changed()

    # -- saving ----------------------------------------------------------------------

    async def changed_on_disk(self) -> bool:
        """Whether another program has written or removed the file since it was opened."""
        return bool(await self.disk_change())

    async def disk_change(self) -> str:
        """Return what names the file's present state if another program made it, else "".

        "gone" when the file was removed.
        """
        saved = self._saved_as
        change = await asyncio.to_thread(self._disk_change)
        return change if saved is self._saved_as else ""  # a save of ours between is none

    @property
    def saving(self) -> bool:
        """Whether a change or a save is being written at this moment."""
        return self._lock.locked()

    async def save(
        self, path: Path | None = None, *, overwrite: bool = False, plain: bool = False
    ) -> None:
        """Write the rows to the file, or to `path` for a copy that leaves this document as it is.

        With `plain` each line is ended by LF and a byte order mark is left away; otherwise what
        was not edited stays as it is, byte for byte. Open the file anew after a plain save.
        Raises InputError: the file was changed by another program (unless `overwrite`), the
        folder or disk refuses. Nothing is lost then; the changes stay in the journal.
        """
        await self.ready()
        async with self._lock:
            if path is None and not overwrite and await self.changed_on_disk():
                raise InputError(
                    "The file has changed on disk",
                    f"another program has written {self.path.name} since it was opened",
                    "Save again to overwrite it, or save under another name",
                )
            await self._remember()
            try:
                await asyncio.to_thread(self._write, path or self.path, plain)
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
        self._closing = True
        for end in self._at_close:
            await end()
        await self.ready()
        async with self._lock:
            if self._journal:
                if not self.modified and self._opening.begun:
                    await asyncio.to_thread(self._kept, self._journal)
                self._journal.close(remove=not self.modified)
            self._source.close()

    # -- opening ---------------------------------------------------------------------

    @classmethod
    def open(cls, path: Path, journals: Path, *, whole: bool = True) -> Document:
        """Open a file and lay recovered edits over it. Raises OSError. Blocks.

        Not `whole`: with the first rows only, unless there are edits; then call `grow`.
        """
        source = LineSource(path, whole=whole)
        content = Content(source)
        try:
            journal = Journal(journals, path)
        except (JournalBusyError, OSError) as error:
            found = fresh(len(source))
            found.notice = (
                "Open for reading only: it is being edited in another window."
                if isinstance(error, JournalBusyError)
                else f"Open for reading only: the journal cannot be written ({error.strerror})."
            )
            return cls(path, content, None, found)
        return cls(path, content, journal, recover(journal, content))

    def grow(self) -> None:
        """Look for the other rows of a file that was not opened whole, in the background."""
        if self.indexed < 1 and self._growing is None:
            self._growing = asyncio.create_task(self._grow())

    async def _grow(self) -> None:
        await asyncio.sleep(_FIRST_ROWS_S)
        while self.indexed < 1 and not self._closing:
            try:
                more = await asyncio.to_thread(self._more_rows, len(self._rows.ids))
            except OSError as error:
                self.notice = f"The file could not be read to its end ({error.strerror})."
                if self._journal:  # half of the rows must not be saved over the file
                    self._journal.close(remove=True)
                    self._journal = None
                break
            self._rows.ids.extend(more)
            if self.indexed < 1:
                self._changed()
        self._growing = None
        self._changed()

    def _more_rows(self, known: int) -> array[int]:
        """Index for a moment; return the ids of the rows after those known."""
        until = time.monotonic() + _INDEX_S
        while True:
            self._source.index(_INDEX_STEP)
            if self.indexed == 1 or self._closing or time.monotonic() >= until:
                break
        return numbers_from(known, len(self._source))

    # -- inside ----------------------------------------------------------------------

    def _splice(self, change: Change) -> Splice:
        removed = tuple(self._rows.ids[change.at : change.at + change.removed])
        return Splice(change.at, removed, tuple(map(self._content.add, change.lines)))

    async def _move(self, move: Move) -> Step | None:
        self._check_editable()
        await self.ready()
        async with self._lock:
            await self._remember()
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

    async def _remember(self) -> None:
        """Have the steps from before the last save at hand, before there are others."""
        found = self._opening
        if found.begun or self._journal is None:
            return
        path, identity = self._journal.history, self._source.identity
        found.begin(await asyncio.to_thread(recall, path, identity, self._content))
        self._replayed = found.replayed

    async def _journalled(self, move: Move, named: Step, step: Step) -> None:
        if self._journal is None:
            return
        try:
            await asyncio.to_thread(self._append, self._journal, move, named.label, step)
        except OSError as error:
            raise InputError(
                "The edit was not taken",
                f"the journal cannot be written: {error.strerror or error}",
                "Free some disk space and do it again; everything before it is safe",
            ) from error

    def _append(self, journal: Journal, move: Move, label: str, step: Step) -> None:
        text = ReadAhead(self._source, self._content.text).text

        def item(row_id: int) -> int | bytes:
            return row_id if row_id >= 0 and self._same_lines else text(row_id)

        splices = ((s.at, len(s.removed), map(item, s.inserted)) for s in step.splices)
        journal.append(Entry(move, label, tuple(splices)))

    def _check_editable(self) -> None:
        if self.read_only:
            raise InputError("Read only", self.notice, "Close the other window and open it again")

    def _disk_change(self) -> str:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return "gone"
        except OSError:
            return ""  # the save itself will say what is wrong
        if (stat.st_size, stat.st_mtime_ns) == (self._saved_as.size, self._saved_as.mtime_ns):
            return ""
        return f"{stat.st_size} {stat.st_mtime_ns}"

    def _write(self, path: Path, plain: bool) -> None:
        form = self._content.plain_chunks if plain else self._content.chunks
        chunks = form(self._rows.ids)
        if path != self.path or self._journal is None:
            write_atomically(path, chunks)
        else:
            journal = self._journal
            write_atomically(
                path, chunks, lambda file: journal.saving(Identity.of(file)), journal.writing
            )
        if path != self.path:
            return
        with path.open("rb") as file:
            self._saved_as = Identity.of(file.fileno())
        self._same_lines = False
        if self._journal:
            self._journal.start(self._saved_as)
            self._replayed = self._kept(self._journal)

    def _kept(self, journal: Journal) -> Replayed:
        """Keep the steps so far beside a journal that begins anew."""
        try:
            history = keep(journal.history, self._saved_as, self._rows, self._content)
        except OSError:
            return Replayed()  # a full disk: the data is saved, undo ends with this session
        return Replayed(history.done, history.undone)

    def _changed(self) -> None:
        self.version += 1
        for listener in [*self._listeners]:
            listener()
