"""Operations on long arrays of numbers, by numpy where they are long enough to gain.

numpy takes a tenth of a second to load, so short arrays go without it. All of these block.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from itertools import accumulate
from operator import sub
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

# From here on numpy is worth loading.
MANY = 50_000
# So much is turned at once from numpy's numbers into Python's; other threads wait as long.
_BLOCK = 1 << 17


def picked(column: array[int], positions: array[int]) -> array[int]:
    """Return the numbers of `column` at `positions`."""
    if len(positions) < MANY:
        return array(column.typecode, map(column.__getitem__, positions))
    return _array(column.typecode, _numbers(column)[_numbers(positions)])


def picked_bytes(column: bytearray, positions: array[int]) -> bytearray:
    """Return the bytes of `column` at `positions`."""
    if len(positions) < MANY:
        return bytearray(map(column.__getitem__, positions))
    import numpy as np

    return bytearray(np.frombuffer(column, np.uint8)[_numbers(positions)].tobytes())


def negatives(column: array[int]) -> list[int]:
    """Return the numbers below zero, in order."""
    if len(column) < MANY:
        return [number for number in column if number < 0]
    numbers = _numbers(column)
    return _list(numbers[numbers < 0])


def negatives_replaced(column: array[int], by: Callable[[int], int]) -> array[int]:
    """Return the array with what `by` gives for each number below zero in its place."""
    if len(column) < MANY:
        return array(column.typecode, (by(n) if n < 0 else n for n in column))
    numbers = _numbers(column).copy()
    below = numbers < 0
    numbers[below] = [by(number) for number in numbers[below].tolist()]
    return _array(column.typecode, numbers)


def running_sums(kinds: array[int], sizes: Sequence[int]) -> array[int]:
    """Return, for things of some kinds, the sum of the sizes of each and all before it."""
    if len(kinds) < MANY:
        return array("q", accumulate(map(sizes.__getitem__, kinds)))
    import numpy as np

    return _array("q", np.cumsum(np.array(sizes, np.int64)[_numbers(kinds)]))


def numbers_from(first: int, end: int) -> array[int]:
    """Return the numbers from `first` up to `end` - 1. Other threads hardly wait meanwhile."""
    if end - first < MANY:
        return array("q", range(first, end))
    import numpy as np

    return _array("q", np.arange(first, end, dtype=np.int64))


def newlines(chunk: bytes, at: int) -> array[int]:
    """Return the offsets after each newline of a chunk that stands at offset `at`."""
    import numpy as np

    found: Any = np.flatnonzero(np.frombuffer(chunk, np.uint8) == ord("\n"))
    return _array("q", found.astype(np.int64) + (at + 1))


def gaps_over(starts: array[int], before: int, size: int) -> list[int]:
    """Return the places in rising `starts` that are over `size` after the one before them."""
    if "numpy" in sys.modules and len(starts):  # it pays, but is not worth loading
        import numpy as np

        numbers = _numbers(starts)
        over: list[int] = np.flatnonzero(np.diff(numbers, prepend=before) > size).tolist()
        return over
    gaps = [*map(sub, starts, [before, *starts[:-1]])]
    if max(gaps, default=0) <= size:  # as nearly always
        return []
    return [at for at, gap in enumerate(gaps) if gap > size]


def tally(column: array[int]) -> Counter[int]:
    """Return how often each number occurs, in the order in which they first do."""
    if len(column) < MANY:
        return Counter(column)
    import numpy as np

    # Counter would keep every other thread waiting for a tenth of a second.
    found = np.unique(_numbers(column), return_index=True, return_counts=True)
    numbers, first, counts = found
    order = np.argsort(first, kind="stable")
    pairs = zip(numbers[order].tolist(), counts[order].tolist(), strict=True)
    return Counter(dict(pairs))


def places_of(column: array[int], wanted: Collection[int]) -> list[int]:
    """Return the positions (0-based) at which one of the numbers `wanted` stands, in order."""
    if len(column) < MANY:
        return [at for at, number in enumerate(column) if number in wanted]
    import numpy as np

    numbers = _numbers(column)
    is_wanted = np.zeros(int(numbers.max()) + 1, bool)
    is_wanted[[number for number in wanted if number < len(is_wanted)]] = True
    return _list(np.flatnonzero(is_wanted[numbers]))


def differing(first: array[int], second: array[int]) -> array[int]:
    """Return the positions at which two columns of one length differ."""
    if len(first) < MANY:
        pairs = zip(first, second, strict=True)
        return array("q", (at for at, (one, other) in enumerate(pairs) if one != other))
    import numpy as np

    return _array("q", np.flatnonzero(_numbers(first) != _numbers(second)))


def is_range(column: array[int], length: int) -> bool:
    """Whether the column holds 0, 1, 2 … up to `length` - 1."""
    if len(column) != length:
        return False
    if length < MANY:
        return [*column] == [*range(length)]
    import numpy as np

    return bool(np.array_equal(_numbers(column), np.arange(length)))


def counted(column: array[int], kinds: int) -> list[int]:
    """Return how often each number from 0 to `kinds` - 1 occurs; there are no others."""
    if len(column) < MANY:
        found = Counter(column)
        return [found[kind] for kind in range(kinds)]
    import numpy as np

    counts: list[int] = np.bincount(_numbers(column), minlength=kinds).tolist()
    return counts


def _numbers(column: array[int]) -> Any:
    import numpy as np

    return np.frombuffer(column, dtype=np.dtype(column.typecode))


def _array(code: str, numbers: Any) -> array[int]:
    import numpy as np

    made = array(code)
    raw: Any = np.ascontiguousarray(numbers.astype(code, copy=False)).view(np.uint8)
    for at in range(0, len(raw), _BLOCK):
        made.frombytes(raw[at : at + _BLOCK])
    return made


def _list(numbers: Any) -> list[int]:
    made: list[int] = []
    for at in range(0, len(numbers), _BLOCK):
        made += numbers[at : at + _BLOCK].tolist()
    return made
