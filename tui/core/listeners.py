"""Listeners of something that happens: functions that are called, in order, each time it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, ParamSpec

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")


class Listeners(Generic[P]):
    """Functions in the order in which they were added."""

    def __init__(self) -> None:
        self._all: list[Callable[P, None]] = []

    def __bool__(self) -> bool:
        """Whether anyone listens."""
        return bool(self._all)

    def add(self, listener: Callable[P, None]) -> Callable[[], None]:
        """Have a function called from now on; the one returned ends that."""
        self._all.append(listener)
        return lambda: self.remove(listener)

    def remove(self, listener: Callable[P, None]) -> None:
        """Call a function no more."""
        if listener in self._all:
            self._all.remove(listener)

    def clear(self) -> None:
        """Call none any more."""
        self._all.clear()

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call them."""
        for listener in tuple(self._all):
            listener(*args, **kwargs)
