"""From token bytes to text that may be shown: whole characters, and nothing of a stop text."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class TextStream:
    """Holds back bytes of an unfinished character and text that may begin a stop sequence."""

    def __init__(self, stop: Sequence[str] = ()) -> None:
        """Stop at the earliest of `stop`; empty texts in it are ignored."""
        self._stop = [text for text in stop if text]
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._held = ""
        self.stopped = False

    def push(self, data: bytes) -> str:
        """Take a token's bytes and return the text that can be shown now."""
        if self.stopped:
            return ""
        self._held += self._decode(data)
        found = [at for text in self._stop if (at := self._held.find(text)) >= 0]
        if found:
            self.stopped = True
            return self._release(min(found), forget=True)
        return self._release(len(self._held) - self._possible_stop())

    def finish(self) -> str:
        """Return what was held back; bytes of a character that never ended are dropped."""
        return self._release(len(self._held))

    def _release(self, count: int, *, forget: bool = False) -> str:
        shown, self._held = self._held[:count], "" if forget else self._held[count:]
        return shown

    def _possible_stop(self) -> int:
        """Return how many last characters may be the beginning of a stop sequence."""
        longest = max(map(len, self._stop), default=1) - 1
        for count in range(min(longest, len(self._held)), 0, -1):
            end = self._held[-count:]
            if any(text.startswith(end) for text in self._stop):
                return count
        return 0
