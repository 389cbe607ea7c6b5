"""Days until a model ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.text.text import plural

if TYPE_CHECKING:
    from datetime import date

    from tui.core.catalog.shutdown import Shutdown


def days_left(shutdown: Shutdown, today: date) -> int | None:
    """Return the days until a model stops, below 0 once it has; None where no date is known."""
    ends = shutdown.ends_on
    return None if ends is None else (ends - today).days


def ends_words(shutdown: Shutdown, today: date) -> str:
    """Return when a model ends, such as "27 days"; – where no day is known."""
    left = days_left(shutdown, today)
    if left is None:
        return shutdown.day or "–"
    if left < 0:
        return f"ended {shutdown.day}"
    return "today" if left == 0 else plural(left, "day")
