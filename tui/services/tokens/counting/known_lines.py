"""Lines that were counted before, wherever they stood: after a shuffle, a split, an edit.

Looked up in a counting process, when a stretch as a whole is new.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xxhash import xxh3_64_intdigest

from tui.services.tokens.counting import records
from tui.services.tokens.counting.columns import AT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


def hashes_of(lines: Sequence[bytes]) -> NDArray[np.uint64]:
    """Return a 64 bit hash of every line."""
    import numpy as np

    return np.fromiter(map(xxh3_64_intdigest, lines), np.uint64, len(lines))


@dataclass(frozen=True, slots=True)
class KnownLines:
    """The lines of a file of counts: their hashes, sorted, and where their numbers stand."""

    hashes: NDArray[np.uint64]
    places: NDArray[np.int64]
    words: NDArray[np.uint32]

    @classmethod
    def read(cls, path: str, stop: int) -> KnownLines:
        """Read the first `stop` bytes of a file; what cannot be read is not known."""
        import numpy as np

        hashes, places = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
        words = np.empty(0, np.uint32)
        try:
            fd = os.open(path, os.O_RDONLY)
        except OSError:
            return cls(hashes[0], places[0], words)
        try:
            for record in records.scan(fd, 0, min(stop, os.fstat(fd).st_size))[0]:
                if (found := records.read(fd, record)) is not None:
                    hashes.append(found[0])
                    first = record.body // 4 + 2 * record.rows
                    places.append(np.arange(record.rows) * records.WIDTH + first)
            if len(hashes) > 1:
                words = np.memmap(path, np.uint32, "r", shape=(os.fstat(fd).st_size // 4,))
        except (OSError, ValueError):
            return cls(np.empty(0, np.uint64), np.empty(0, np.int64), words)
        finally:
            os.close(fd)
        together = np.concatenate(hashes)
        order = np.argsort(together, kind="stable")
        return cls(together[order], np.concatenate(places)[order], words)

    def look_up(
        self, hashes: NDArray[np.uint64], sizes: NDArray[np.int64]
    ) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
        """Return which of some lines are known, and their numbers."""
        import numpy as np

        if not len(self.hashes):
            return np.empty(0, np.intp), np.empty((0, records.WIDTH), np.uint32)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        alike = np.flatnonzero(self.hashes[at] == hashes)
        numbers = self.words[self.places[at[alike], None] + np.arange(records.WIDTH)]
        # The size beside the hash: two lines that are alike in both do not happen by chance.
        same = numbers[:, AT["size"]] == sizes[alike]
        return alike[same], numbers[same]
