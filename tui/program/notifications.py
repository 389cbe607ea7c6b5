"""The remarks shown for a moment: one that is shown already is shown once, for its time anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.notifications import Notifications

if TYPE_CHECKING:
    from typing import Self

    from textual.notifications import Notification


class DistinctNotifications(Notifications):
    """Notifications of which no two say the same."""

    def add(self, notification: Notification) -> Self:
        """Add a notification in the place of one that says the same."""
        for shown in [one for one in self if one.message == notification.message]:
            del self[shown]
        return super().add(notification)
