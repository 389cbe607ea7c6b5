"""How much may be under way to the terminal, so that what is newest never waits long.

A program cannot see how full a line is: SSH takes what it is given. A terminal that is asked for
its state answers when it has come to the question, so the answer says that all before it has
arrived, and how long that took says how much may be under way the next time. A terminal that
never answers is not limited here.
"""

from __future__ import annotations

from collections import deque

ASK = "\x1b[5n"
_ASK_EVERY = 256  # bytes
_LEAST, _START, _MOST = 256, 1024, 1 << 16
_QUEUED_S = 0.25  # how much longer than an answer on an idle line what is under way may take
_TELLS = 64  # fewer bytes tell nothing of the line
_JITTER_S = 0.01
_LOST_S = 3.0  # an answer that takes longer does not come: the terminal was changed, as in tmux
_REMEMBERED_S = 60.0


class Pacing:
    """Tells how much may be written now. Times are in seconds, of any one clock."""

    def __init__(self) -> None:
        self.answers = False  # whether the terminal has ever answered
        self._window = _START
        self._sent = self._arrived = self._asked_at = 0  # bytes since the start
        self._asked: deque[tuple[int, float]] = deque()
        self._rate = 0.0  # bytes a second
        self._answered_at = 0.0
        self._quickest: deque[tuple[float, float]] = deque()

    @property
    def under_way(self) -> int:
        """This many bytes have been written of which it is not known that they arrived."""
        return self._sent - self._arrived

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._asked)

    @property
    def slow(self) -> bool:
        """Whether a screenful takes long."""
        return self.answers and self._window <= 2 * _START

    def room(self, now: float) -> int | None:
        """Return how many bytes may be written, 0 to wait; None for any number."""
        if self._asked and now - self._asked[0][1] > self._patience():
            self._give_up()
        if not self.answers:
            return None
        # Half at a time: while one half arrives, the other is under way. Rows are written whole,
        # so a piece may exceed its half; the next piece is then smaller by as much. Waiting for
        # the answer instead would leave the line idle for as long as an answer takes.
        half = self._window // 2
        left = self._window - self.under_way
        return min(half, left) if left >= half // 4 else 0

    def sent(self, count: int) -> None:
        """Note that this many bytes have been written."""
        self._sent += count

    def asks(self, now: float, more: bool) -> bool:
        """Whether to ask the terminal whether it has reached this point; notes that this is done.

        `more` waits to be written.
        """
        since = self._sent - self._asked_at
        if since < min(_ASK_EVERY, self._window // 2) and not (more and since):
            return False
        return self.ask(now)

    def ask(self, now: float) -> bool:
        """Note that the terminal is asked whether it has reached this point."""
        self._asked_at = self._sent
        self._asked.append((self._sent, now))
        return True

    def answered(self, now: float) -> None:
        """Note an answer."""
        if not self._asked:
            return
        place, asked = self._asked.popleft()
        idle = self._idle_time(now, now - asked)
        # The time that what is new took on the line: it waited for what was before it, if any.
        took = now - self._answered_at if asked < self._answered_at else now - asked - idle
        self.answers, self._answered_at = True, now
        count, self._arrived = place - self._arrived, place
        if count >= _TELLS:
            rate = count / max(took - _JITTER_S, _JITTER_S / 100)
            self._rate = (self._rate + rate) / 2 if self._rate else rate
            fits = min(self._rate * (idle + _QUEUED_S), 4.0 * self._window)
            self._rate = fits / (idle + _QUEUED_S)
            self._window = int(max(_LEAST, min(_MOST, fits)))

    def _idle_time(self, now: float, took: float) -> float:
        """Return how long an answer takes when nothing else is under way, lately."""
        quickest = self._quickest
        while quickest and quickest[-1][1] >= took:
            quickest.pop()
        quickest.append((now, took))
        while now - quickest[0][0] > _REMEMBERED_S and len(quickest) > 1:
            quickest.popleft()
        return quickest[0][1]

    def _patience(self) -> float:
        """Return how long the oldest answer may take, as fast as the line has been."""
        return _LOST_S + 2 * self.under_way / (self._window / _QUEUED_S)

    def _give_up(self) -> None:
        self._asked.clear()
        self._arrived = self._sent

    def begin(self) -> None:
        """Start over: another program has had the terminal meanwhile."""
        self._give_up()
        self._asked_at = 0
        self._window, self._rate = _START, 0.0
