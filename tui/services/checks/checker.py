"""Keeping the problems of an open dataset current: only rows not seen before are checked."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from tui.core.arrays import is_range, negatives, negatives_replaced
from tui.core.checks import FileFacts, ReportColumns, check_row, sample_stats_of
from tui.services.checks.file_check import FileCheck
from tui.services.checks.languages import LanguageGuesses
from tui.services.checks.near_results import NearResults
from tui.services.checks.problems import Problems
from tui.services.datasets.disk.source import LONG_LINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.catalog.providers import FileLimits
    from tui.core.checks import Issue
    from tui.services.datasets.content import Snapshot
    from tui.services.datasets.document import Document
    from tui.services.workers import Pool

_BETWEEN_LOOKS = 500


class Checker:
    """The problems of one document. Rows never change, so a row's report is kept by its id.

    `limits` are of the provider whose severities are told, OpenAI's when None.

    The lines of the file are checked once, by `workers` when there are many;
    after an edit only the rows rewritten are, and the rules on the file as a whole.
    """

    def __init__(self, document: Document, workers: Pool, limits: FileLimits | None = None) -> None:
        self.limits = limits
        self.near = NearResults()
        self._document = document
        self._workers = workers
        self._file: FileCheck | None = None
        self._languages = LanguageGuesses(workers)
        self._running: asyncio.Task[None] | None = None
        # The file's lines and after them the rows written since it was opened: None without
        # such rows, or else a copy that nobody else ever sees, as it grows with every edit.
        self._columns: ReportColumns | None = None
        self._places: dict[int, int] = {}  # where each row written since stands in it
        self._ready: dict[int, tuple[Issue, ...]] = {}
        self._filling = threading.Lock()
        self._asked = 0
        document.at_close(self.close)

    async def issues(self, on_progress: Callable[[int, int], None] | None = None) -> Problems:
        """Return all problems of the rows as they stand, in line order.

        Runs off the loop; `on_progress(lines done, of)` is called on it. When it is called
        again meanwhile the earlier call ends with asyncio.CancelledError; the
        checks of the file's own lines go on for the next.
        """
        self._asked += 1
        asked = self._asked
        await self._document.ready()
        if self._file is None:
            self._file = FileCheck(self._document.source, self._workers)
            rows = self._document.snapshot()
            run = self._file.run(lambda: self._languages.ahead(rows))
            self._running = asyncio.create_task(run)
        if on_progress is not None:
            self._file.on_progress = on_progress
        if self._running is not None:
            await asyncio.shield(self._running)
        found = await asyncio.to_thread(
            self._collect,
            self._document.snapshot(),
            self._file.columns,
            lambda: asked != self._asked,
        )
        if found is None:
            raise asyncio.CancelledError
        return found

    async def look_alike(self) -> bool:
        """Look unasked for near duplicates in a small file; return whether `issues` changed."""
        asked, document = self._asked, self._document
        return await self.near.look(
            document.snapshot(), document.size, lambda: asked != self._asked
        )

    def give_way(self) -> None:
        """Check more slowly for a moment, for somebody presses keys."""
        if self._file is not None:
            self._file.give_way()

    async def close(self) -> None:
        """End the checks that still run."""
        self._asked += 1
        if self._file is not None:
            self._file.stop()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _collect(
        self, snapshot: Snapshot, of_file: ReportColumns, superseded: Callable[[], bool]
    ) -> Problems | None:
        document = self._document
        head, ended = document.head, document.ends_with_newline
        sample = sample_stats_of(snapshot, self._languages)
        alike = self.near.among(snapshot)
        limits, name = self.limits, document.path.name
        wants_bom = limits is not None and limits.wants_bom
        facts = FileFacts(name, document.size, head, ended, sample, alike, wants_bom)
        with self._filling:
            if not self._check_new(snapshot, of_file, superseded):
                return None
            in_order = self._in_order(snapshot, of_file)
            if superseded():
                return None
        return Problems(snapshot, in_order, facts, self._ready, limits)

    def _check_new(
        self, snapshot: Snapshot, of_file: ReportColumns, superseded: Callable[[], bool]
    ) -> bool:
        """Check rows not seen before; return whether it came to the end."""
        new = [row for row in negatives(snapshot.ids) if row not in self._places]
        if new and self._columns is None:
            self._columns = of_file.copy()  # what earlier problems were made from stays as it is
        columns = of_file if self._columns is None else self._columns
        for count, row in enumerate(new):
            if count % _BETWEEN_LOOKS == 0 and superseded():
                return False
            line = snapshot.text(row)
            report = check_row(0, line)
            if len(line) > LONG_LINE and report.issues:
                self._ready[row] = report.issues
            self._places[row] = len(columns)
            columns.append(report)
        for row in self._document.source.long_lines:
            if row not in self._ready and columns.signs[row]:
                self._ready[row] = check_row(0, snapshot.text(row)).issues
        return True

    def _in_order(self, snapshot: Snapshot, of_file: ReportColumns) -> ReportColumns:
        """Return the columns of the rows as they stand; nothing is added to them later."""
        if is_range(snapshot.ids, len(of_file)):
            return of_file
        places = negatives_replaced(snapshot.ids, self._places.__getitem__)
        return (of_file if self._columns is None else self._columns).take(places)
