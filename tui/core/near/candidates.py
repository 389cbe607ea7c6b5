"""Candidate pairs of similar rows by their bands, verified by their texts."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.core.dataset.example import parse
from tui.core.near.example_text import text_of
from tui.core.near.shingles import jaccard, shingle_set
from tui.core.near.sketches import Sketches, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from tui.core.dataset.lines import Lines

# In a band that very many rows share, a row is laid beside this many of its neighbours only.
_NEIGHBOURS = 24
_CHUNK = 200_000


def equal_runs(values: NDArray[np.uint64]) -> Iterator[NDArray[np.int64]]:
    """Yield the positions of each value that stands several times; 0 is not a value."""
    import numpy as np

    order = np.argsort(values, kind="stable")
    ordered = values[order]
    border = np.flatnonzero(np.diff(ordered)) + 1
    starts = np.concatenate(([0], border))
    ends = np.concatenate((border, [len(values)]))
    several = (ends - starts > 1) & (ordered[starts] != 0) if len(values) else []
    for start, end in zip(starts[several], ends[several], strict=True):
        yield order[start:end]


def candidates(
    sketches: Sketches,
    chosen: NDArray[np.int64],
    threshold: float,
    border: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> NDArray[np.int64]:
    """Return pairs (n, 2) of the `chosen` rows that share a band and seem alike, in order.

    With `border`, only pairs of a row before it and one from it on. Raises Stopped.
    """
    import numpy as np

    bands, low = sketches.bands[chosen], sketches.low[chosen]
    found = [np.empty(0, np.int64)]
    for band in range(bands.shape[1]):
        if cancelled():
            raise Stopped
        # The next band orders rows within this one: those alike in both stand side by side.
        order = np.lexsort((bands[:, (band + 1) % bands.shape[1]], bands[:, band]))
        keys = bands[order, band]
        for step in range(1, _NEIGHBOURS + 1):
            hits = np.flatnonzero(keys[step:] == keys[:-step])
            if not len(hits):
                break
            pairs = np.stack((order[hits], order[hits + step]), axis=1)
            pairs.sort(axis=1)
            if border is not None:
                sides = chosen[pairs] < border
                pairs = pairs[sides[:, 0] != sides[:, 1]]
            seeming = pairs[_estimates(low, pairs) >= _least(threshold, low.shape[1])]
            found.append(seeming[:, 0] * len(chosen) + seeming[:, 1])
    codes = np.unique(np.concatenate(found))
    return np.stack((chosen[codes // len(chosen)], chosen[codes % len(chosen)]), axis=1)


def _estimates(low: NDArray[np.uint8], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    import numpy as np

    parts = [
        (low[part[:, 0]] == low[part[:, 1]]).mean(axis=1)
        for part in (pairs[at : at + _CHUNK] for at in range(0, len(pairs), _CHUNK))
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _least(threshold: float, size: int) -> float:
    """Return the estimate that a pair at `threshold` falls below once in many thousands."""
    return threshold - 4.5 * math.sqrt(threshold * (1 - threshold) / size)


class Judge:
    """Says how alike rows are, from the shingles of their texts."""

    def __init__(self, rows: Lines) -> None:
        self._rows = rows
        self._set = lru_cache(maxsize=4096)(lambda row: shingle_set(text_of(parse(rows[row]))))

    def alike(self, one: int, other: int) -> float:
        """Return the similarity of two rows, 0 to 1; rows without words are alike when equal."""
        first, second = self._set(one), self._set(other)
        if not len(first) and not len(second):
            return float(self._rows[one] == self._rows[other])
        return jaccard(first, second)
