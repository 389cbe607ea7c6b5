"""Keeping the problems of an open dataset current: only rows not seen before are checked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.checks import FileFacts, check_row, check_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.checks import Issue, RowReport
    from tui.services.datasets.document import Document, Snapshot


class Checker:
    """The problems of one document. Rows never change, so a row's own report is kept by its id."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._reports: dict[int, RowReport] = {}

    async def issues(
        self,
        on_progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[Issue]:
        """Return all problems of the rows as they stand, in line order.

        Runs off the loop; `on_progress(done, of)` is called on it. A cancelled run returns
        what it has.
        """
        snapshot = self._document.snapshot()
        loop = asyncio.get_running_loop()

        def report(done: int, of: int) -> None:
            if on_progress is not None:
                loop.call_soon_threadsafe(on_progress, done, of)

        facts = FileFacts(
            name=self._document.path.name,
            size=self._document.size,
            head=self._document.head,
            ends_with_newline=self._document.ends_with_newline,
        )
        return await asyncio.to_thread(self._check, snapshot, facts, report, cancelled)

    def _check(
        self,
        snapshot: Snapshot,
        facts: FileFacts,
        report: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> list[Issue]:
        reports = []
        for position, row_id in enumerate(snapshot.ids):
            if position % 2000 == 1999:
                report(position, len(snapshot))
                if cancelled():
                    break
            reports.append(self._row(position + 1, row_id, snapshot[position]))
        found = [issue for row in reports for issue in row.issues]
        found += check_whole(reports, facts)
        order = {"error": 0, "warning": 1, "info": 2}
        return sorted(found, key=lambda i: (i.line, order[i.severity]))

    def _row(self, number: int, row_id: int, line: bytes) -> RowReport:
        known = self._reports.get(row_id)
        if known is None:
            known = self._reports[row_id] = check_row(number, line)
        return known.at(number)  # a row that has moved keeps its report under a new line number
