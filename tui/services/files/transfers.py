"""Uploads in progress: each reports to who started it and to who watches all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.listeners import Listeners
from tui.core.provider.transfers import Meter, Progress

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.provider.transfers import Stage

Watch = Callable[[Progress], None]
TELL_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Transfer:
    """One upload under way; `key` tells it from others."""

    key: int
    path: Path
    progress: Progress


class Transfers:
    """All uploads of a profile that are under way, whoever started them."""

    def __init__(self) -> None:
        self._current: dict[int, Transfer] = {}
        self._listeners = Listeners[[]]()
        self._last = 0

    @property
    def current(self) -> tuple[Transfer, ...]:
        """The uploads under way, oldest first."""
        return tuple(self._current.values())

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when one begins, moves or ends; the returned function ends that."""
        return self._listeners.add(listener)

    def begin(self, path: Path, size: int, watch: Watch | None) -> Teller:
        """Return the teller for an upload of `size` bytes; it must be ended."""
        self._last += 1
        return Teller(self, self._last, path, size, watch)

    def put(self, transfer: Transfer) -> None:
        """Take note of how far one is."""
        self._current[transfer.key] = transfer
        self._listeners.tell()

    def drop(self, key: int) -> None:
        """Take note of an end."""
        if self._current.pop(key, None) is not None:
            self._listeners.tell()


class Teller:
    """Turns bytes sent into progress, told ten times a second at most."""

    def __init__(
        self, transfers: Transfers, key: int, path: Path, size: int, watch: Watch | None
    ) -> None:
        self._transfers, self._key, self._path, self.watch = transfers, key, path, watch
        self._meter = Meter(size)
        self._told = 0.0

    def start(self, *, kept: int = 0, expires: int | None = None, note: str = "") -> None:
        """Begin to send; `kept` bytes are there already. A note once given stays."""
        note = note or self._meter.note
        self._meter = Meter(self._meter.total, expires=expires)
        self._meter.note = note
        self._told = 0.0
        self.sent(kept)

    def remark(self, note: str) -> None:
        """Tell the user something about this upload."""
        self._meter.note = note

    def read(self, done: int) -> None:
        """Tell how many bytes have been read to know the content."""
        self._report(done, "reading")

    def sent(self, done: int) -> None:
        """Tell how many bytes are through, kept ones included."""
        self._report(done, "sending")

    def finishing(self) -> None:
        """Tell that all is through and the provider has yet to say so."""
        self._report(self._meter.total, "finishing")

    def end(self) -> None:
        """Take it off the list of those under way."""
        self._transfers.drop(self._key)

    def _report(self, done: int, stage: Stage) -> None:
        now = time.monotonic()
        if now - self._told < TELL_EVERY_S and done < self._meter.total:
            return
        self._told = now
        progress = self._meter.at(done, now, stage)
        if self.watch is not None:
            self.watch(progress)
        self._transfers.put(Transfer(self._key, self._path, progress))
