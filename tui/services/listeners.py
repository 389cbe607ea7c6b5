"""Listeners of a state that changes: told in order, soon after each change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

S = TypeVar("S")


class Listeners(Generic[S]):
    """Callables that take a state. Use it from the event loop only."""

    def __init__(self) -> None:
        self._all: list[Callable[[S], None]] = []

    def __bool__(self) -> bool:
        """Whether anyone listens."""
        return bool(self._all)

    def add(self, listener: Callable[[S], None]) -> None:
        """Tell a listener from now on."""
        self._all.append(listener)

    def remove(self, listener: Callable[[S], None]) -> None:
        """Tell a listener no more, not even what is on its way to it."""
        if listener in self._all:
            self._all.remove(listener)

    def clear(self) -> None:
        """Tell nobody any more."""
        self._all.clear()

    def tell(self, state: S) -> None:
        """Tell all of them."""
        for listener in tuple(self._all):
            self.tell_one(listener, state)

    def tell_one(self, listener: Callable[[S], None], state: S) -> None:
        """Tell one of them."""

        def deliver() -> None:
            if listener in self._all:  # it may have left in between
                listener(state)

        # Through the loop: a listener that fails is reported there and stops nobody else.
        asyncio.get_running_loop().call_soon(deliver)
