"""Read access to an open dataset's rows by position.

Rows can be read already while the file is still being indexed.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from array import array
from functools import partial
from typing import TYPE_CHECKING

from tui.core.arrays import numbers_from
from tui.core.listeners import Listeners
from tui.services.background import start
from tui.services.datasets.content import Content, Snapshot
from tui.services.datasets.row_cache import ParsedRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.dataset.example import Broken, Example
    from tui.core.dataset.splices import Rows
    from tui.services.datasets.disk.source import LineSource

# How long is indexed between two looks of the screen, and how much between two at the clock.
_INDEX_S = 0.1
_INDEX_STEP = 16 * 1024 * 1024
_FIRST_ROWS_S = 0.3  # indexing waits this long, so that the first rows are painted first


class OpenRows:
    """Rows by position, 0-based as they stand now; all methods on the event loop.

    A row is one line without its ending. Line numbers shown to people are positions + 1.
    """

    def __init__(self, content: Content, rows: Rows, notice: str = "") -> None:
        self.version = 0  # grows with every change of the rows
        self.notice = notice  # something to tell about the opening, in one sentence
        self._content = content
        self._source = content.source
        self._rows = rows
        self._parsed = ParsedRows(content)
        self._unsaved: tuple[int, frozenset[int]] = (-1, frozenset())  # of which version
        self._listeners = Listeners[[]]()
        self._latest: Callable[[], Snapshot | None] = lambda: None
        self._growing: asyncio.Task[None] | None = None
        self._closing = False

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
    def head(self) -> bytes:
        """The first 64 kB of the file as it was opened."""
        return self._source.head

    @property
    def ends_with_newline(self) -> bool:
        """Whether the last line of the file as opened is closed."""
        return self._source.ends_with_newline

    def line(self, position: int) -> bytes:
        """Return the row's bytes without line ending. Raises IndexError."""
        return self._content.text(self._rows.ids[position])

    def reader(self, position: int) -> Callable[[], bytes]:
        """Return what reads a row as it is now, later and in any thread. Raises IndexError."""
        return partial(self._content.text, self._rows.ids[position])

    def example(self, position: int) -> Example | Broken:
        """Return the parsed row. Raises IndexError.

        A row of over 256 kB is parsed off the loop when it is first asked for: until then this
        is a `Broken` that says so, and `on_read` tells when it is there.
        """
        return self._parsed.of(self._rows.ids[position])

    def row_id(self, position: int) -> int:
        """Return what names this row whatever its position; an edit makes another. IndexError."""
        return self._rows.ids[position]

    def unsaved(self, position: int) -> bool:
        """Whether the file on disk does not hold this row, wherever in it."""
        return self._rows.ids[position] in self.unsaved_ids()

    def unsaved_ids(self) -> frozenset[int]:
        """Return the ids of the rows that the file on disk does not hold."""
        of, ids = self._unsaved
        if of != self.version:
            ids = self._rows.unsaved_ids()
            self._unsaved = (self.version, ids)
        return ids

    def snapshot(self) -> Snapshot:
        """Return the rows as they stand, for a thread to read while edits go on.

        One that is still held is given again until the rows change: a copy of very many rows
        takes a moment.
        """
        known = self._latest()
        if known is None or known.version != self.version or len(known) != len(self):
            known = Snapshot(array("q", self._rows.ids), self._content, self.version)
            self._latest = weakref.ref(known)
        return known

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` on the loop after every change; returns what ends it."""
        return self._listeners.add(listener)

    def on_read(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the loop when a long row has been parsed."""
        self._parsed.on_read(listener)

    # -- growing ---------------------------------------------------------------------

    def grow(self) -> None:
        """Look for the other rows of a file that was not opened whole, in the background."""
        if self.indexed < 1 and self._growing is None:
            self._growing = start(self._grow(), "read on")

    async def _grow(self) -> None:
        await asyncio.sleep(_FIRST_ROWS_S)
        while self.indexed < 1 and not self._closing:
            try:
                more = await asyncio.to_thread(self._more_rows, len(self._rows.ids))
            except OSError as error:
                self.notice = f"The file could not be read to its end ({error.strerror})."
                self._cut_short()
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

    def _cut_short(self) -> None:
        """Take the rows found as all there are: the rest of the file cannot be read."""

    def _changed(self) -> None:
        self.version += 1
        self._listeners.tell()
