"""A compact table of a small integer for every row id of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]


class IdTable:
    """Numbers by row id, 0 where none was put. Ids of lines written since are negative."""

    def __init__(self) -> None:
        import numpy as np

        self._of_file: NDArray[Any] = np.zeros(0, np.uint8)
        self._of_new: NDArray[Any] = np.zeros(0, np.uint8)

    def take(self, ids: Ids) -> NDArray[Any]:
        """Return the numbers of some rows."""
        import numpy as np

        if not len(ids):
            return self._of_file[:0]
        self._reach(ids)
        if ids.min() >= 0:
            return self._of_file[ids]
        found = np.empty(len(ids), self._of_file.dtype)
        new = ids < 0
        found[~new] = self._of_file[ids[~new]]
        found[new] = self._of_new[-1 - ids[new]]
        return found

    def put(self, ids: Ids, numbers: NDArray[Any]) -> None:
        """Give numbers to rows."""
        if not len(ids):
            return
        self._reach(ids)
        new = ids < 0
        self._of_file[ids[~new]] = numbers[~new]
        self._of_new[-1 - ids[new]] = numbers[new]

    def get(self, row_id: int) -> int:
        """Return the number of one row."""
        table, at = (self._of_file, row_id) if row_id >= 0 else (self._of_new, -1 - row_id)
        return int(table[at]) if at < len(table) else 0

    def _reach(self, ids: Ids) -> None:
        self._of_file = _reaching(self._of_file, int(ids.max()) + 1)
        self._of_new = _reaching(self._of_new, -int(ids.min()))


def _reaching(table: NDArray[Any], length: int) -> NDArray[Any]:
    import numpy as np

    if length <= len(table):
        return table
    longer = np.zeros(max(length, len(table) * 3 // 2), table.dtype)
    longer[: len(table)] = table
    return longer
