"""The HTTP protocol of a connection, with time limits for whatever a client may leave undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class PatientProtocol(H11Protocol):
    """Closes a connection on which what was begun, or awaited, does not come.

    Without it whoever opens a few hundred connections and says nothing takes all the files
    this process may have open, and needs no key for it. So the head of a request has its time,
    its body a least speed, and an answer has to be read. Of connections on which nothing is
    being asked there are this many at most: the oldest gives way. Between two requests the
    server's own keep-alive time holds.
    """

    HEAD_SECONDS: ClassVar[float] = 30.0
    BODY_SECONDS: ClassVar[float] = 30.0  # in each of them this much of a body has to come
    BODY_BYTES: ClassVar[int] = 1024
    UNREAD_SECONDS: ClassVar[float] = 300.0
    MOST_WAITING: ClassVar[int] = 256
    _all_waiting: ClassVar[dict[PatientProtocol, None]] = {}
    _heads: asyncio.TimerHandle | None = None
    _bodies: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()
        self._make_room()

    def data_received(self, data: bytes) -> None:
        """Wait on while the head of a request is not whole, or its body is not."""
        self._received += len(data)
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            if self.conn.trailing_data[0]:
                self._wait()
            return
        self._stop_waiting()
        if self.conn.their_state is h11.SEND_BODY and self._bodies is None:
            self._await_body()

    def on_response_complete(self) -> None:
        """Count among those on which nothing is being asked, unless the next request is there."""
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self._all_waiting[self] = None
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        self._bodies = _cancelled(self._bodies)
        self._unread = _cancelled(self._unread)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for the client to read what it asked for."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self._later(self.UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Wait no longer: it reads."""
        self._unread = _cancelled(self._unread)
        super().resume_writing()

    def _wait(self) -> None:
        if self._heads is None:
            self._heads = self._later(self.HEAD_SECONDS, self.transport.close)
        self._all_waiting[self] = None

    def _stop_waiting(self) -> None:
        self._heads = _cancelled(self._heads)
        self._all_waiting.pop(self, None)

    def _make_room(self) -> None:
        while len(self._all_waiting) > self.MOST_WAITING:
            oldest = next(iter(self._all_waiting))
            del self._all_waiting[oldest]
            oldest.transport.close()

    def _await_body(self) -> None:
        self._received = 0
        self._bodies = self._later(self.BODY_SECONDS, self._look_at_body)

    def _look_at_body(self) -> None:
        self._bodies = None
        if self.conn.their_state is not h11.SEND_BODY:
            return
        # What has come and is not taken in yet is no fault of the client's.
        if self._received >= self.BODY_BYTES or self.flow.read_paused:
            self._await_body()
        else:
            self.transport.close()

    def _later(self, seconds: float, what: Callable[[], None]) -> asyncio.TimerHandle:
        return self.loop.call_later(seconds, what)


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """Cancel a timer, and return that there is none."""
    if timer is not None:
        timer.cancel()
    return None
