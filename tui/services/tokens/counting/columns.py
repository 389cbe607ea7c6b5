"""Counting many lines at once: one row of numbers a line.

The rules are those of `tui.core.tokens.encoding`; here they are laid out for speed. The messages
of many lines are gathered first and counted in one go, and numpy sums them up. A test holds the
two ways equal. Runs in a counting process.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any, Protocol

from tui.core.tokens.encoding import (
    PER_EXAMPLE,
    PER_FUNCTION,
    PER_MESSAGE,
    PER_NAME,
    answer_texts,
    media,
    other_texts,
)
from tui.services.tokens.counting.gathering import (
    BARE,
    KINDS,
    READ,
    REJECTED,
    GatheredMessages,
    odd_ones,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

# One column each, unsigned 32 bit. `kind` is 0 for a line that is not an example, else as in KINDS.
# The four roles are content and tool calls without overhead; `size` is the line's bytes.
NAMES = (
    "kind", "context", "trained", "uncounted", "low_images", "tools", "messages", "turns",
    "characters", "system", "user", "assistant", "tool", "rejected", "size",
)  # fmt: skip
AT = {name: index for index, name in enumerate(NAMES)}
_ROLES = {"system": 0, "developer": 0, "user": 1, "assistant": 2, "tool": 3, "function": 3}
_OTHER = 4
_USER, _ASSISTANT = 1, 2
_MOST = 0xFFFF_FFFF
# The columns that are sums over a line's messages, in the order in which they are summed.
_SUMMED = [AT[name] for name in (
    "context", "trained", "messages", "turns", "characters", "rejected",
    "system", "user", "assistant", "tool",
)]  # fmt: skip


class BatchCounter(Protocol):
    """Counts the tokens of many texts."""

    def counts(self, texts: Sequence[str]) -> Sequence[int]:
        """Return one number a text; -1 for a text that cannot be counted."""
        ...


def count_lines(lines: Sequence[bytes], counter: BatchCounter, encoding: str) -> NDArray[np.uint32]:
    """Return one row of numbers a line, in the order of NAMES."""
    import numpy as np

    gathered = GatheredMessages(lines, PER_FUNCTION[encoding])
    found = np.zeros((len(lines), len(NAMES)), np.int64)
    kinds = np.array(gathered.kinds, np.int64)
    found[:, AT["kind"]] = kinds
    found[:, AT["size"]] = np.fromiter(map(len, lines), np.int64, len(lines))
    with_start = (kinds == KINDS.index("chat")) | (kinds == KINDS.index("preference"))
    found[with_start, AT["context"]] = PER_EXAMPLE
    _Sum(found, gathered, counter).add()
    return np.minimum(found, _MOST).astype(np.uint32)


class _Sum:
    """Sums the tokens of messages by line, into a table of numbers."""

    def __init__(
        self, found: NDArray[np.int64], gathered: GatheredMessages, counter: BatchCounter
    ) -> None:
        import numpy as np

        self.found, self.gathered, self.counter = found, gathered, counter
        self.rows = np.repeat(np.array(gathered.rows, np.intp), gathered.sizes)
        self.modes = np.repeat(np.array(gathered.modes, np.int8), gathered.sizes)
        messages = gathered.messages
        self.roles: list[Any] = [*map(dict.get, messages, repeat("role"))]
        self.contents: list[Any] = [*map(dict.get, messages, repeat("content"))]
        self.odd = odd_ones(messages, self.roles, self.contents)
        # The texts of odd messages, with the message of each; own ones are those of the answer.
        self.own: list[tuple[int, str]] = []
        self.others: list[tuple[int, str]] = []
        self.named: list[int] = []
        self.left_out: list[int] = []  # answers of weight 0
        for at in self.odd:
            self._odd(at, messages[at])
        self.tokens: dict[str, int] = {}  # of all texts but contents
        self.answers: Sequence[int] = ()  # of contents

    def _odd(self, at: int, message: dict[str, Any]) -> None:
        self.contents[at] = ""
        if not isinstance(self.roles[at], str):
            self.roles[at] = ""
        if message.get("weight") == 0:
            self.left_out.append(at)
        self.own += [(at, text) for text in answer_texts(message)]
        if self.modes[at] == REJECTED:
            return
        self.others += [(at, text) for text in other_texts(message)]
        if isinstance(message.get("name"), str):
            self.named.append(at)
        row, (low, unknown) = self.rows[at], media(message)
        self.found[row, AT["low_images"]] += low
        self.found[row, AT["uncounted"]] += unknown

    def add(self) -> None:
        """Count all texts and add what they come to."""
        import numpy as np

        self._count()
        if self.gathered.messages:
            summed = self._by_message()
            # The messages of a line stand together: one sum from each line's first on.
            starts = np.flatnonzero(np.diff(self.rows, prepend=-1))
            lines = self.rows[starts]
            self.found[lines[:, None], _SUMMED] += np.add.reduceat(summed, starts, axis=1).T
        for row, fixed, texts in self.gathered.tools:
            self.found[row, AT["tools"]] += fixed + sum(max(self.tokens[t], 0) for t in texts)

    def _count(self) -> None:
        # Contents first, each by itself: to find equal ones costs more than a fast counter saves.
        unique = dict.fromkeys(self.roles)
        unique.update(dict.fromkeys(text for _, text in self.own))
        unique.update(dict.fromkeys(text for _, text in self.others))
        for _, _, texts in self.gathered.tools:
            unique.update(dict.fromkeys(texts))
        texts = [*unique]
        found = self.counter.counts([*self.contents, *texts])
        self.answers = found[: len(self.contents)]
        self.tokens = dict(zip(texts, found[len(self.contents) :], strict=True))

    def _by_message(self) -> NDArray[np.int64]:
        """Return the rows that are summed, in the order of `_SUMMED`, a column a message."""
        import numpy as np

        modes, size = self.modes, len(self.contents)
        codes = np.fromiter(map(_ROLES.get, self.roles, repeat(_OTHER)), np.int8, size)
        answers = self._counted(range(size), self.answers)
        characters = np.fromiter(map(len, self.contents), np.int64, size)
        others = self._counted(range(size), map(self.tokens.__getitem__, self.roles))
        others[self.odd] = 0
        self._add(answers, self.own)
        self._add(others, self.others)
        for at, text in self.own:
            characters[at] += len(text)
        others += PER_MESSAGE
        others[self.named] += PER_NAME
        others[(modes == REJECTED) | (modes == BARE)] = 0

        rejected = modes == REJECTED
        kept = ~rejected
        trained = (codes == _ASSISTANT) & (modes != READ) & kept
        trained[self.left_out] = False
        speaks = kept & (codes == _USER)
        begins = speaks.copy()  # a turn begins where somebody starts to speak to the model
        begins[1:] &= ~(speaks[:-1] & (self.rows[1:] == self.rows[:-1]))
        theirs = kept * answers
        by_role = [theirs * (codes == code) for code in range(_OTHER)]
        return np.array(
            [theirs + others, trained * answers, kept, begins, kept * characters,
             rejected * answers, *by_role]
        )  # fmt: skip

    def _counted(self, at: Sequence[int], tokens: Iterable[int]) -> NDArray[np.int64]:
        """Return tokens of messages, 0 for what cannot be counted; its line is told of it."""
        import numpy as np

        found = np.fromiter(tokens, np.int64, len(at))
        if len(found) and found.min() < 0:
            bad = np.flatnonzero(found < 0)
            np.add.at(self.found, (self.rows[np.array(at)[bad]], AT["uncounted"]), 1)
            found[bad] = 0
        return found

    def _add(self, tokens: NDArray[np.int64], texts: list[tuple[int, str]]) -> None:
        import numpy as np

        if texts:
            at = [each for each, _ in texts]
            theirs = (self.tokens[text] for _, text in texts)
            np.add.at(tokens, at, self._counted(at, theirs))
