"""Track who uses the lab, and since when nobody has."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Activity:
    """Counts requests and generations under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = 0
        self._last = time.monotonic()
        self.generating = 0

    @contextmanager
    def request(self) -> Iterator[None]:
        """For as long as a request is answered."""
        with self._lock:
            self._requests += 1
        try:
            yield
        finally:
            with self._lock:
                self._requests -= 1
                self._last = time.monotonic()

    @contextmanager
    def generation(self) -> Iterator[None]:
        """For as long as tokens are generated for one request."""
        with self._lock:
            self.generating += 1
        try:
            yield
        finally:
            with self._lock:
                self.generating -= 1

    def touch(self) -> None:
        """Something else that counts as use happened."""
        self._last = time.monotonic()

    def idle_seconds(self) -> float:
        """How long nobody has used the lab; 0 while somebody does."""
        with self._lock:
            return 0.0 if self._requests else time.monotonic() - self._last
