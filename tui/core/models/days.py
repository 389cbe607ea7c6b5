"""Days until a model ends."""

from __future__ import annotations

from datetime import date

from tui.core.text.text import plural


def days_left(day: str | None, today: date) -> int | None:
    """Return the days until a day (YYYY-MM-DD), below 0 once it has passed; None if unknown."""
    if day is None:
        return None
    try:
        return (date.fromisoformat(day) - today).days
    except ValueError:  # what a provider calls a date may be anything
        return None


def ends_words(day: str | None, today: date) -> str:
    """Return when a model ends, such as "27 days"; – where no day is known."""
    left = days_left(day, today)
    if left is None:
        return day or "–"
    if left < 0:
        return f"ended {day}"
    return "today" if left == 0 else plural(left, "day")
