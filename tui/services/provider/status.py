"""The status of a provider, with subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tui.core.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Callable

# Whether the provider answers, as far as is known.
ProviderStatus = Literal["idle", "starting", "ready", "failed"]


class Announcer:
    """The current status and its listeners."""

    def __init__(self) -> None:
        self.current: ProviderStatus = "idle"
        self._listeners = Listeners[[ProviderStatus]]()

    def subscribe(self, listener: Callable[[ProviderStatus], None]) -> Callable[[], None]:
        """Call `listener` with every change; the returned function ends that."""
        return self._listeners.add(listener)

    def set(self, status: ProviderStatus) -> None:
        """Change the status and tell all listeners, unless nothing changed."""
        if status != self.current:
            self.current = status
            self._listeners.tell(status)
