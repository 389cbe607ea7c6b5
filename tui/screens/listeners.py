"""Listeners of an event in a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Listeners:
    """Functions that are called, in the order in which they were added, when something happens."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def add(self, listener: Callable[[], None]) -> None:
        """Have a function called from now on."""
        self._listeners.append(listener)

    def tell(self) -> None:
        """Call them."""
        for listener in self._listeners:
            listener()
