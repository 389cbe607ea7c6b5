"""Moments in the words of a clock, which never have to be painted anew."""

from __future__ import annotations

import time


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
