"""The progress of an upload: rate, time left, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.core.text.text import size_words

Stage = Literal["reading", "sending", "finishing"]

# Over how many seconds a rate is taken, and how many it needs before it means anything.
WINDOW_S = 10.0
SETTLED_S = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of an upload. Sizes in bytes, `rate` in bytes a second, `left` in seconds.

    `stage` "reading" is the look for an earlier upload of the same content, on this machine;
    then `sent` is what has been read. `expires` is the Unix second at which an upload in
    parts is thrown away by the provider, None for one in a single request. `note` is a
    sentence for the user, such as why an upload starts again; it stays through the upload.
    """

    sent: int
    total: int
    rate: float | None = None
    left: float | None = None
    expires: int | None = None
    stage: Stage = "sending"
    note: str = ""

    @property
    def percent(self) -> int:
        """Return how much is done, 0 to 100."""
        return 100 if self.total <= 0 else min(self.sent * 100 // self.total, 100)

    def words(self, now: float, *, short: bool = False) -> str:
        """Return it as one line, such as `42 % · 12 MB of 29 MB · 3.1 MB/s · 0:05 left`.

        `now` is the Unix time, for the clock of what expires. The `short` form leaves the
        amounts away.
        """
        if self.stage == "finishing":
            return "100 % · waiting for the provider to put it together"
        amount = f"{size_words(self.sent)} of {size_words(self.total)}"
        if self.stage == "sending" and self.sent >= self.total and self.expires is None:
            return f"100 % · {amount} · waiting for the provider's answer"
        if self.stage == "reading" and short:
            return f"{self.percent} % read"
        if self.stage == "reading":
            return f"{self.percent} % · {amount} read, to see whether it was uploaded before"
        parts = [f"{self.percent} %"] if short else [f"{self.percent} %", amount]
        if self.rate is not None:
            parts.append(f"{size_words(round(self.rate))}/s")
        if self.left is not None:
            parts.append(f"{clock(self.left)} left")
        if self.expires is not None:
            parts.append(f"expires in {clock(self.expires - now)}")
            if self.left is not None and now + self.left > self.expires:
                parts.append("too slow for that")
        return " · ".join(parts)

    def bar(self, width: int) -> str:
        """Return a bar of `width` characters."""
        filled = width * self.percent // 100
        return "█" * filled + "░" * (width - filled)


class Meter:
    """Takes the rate of what is sent over the last seconds; the caller gives the time.

    What is there already at the first look does not count as speed. `now` is of any steady clock.
    """

    def __init__(self, total: int, *, expires: int | None = None) -> None:
        self.total = total
        self.expires = expires
        self.note = ""
        self._seen: list[tuple[float, int]] = []

    def at(self, sent: int, now: float, stage: Stage = "sending") -> Progress:
        """Return the progress when `sent` bytes, kept ones included, are through at `now`."""
        self._seen.append((now, sent))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW_S:
            del self._seen[0]
        then, before = self._seen[0]
        # What is sent again after a lost line makes it less than it was.
        rate = max(sent - before, 0) / (now - then) if now - then >= SETTLED_S else None
        left = (self.total - sent) / rate if rate else None
        return Progress(sent, self.total, rate, left, self.expires, stage, self.note)


def clock(seconds: float) -> str:
    """Return a length of time as `0:05`, `12:30` or `1:02:03`; never less than nothing."""
    whole = max(round(seconds), 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def transfer_words(name: str, progress: Progress, now: float) -> str:
    """Return a whole line for an upload of a file called `name`, its note included."""
    doing = "reading" if progress.stage == "reading" else "uploading"
    said = f"{doing} {name}: {progress.words(now)}"
    return f"{said} · {progress.note}" if progress.note else said
