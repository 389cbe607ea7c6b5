"""Times in words, such as "at 14:03": they stay true without being painted again."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_SOON_S = 120  # a moment nearer than this is given to the second


def moment_words(at: float | None, now: float) -> str:
    """Return a moment (Unix seconds) as its time, or its day when that is past.

    Empty for none, and for one no clock can show.
    """
    if at is None:
        return ""
    try:
        then, today = time.localtime(at), time.localtime(now)
        if then[:3] == today[:3]:
            return time.strftime("%H:%M:%S", then)
        return time.strftime("%b %d" if then[0] == today[0] else "%Y-%m-%d", then)
    except (ValueError, OverflowError, OSError):  # a server may send any number
        return ""


def date_words(at: float | None) -> str:
    """Return a moment (Unix seconds) as its local day and minute, – for none.

    One no clock can show is told as the number it is: a server may send any.
    """
    if at is None:
        return "–"
    try:
        return f"{datetime.fromtimestamp(at, UTC).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        return str(at)


def day_of(at: float) -> date:
    """Return the local day of a moment (Unix seconds) of this machine's clock."""
    return datetime.fromtimestamp(at, UTC).astimezone().date()


def until_words(at: float, now: float) -> str:
    """Return a moment to come (Unix seconds) as its time, with its day unless that is today.

    Never earlier than the moment. Empty for one no clock can show.
    """
    exact = at - now < _SOON_S
    try:
        then = time.localtime(math.ceil(at) if exact else math.ceil(at / 60) * 60)
        clock = time.strftime("%H:%M:%S" if exact else "%H:%M", then)
        today = time.localtime(now)
        if then[:3] == today[:3]:
            return clock
        return f"{clock} on {time.strftime('%b %d' if then[0] == today[0] else '%Y-%m-%d', then)}"
    except (ValueError, OverflowError, OSError):  # a server may send any number
        return ""
