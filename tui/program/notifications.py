"""The remarks shown for a moment: few at a time, none twice, none over a dialog opened later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.notifications import Notifications

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Self

    from textual.app import App
    from textual.notifications import Notification

MOST = 2  # toasts at a time: more of them would hide half of a small screen


class DistinctNotifications(Notifications):
    """Notifications of which no two say the same; a third takes the place of the oldest.

    Those raised before the dialog on top was opened are not shown, but not forgotten either: a
    dialog is read first, and what was said before it is there again after it.
    """

    def __init__(self, app: App[Any]) -> None:
        super().__init__()
        self._app = app

    def __iter__(self) -> Iterator[Notification]:
        """Go through those to be shown, oldest first."""
        top = self._app.screen_stack[-1:]
        since: float = getattr(top[0], "opened_at", 0.0) if top else 0.0  # a dialog has one
        return (one for one in super().__iter__() if one.raised_at >= since)

    def add(self, notification: Notification) -> Self:
        """Add a notification in the place of one that says the same, and of the oldest of many."""
        before = [*super().__iter__()]
        same = [one for one in before if one.message == notification.message]
        others = [one for one in before if one not in same]
        for gone in (*same, *others[: 1 - MOST]):
            del self[gone]
        return super().add(notification)
