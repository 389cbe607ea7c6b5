"""The file a document was opened from: whether it changed on disk, and rewriting it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.datasets.disk.source import Identity

if TYPE_CHECKING:
    from array import array
    from pathlib import Path

    from tui.services.datasets.content import Content
    from tui.services.datasets.journal.journal import Journal


class DiskFile:
    """A dataset's place on the disk. `saved_as` tells what it held when we last had it.

    `changed` is what the last look found: "" for the file as it was then.
    """

    def __init__(self, path: Path, content: Content) -> None:
        self.path = path
        self.saved_as = content.source.identity
        self.changed = ""
        self._content = content

    async def change(self) -> str:
        """Return what names the file's present state if another program made it, else "".

        "gone" when the file was removed.
        """
        saved = self.saved_as
        change = await asyncio.to_thread(self._change)
        self.changed = change if saved is self.saved_as else ""  # a save of ours between is none
        return self.changed

    def write(self, ids: array[int], path: Path, journal: Journal | None, *, plain: bool) -> bool:
        """Write rows to the file itself, or to another `path`; return whether it was itself.

        With `plain` each line is ended by LF and a byte order mark is left away. The journal is
        told before the file is replaced. Raises OSError, with the old file as it was. Blocks.
        """
        chunks = self._content.plain_chunks(ids) if plain else self._content.chunks(ids)
        if path != self.path:
            write_atomically(path, chunks)
            return False
        if journal is None:
            write_atomically(path, chunks)
        else:
            write_atomically(
                path, chunks, lambda file: journal.saving(Identity.of(file)), journal.writing
            )
        with path.open("rb") as file:
            self.saved_as, self.changed = Identity.of(file.fileno()), ""
        return True

    def _change(self) -> str:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return "gone"
        except OSError:
            return ""  # the save itself will say what is wrong
        if (stat.st_size, stat.st_mtime_ns) == (self.saved_as.size, self.saved_as.mtime_ns):
            return ""
        return f"{stat.st_size} {stat.st_mtime_ns}"
