"""An open dataset: rows shown from the file, edits laid over them, undo, journal and save."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from tui.core.dataset.example import write
from tui.core.dataset.splices import Splice, Step, between
from tui.services.datasets.content import Content, Snapshot
from tui.services.datasets.disk.opened_file import DiskFile
from tui.services.datasets.disk.source import LineSource
from tui.services.datasets.journal.journal import Journal, JournalBusyError
from tui.services.datasets.journal.record import Record
from tui.services.datasets.journal.recovery import RecoveredRows, fresh, recover
from tui.services.datasets.open_rows import OpenRows
from tui.services.datasets.row_splices import splices_of
from tui.services.errors import InputError, disk_words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from pathlib import Path

    from tui.core.dataset.example import Example
    from tui.services.session.holder import Holder
    from tui.services.settings.state_trouble import StateTrouble

__all__ = ["Change", "Document", "Snapshot"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """What a splice asks for: `removed` rows at position `at` give way to `lines`.

    A line is new, or one that there was already, by its id: then it is that row again.
    """

    at: int
    removed: int
    lines: tuple[bytes | int, ...]


class Document(OpenRows):
    """One dataset under edit. Made by `DatasetService.open`; all methods on the event loop."""

    def __init__(
        self, path: Path, content: Content, journal: Journal | None, recovered: RecoveredRows
    ) -> None:
        super().__init__(content, recovered.rows, recovered.notice)
        self.path = path
        # Told of every file written, and how many rows it holds.
        self.after_save: Callable[[Path, int], Awaitable[None]] | None = None
        self.held_elsewhere = False  # another program edits it: this one is for reading
        self.holder: Holder | None = None  # that program, as far as it is known
        self.recovered = self.changes  # unsaved steps found in the journal at the opening
        self._file = DiskFile(path, content)
        self._record = Record(journal, content, recovered)
        self._lock = asyncio.Lock()
        self._at_close: list[Callable[[], Awaitable[None]]] = []
        self._steps: set[asyncio.Task[object]] = set()
        self._changing: set[asyncio.Task[object]] = set()  # those that change rows, no saves

    @property
    def modified(self) -> bool:
        """Whether there are changes the file on disk does not hold."""
        return self._rows.modified

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back, as far as is known."""
        return bool(self._rows.done) or self._record.keeps_steps

    @property
    def can_redo(self) -> bool:
        """Whether a step that was taken back is at hand."""
        return bool(self._rows.undone)

    @property
    def read_only(self) -> bool:
        """Whether edits are off, because another running program edits this file."""
        return self._record.journal is None

    @property
    def changes(self) -> int:
        """Count the steps between the file on disk and the rows as they stand."""
        rows = self._rows
        return abs(len(rows.done) - rows.clean_at) if rows.clean_at >= 0 else len(rows.done)

    @property
    def size(self) -> int:
        """Size in bytes of the file as it was opened or last saved."""
        return self._file.saved_as.size

    def saved_snapshot(self) -> Snapshot:
        """Return the rows that the file on disk holds, for a thread to compare."""
        return Snapshot(self._rows.saved_ids(), self._content, self.version)

    def at_close(self, end: Callable[[], Awaitable[None]]) -> None:
        """Have `end` called before the file is given back."""
        self._at_close.append(end)

    # -- changing --------------------------------------------------------------------

    async def replace(self, position: int, example: Example, label: str) -> None:
        """Rewrite one row, in the spacing and escaping of the row it replaces."""
        await self.change(label, [Change(position, 1, (write(example, self.line(position)),))])

    async def insert(self, position: int, lines: Sequence[bytes], label: str) -> None:
        """Put rows in before `position` (the number of rows appends)."""
        await self.change(label, [Change(position, 0, tuple(lines))])

    async def delete(self, position: int, count: int, label: str) -> None:
        """Take rows out."""
        await self.change(label, [Change(position, count, ())])

    async def change(self, label: str, changes: Sequence[Change]) -> None:
        """Do one undoable step. It is on disk, in the journal, before this returns.

        Raises InputError when edits are off, a new row holds a line break, the journal cannot
        be written, or other rows stand there once those changes are done that were asked for
        before; the rows are then as before.
        """
        self._check_editable()
        lines = (line for change in changes for line in change.lines)
        if any(b"\n" in line for line in lines if isinstance(line, bytes)):
            raise InputError("Not one line", "a row of JSONL is a single line", "Remove the break")
        await self._whole(self._change(label, changes, [*map(self._meant, changes)]))

    async def _change(
        self, label: str, changes: Sequence[Change], meant: Sequence[tuple[int, ...]]
    ) -> None:
        await self.ready()
        async with self._lock:
            await self._record.remember()
            there = [*map(self._meant, changes)]
            if there != [*meant] or any(change.at > len(self) for change in changes):
                raise _changed_meanwhile()
            await self._do(Step(label, tuple(self._splice(change) for change in changes)))
        self._changed()

    async def rewrite(self, label: str, rows: Sequence[int | bytes], version: int) -> bool:
        """Replace all rows in one undoable step; return whether anything changed.

        A row is a position as it stands, or a new line. Made off the loop, for any number of
        rows. Raises InputError as `change` does, and when the rows are no longer those of
        `version`, which the new ones were made from.
        """
        self._check_editable()
        return await self._whole(self._rewrite(label, rows, version))

    async def _rewrite(self, label: str, rows: Sequence[int | bytes], version: int) -> bool:
        await self.ready()
        async with self._lock:
            if version != self.version:
                raise _changed_meanwhile()
            await self._record.remember()
            splices = await asyncio.to_thread(splices_of, self._rows.ids, rows, self._content.add)
            if splices:
                await self._do(Step(label, splices))
        if splices:
            self._changed()
        return bool(splices)

    async def undo(self) -> Step | None:
        """Take the last step back; returns what was done to the rows, None without a step."""
        return await self._whole(self._move("undo"))

    async def redo(self) -> Step | None:
        """Do the step last taken back again; None without one."""
        return await self._whole(self._move("redo"))

    async def drop_changes(self) -> None:
        """Return to the saved content: by undo or redo where they lead there, else by a step."""
        await self._whole(self._drop_changes())

    async def _drop_changes(self) -> None:
        rows = self._rows
        while len(rows.done) > rows.clean_at >= 0:
            await self.undo()
        while len(rows.done) < rows.clean_at:
            await self.redo()
        if not self.modified:
            return
        self._check_editable()
        async with self._lock:
            back = between(rows.ids, rows.saved_ids())
            await self._do(Step("return to the saved rows", (back,)))
            rows.clean_at = len(rows.done)
        self._changed()

    # -- saving ----------------------------------------------------------------------

    async def disk_change(self) -> str:
        """Return what names the file's present state if another program made it, else "".

        "gone" when the file was removed.
        """
        return await self._file.change()

    @property
    def differs(self) -> str:
        """What `disk_change` has returned last, "" after a save."""
        return self._file.changed

    @property
    def saving(self) -> bool:
        """Whether a change or a save is being written at this moment."""
        return self._lock.locked()

    async def save(
        self, path: Path | None = None, *, overwrite: bool = False, plain: bool = False
    ) -> None:
        """Write the rows to the file, or to `path` for a copy that leaves this document as it is.

        With `plain` each line is ended by LF and a byte order mark is left away; otherwise what
        was not edited stays as it is, byte for byte. Open the file again after a plain save.
        Raises InputError: the file was changed by another program (unless `overwrite`), edits are
        off and the file is there, the folder or disk refuses. Nothing is lost then; the changes
        stay in the journal.
        """
        await self._whole(self._save(path, overwrite=overwrite, plain=plain), changes=False)

    async def _save(self, path: Path | None, *, overwrite: bool, plain: bool) -> None:
        await self.ready()
        async with self._lock:
            if path is None:
                await self._check_in_place(overwrite)
            await self._record.remember()
            try:
                await asyncio.to_thread(self._write, path or self.path, plain)
            except OSError as error:
                raise InputError(
                    "Not saved",
                    disk_words(error, path or self.path),
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
            await self._record.close(self._file.saved_as, self._rows)
            self._source.close()

    # -- opening ---------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        path: Path,
        journals: Path,
        *,
        whole: bool = True,
        trouble: StateTrouble | None = None,
    ) -> Document:
        """Open a file and lay recovered edits over it. Raises OSError. Blocks.

        `trouble` is told when what could be undone is damaged.
        Not `whole`: with the first rows only, unless there are edits; then call `grow`.
        """
        source = LineSource(path, whole=whole)
        content = Content(source)
        journal = None
        try:
            journal = Journal(journals, path, trouble)
            return cls(path, content, journal, recover(journal, content))
        except JournalBusyError as error:
            who = f" ({error.holder.words})" if error.holder is not None else ""
            document = cls._to_read(path, content, f"another finetui{who} edits it")
            document.held_elsewhere, document.holder = True, error.holder
            return document
        except OSError as error:  # a full disk, a folder of somebody else's
            if journal is not None:
                journal.close()
            why = f"the journal cannot be written ({disk_words(error, journals)})"
            return cls._to_read(path, content, why)

    @classmethod
    def _to_read(cls, path: Path, content: Content, why: str) -> Document:
        found = fresh(len(content.source))
        found.notice = f"Open for reading only: {why}."
        return cls(path, content, None, found)

    # -- inside ----------------------------------------------------------------------

    async def changes_written(self) -> None:
        """Wait until the changes asked for so far are done, or have failed; not for saves."""
        if self._changing:
            await asyncio.wait(self._changing)

    async def _whole(self, step: Coroutine[object, object, T], *, changes: bool = True) -> T:
        """Take a step to its end also when whoever asked for it is cancelled meanwhile.

        Else the journal could hold a step that the rows have never seen.
        """
        task = asyncio.create_task(step)
        self._steps.add(task)
        if changes:
            self._changing.add(task)
        task.add_done_callback(self._step_ended)
        return await asyncio.shield(task)

    def _step_ended(self, task: asyncio.Task[object]) -> None:
        self._steps.discard(task)
        self._changing.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits is told; nobody else is to be

    def _meant(self, change: Change) -> tuple[int, ...]:
        return tuple(self._rows.ids[change.at : change.at + change.removed])

    def _splice(self, change: Change) -> Splice:
        added = tuple(
            self._content.add(line) if isinstance(line, bytes) else line for line in change.lines
        )
        return Splice(change.at, self._meant(change), added)

    async def _do(self, step: Step) -> None:
        await self._record.move("do", step)
        self._rows.apply(step)

    async def _move(self, move: Literal["undo", "redo"]) -> Step | None:
        self._check_editable()
        await self.ready()
        async with self._lock:
            await self._record.remember()
            steps = self._rows.done if move == "undo" else self._rows.undone
            if not steps:
                return None
            step = steps[-1].inverse() if move == "undo" else steps[-1]
            await self._record.move(move, steps[-1], step)
            done = self._rows.undo() if move == "undo" else self._rows.redo()
        self._changed()
        return done

    def _check_editable(self) -> None:
        if self.read_only:
            first = (
                "End the other finetui"
                if self.held_elsewhere
                else "Free some space, or make it writable,"
            )
            step = f"{first} and open it again"
            raise InputError("Read only", self.notice, step)

    async def _check_in_place(self, overwrite: bool) -> None:
        change = await self.disk_change()
        if change != "gone":  # what is here may be all that is left of it
            self._check_editable()
        if change and not overwrite:
            raise InputError(
                "The file has changed on disk",
                f"another program has written {self.path.name} since it was opened",
                "Save again to overwrite it, or save under another name",
            )

    def _cut_short(self) -> None:
        self._record.give_up()  # half of the rows must not be saved over the file

    def _write(self, path: Path, plain: bool) -> None:
        rows, record = self._rows, self._record
        if self._file.write(rows.ids, path, record.journal, plain=plain):
            record.begin_anew(self._file.saved_as, rows)


def _changed_meanwhile() -> InputError:
    return InputError("The rows have changed meanwhile", "nothing was done", "Do it again")
