"""Listeners of a state that changes: told in order, soon after each change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from tui.core.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Callable

S = TypeVar("S")


class StateListeners(Listeners[[S]]):
    """Functions that take a state, called through the event loop.

    One that fails is reported there and stops nobody else.
    """

    def tell(self, state: S) -> None:
        """Tell all of them."""
        for listener in tuple(self._all):
            self.tell_one(listener, state)

    def tell_one(self, listener: Callable[[S], None], state: S) -> None:
        """Tell one of them."""

        def deliver() -> None:
            if listener in self._all:  # it may have left in between
                listener(state)

        asyncio.get_running_loop().call_soon(deliver)
