"""MinHash signatures and bands: which texts may be alike, without comparing all with all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST = 128
_MISSED = 0.001
_SEED = 20_261_123


@dataclass(frozen=True, slots=True)
class Banding:
    """How a signature is cut: `bands` of `width` values each. Alike in one band is a candidate."""

    bands: int
    width: int

    @property
    def size(self) -> int:
        """The number of values in a signature."""
        return self.bands * self.width

    @classmethod
    def for_threshold(cls, threshold: float) -> Banding:
        """Return the widest bands that miss at most one in a thousand pairs at `threshold`."""
        best = cls(_MOST, 1)
        for width in range(1, 17):
            hit = threshold**width
            bands = 1 if hit >= 1 else math.ceil(math.log(_MISSED) / math.log1p(-hit))
            if bands * width <= _MOST:
                best = cls(bands, width)
        return best


def signatures(
    shingles: NDArray[np.uint64], counts: NDArray[np.int64], banding: Banding
) -> NDArray[np.uint32]:
    """Return one row of `banding.size` values for each text; texts without shingles get 0."""
    import numpy as np

    found = np.zeros((len(counts), banding.size), np.uint32)
    full = np.flatnonzero(counts)
    if not len(full):
        return found
    firsts = (np.cumsum(counts) - counts)[full]
    short = (shingles >> np.uint64(32)).astype(np.uint32)
    values = np.empty_like(short)
    made = np.empty((banding.size, len(full)), np.uint32)
    for number, (factor, shift) in enumerate(_permutations()[: banding.size]):
        np.multiply(short, factor, out=values)
        np.bitwise_xor(values, shift, out=values)
        np.minimum.reduceat(values, firsts, out=made[number])
    found[full] = made.T
    return found


def band_keys(signature: NDArray[np.uint32], banding: Banding) -> NDArray[np.uint32]:
    """Return one number for each band of each signature."""
    import numpy as np

    cut = signature.reshape(len(signature), banding.bands, banding.width)
    keys = np.zeros(cut.shape[:2], np.uint32)
    for column in range(banding.width):
        keys = (keys ^ cut[:, :, column]) * np.uint32(0x9E3779B1)
        keys ^= keys >> np.uint32(15)
    return keys


@cache
def _permutations() -> NDArray[np.uint32]:
    import numpy as np

    random = np.random.Generator(np.random.PCG64(_SEED))
    drawn = random.integers(0, 1 << 32, (_MOST, 2), np.uint32)
    drawn[:, 0] |= 1
    return drawn
