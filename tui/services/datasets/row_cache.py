"""Rows parsed when they are shown; the long ones off the event loop."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.core.dataset.example import Broken, Example, parse
from tui.core.listeners import Listeners
from tui.core.text.text import size_words
from tui.services.background import start
from tui.services.datasets.disk.source import LONG_LINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.services.datasets.content import Content

_KEPT = 512
_KEPT_LONG = 8


class ParsedRows:
    """The parsed rows of one document by id, those asked for last kept."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._short = lru_cache(maxsize=_KEPT)(self._parse)
        self._long: dict[int, Example | Broken] = {}
        self._reading: dict[int, asyncio.Task[None]] = {}
        self._listeners = Listeners[[]]()

    def of(self, row_id: int) -> Example | Broken:
        """Return a row; a `Broken` with the reason for a long one that is still to be parsed."""
        length = self._content.length(row_id)
        if length <= LONG_LINE:
            return self._short(row_id)
        known = self._long.get(row_id)
        if known is not None:
            return known
        if row_id not in self._reading:
            self._reading[row_id] = start(self._read(row_id), "read a long row")
        size = size_words(length)
        return Broken(f"(a line of {size})", f"this line has {size} and is being read")

    def on_read(self, listener: Callable[[], None]) -> None:
        """Call `listener` when a long row has been parsed."""
        self._listeners.add(listener)

    def _parse(self, row_id: int) -> Example | Broken:
        return parse(self._content.text(row_id))

    async def _read(self, row_id: int) -> None:
        try:
            row = await asyncio.to_thread(self._parse, row_id)
        except OSError as error:  # closed, or gone, while it was read
            row = Broken("", error.strerror or str(error))
        finally:
            del self._reading[row_id]
        self._long[row_id] = row
        while len(self._long) > _KEPT_LONG:
            del self._long[next(iter(self._long))]
        self._listeners.tell()
