"""Similar rows of an open dataset: searched on demand, in a small file also unasked."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tui.core.checks.whole_file.near_pairs import NearPairs
from tui.core.near import Stopped, pairs_of
from tui.services.checks.near_finder import NearFinder, NearQuestion, standing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui.services.checks.near_finder import NearGroups
    from tui.services.datasets.content import Snapshot
    from tui.services.datasets.disk.file_lines import FileLines

# Unasked, at most this many rows are compared, and given up after this long: rows that are nearly
# all alike take a hundred times as long as others.
_SMALL_ROWS = 3_000
_SMALL_BYTES = 4_000_000
_WAIT_S = 1.0


class NearResults:
    """The near duplicates and leaks found in one document, for its rows as they are now."""

    def __init__(self) -> None:
        self._finder = NearFinder()
        self._near: NearGroups | None = None
        self._leaked: tuple[NearGroups, Path, tuple[int, int]] | None = None
        self._question = NearQuestion("near")
        self._given_up = False

    def take(
        self, found: NearGroups, others: FileLines | None = None, path: Path | None = None
    ) -> None:
        """Keep what somebody has looked for; a leak with the other file and where it is."""
        if found.question.kind == "near":
            self._near, self._question = found, found.question
        elif others is not None and path is not None:
            identity = others.source.identity
            self._leaked = found, path, (identity.size, identity.mtime_ns)

    def among(self, snapshot: Snapshot) -> NearPairs:
        """Return what is alike among rows. Blocks.

        Rows edited since are left out, and everything found in a file that has changed since.
        """
        near = pairs_of(standing(self._near, snapshot).values()) if self._near else ()
        if self._leaked is None:
            return NearPairs(near)
        found, path, known = self._leaked
        if _state(path) != known:
            return NearPairs(near)
        return NearPairs(near, pairs_of(standing(found, snapshot).values()), path.name)

    async def look(self, snapshot: Snapshot, size: int, cancelled: Callable[[], bool]) -> bool:
        """Look for near duplicates in a small file, as was done last; tells of anything new.

        `size` in bytes. Works off the loop, for a second at most.
        """
        if self._given_up or len(snapshot) > _SMALL_ROWS or size > _SMALL_BYTES:
            return False
        before = await asyncio.to_thread(self.among, snapshot)
        until = time.monotonic() + _WAIT_S

        def stopped() -> bool:
            return cancelled() or time.monotonic() > until

        try:
            found = await self._finder.find(snapshot, self._question, cancelled=stopped)
        except Stopped:
            self._given_up = not cancelled()
            return False
        if cancelled():
            return False
        self._near = found
        return await asyncio.to_thread(self.among, snapshot) != before


def _state(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns
