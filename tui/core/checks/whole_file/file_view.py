"""The view of a whole file that the rules on files are given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tui.core.arrays import tally
from tui.core.checks.report_columns import KINDS, is_example

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.core.checks.findings import FileFacts
    from tui.core.checks.report_columns import ReportColumns

_EXAMPLES = ("chat", "preference", "completion")


@dataclass(frozen=True)
class WholeFile:
    """All lines of a file, in order, and the file's own facts."""

    rows: ReportColumns
    source: FileFacts

    @cached_property
    def kinds(self) -> Counter[str]:
        """How many lines there are of each kind that occurs."""
        codes = self.rows.kinds
        counts = {kind: codes.count(code) for code, kind in enumerate(KINDS)}
        return Counter({kind: count for kind, count in counts.items() if count})

    @cached_property
    def formats(self) -> Counter[str]:
        """How many examples there are of each format, in the order of their first lines."""
        codes = self.rows.kinds
        found = [kind for kind in self.kinds if kind in _EXAMPLES]
        found.sort(key=lambda kind: codes.index(KINDS.index(kind)))
        return Counter({kind: self.kinds[kind] for kind in found})

    @property
    def examples(self) -> int:
        """How many lines are examples of a known format."""
        return self.formats.total()

    @property
    def readable(self) -> bool:
        """Whether every line that is not blank is an object, so that numbers mean something."""
        return not self.kinds["broken"]

    def of_kind(self, kind: str) -> Iterator[int]:
        """Yield the numbers of the lines of one kind."""
        codes, code = self.rows.kinds, KINDS.index(kind)
        at = codes.find(code)
        while at >= 0:
            yield at + 1
            at = codes.find(code, at + 1)

    def systems(self) -> tuple[Counter[int], Callable[[int], int]]:
        """Count examples by the digest of their system messages.

        Also returns what gives the first line of an example of another digest than the given.
        """
        numbers, kinds = self.rows.system, self.rows.kinds
        count = tally(numbers)
        for kind in self.kinds:  # few lines, if any, are not examples: they are taken off again
            for line in () if kind in _EXAMPLES else self.of_kind(kind):
                count[numbers[line - 1]] -= 1
        count = +count

        def other(usual: int) -> int:
            pairs = enumerate(zip(numbers, kinds, strict=True), 1)
            return next(line for line, (n, k) in pairs if n != usual and is_example(k))

        return count, other
