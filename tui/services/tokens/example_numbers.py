"""The numbers of a file's examples: in arrays of numpy, or in plain ones of few remembered lines.

numpy takes a tenth of a second to load, which is a third of what it takes to show a count that is
remembered. Both come to the same: tests/services/tokens/test_example_numbers.py holds them equal.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from tui.services.tokens.counting.columns import AT, NAMES
from tui.services.tokens.counting.gathering import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_KIND, _CONTEXT = AT["kind"], AT["context"]
_PREFERENCE = KINDS.index("preference")


class ExampleNumbers(Protocol):
    """The numbers of the examples of a file; lines that are not an example are left out."""

    rows: int  # of the file, examples or not

    def __len__(self) -> int:
        """Return how many examples there are."""

    @property
    def lines(self) -> NDArray[np.intp]:
        """The 1-based line of each example."""

    @property
    def table(self) -> NDArray[np.uint32]:
        """A row for each example, its columns named by `columns.NAMES`."""

    @property
    def sums(self) -> tuple[int, ...]:
        """The sum of each column."""

    @property
    def all_preference(self) -> bool:
        """Whether all examples are preference pairs, and there are any."""

    def column(self, name: str) -> Sequence[int] | NDArray[np.int64]:
        """Return one number for each example."""

    def listed(self, name: str) -> list[int]:
        """Return the same as a list."""

    def within(self, limit: int | None) -> int:
        """Return the context tokens of all examples, each cut at a limit."""

    def over(self, limit: int) -> list[tuple[int, int]]:
        """Return line and context tokens of each example that has more."""


class ArrayNumbers:
    """Those of a table of numpy with a row for each line of the file."""

    def __init__(self, table: NDArray[np.uint32]) -> None:
        import numpy as np

        self.rows = len(table)
        examples = np.flatnonzero(table[:, _KIND])
        # Most files hold examples only: their numbers are not held twice.
        self.table = table if len(examples) == len(table) else table[examples]
        self.lines = examples + 1
        self.sums: tuple[int, ...] = tuple(self.table.sum(axis=0, dtype=np.int64).tolist())

    def __len__(self) -> int:
        """Return how many examples there are."""
        return len(self.lines)

    @property
    def all_preference(self) -> bool:
        """Whether all examples are preference pairs, and there are any."""
        return bool(len(self)) and bool((self.table[:, _KIND] == _PREFERENCE).all())

    def column(self, name: str) -> NDArray[np.int64]:
        """Return one number for each example."""
        import numpy as np

        return self.table[:, AT[name]].astype(np.int64)

    def listed(self, name: str) -> list[int]:
        """Return the same as a list."""
        numbers: list[int] = self.table[:, AT[name]].tolist()
        return numbers

    def within(self, limit: int | None) -> int:
        """Return the context tokens of all examples, each cut at a limit."""
        import numpy as np

        context = self.column("context")
        return int((context if limit is None else np.minimum(context, limit)).sum())

    def over(self, limit: int) -> list[tuple[int, int]]:
        """Return line and context tokens of each example that has more."""
        import numpy as np

        found = np.flatnonzero(self.table[:, _CONTEXT] > limit)
        lines, tokens = self.lines[found].tolist(), self.table[found, _CONTEXT].tolist()
        return [*zip(lines, tokens, strict=True)]


class FewNumbers:
    """Those of some hundred lines, from the bytes of such a table; numpy is loaded if asked for."""

    def __init__(self, data: bytes) -> None:
        numbers, width = memoryview(data).cast("I").tolist(), len(NAMES)
        rows = [numbers[at : at + width] for at in range(0, len(numbers), width)]
        self.rows = len(rows)
        self._kept = [(line, row) for line, row in enumerate(rows, 1) if row[_KIND]]

    def __len__(self) -> int:
        """Return how many examples there are."""
        return len(self._kept)

    @cached_property
    def lines(self) -> NDArray[np.intp]:
        """The 1-based line of each example."""
        import numpy as np

        return np.array([line for line, _ in self._kept], np.intp)

    @cached_property
    def table(self) -> NDArray[np.uint32]:
        """A row for each example, its columns named by `columns.NAMES`."""
        import numpy as np

        return np.array([row for _, row in self._kept], np.uint32).reshape(-1, len(NAMES))

    @cached_property
    def sums(self) -> tuple[int, ...]:
        """The sum of each column."""
        return tuple(sum(self.listed(name)) for name in NAMES)

    @property
    def all_preference(self) -> bool:
        """Whether all examples are preference pairs, and there are any."""
        return bool(self._kept) and all(row[_KIND] == _PREFERENCE for _, row in self._kept)

    def column(self, name: str) -> list[int]:
        """Return one number for each example."""
        return self.listed(name)

    def listed(self, name: str) -> list[int]:
        """Return the same as a list."""
        at = AT[name]
        return [row[at] for _, row in self._kept]

    def within(self, limit: int | None) -> int:
        """Return the context tokens of all examples, each cut at a limit."""
        tokens = self.listed("context")
        return sum(tokens) if limit is None else sum(min(each, limit) for each in tokens)

    def over(self, limit: int) -> list[tuple[int, int]]:
        """Return line and context tokens of each example that has more."""
        return [(line, row[_CONTEXT]) for line, row in self._kept if row[_CONTEXT] > limit]
