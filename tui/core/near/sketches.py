"""MinHash sketches of many rows, stored in columns: 300 bytes a row."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.dataset.digest import number_of_bytes
from tui.core.dataset.example import parse
from tui.core.dataset.fingerprints import Fingerprints, fingerprints
from tui.core.near.example_text import text_of
from tui.core.near.minhash import Banding, band_keys, signatures
from tui.core.near.shingles import hashes, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from tui.core.dataset.lines import Lines

_BATCH_ROWS = 2000
_BATCH_BYTES = 600_000


class Stopped(Exception):  # noqa: N818 - nothing is wrong: somebody asked for it
    """The work was stopped before its end."""


@dataclass(frozen=True, slots=True)
class Sketches:
    """Columns over the rows of a file; digests are 0 where there is none.

    `line` stands for a row's bytes, the next four are its `Fingerprints`, `text` stands for its
    words; `bands` and `low` (the low bytes of the signature) are empty when only equal rows are
    looked for.
    """

    banding: Banding | None
    line: NDArray[np.uint64]
    content: NDArray[np.uint64]
    prompt: NDArray[np.uint64]
    choice: NDArray[np.uint64]
    answer: NDArray[np.uint64]
    text: NDArray[np.uint64]
    bands: NDArray[np.uint32]
    low: NDArray[np.uint8]

    def __len__(self) -> int:
        """Count rows."""
        return len(self.line)


def sketch(
    rows: Lines,
    banding: Banding | None = None,
    known: Sketches | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Sketches:
    """Sketch all rows, taking those that `known` holds (for the same banding) from there.

    Blocks; `on_progress(done, of)` is called in this thread. Raises Stopped.
    """
    maker = _Maker(len(rows), banding, known)
    for position in range(len(rows)):
        if position % 500 == 0:
            on_progress(position, len(rows))
            if cancelled():
                raise Stopped
        maker.take(position, rows[position])
    return maker.finish()


class _Maker:
    """Fills the columns, the signatures batch by batch."""

    def __init__(self, count: int, banding: Banding | None, known: Sketches | None) -> None:
        import numpy as np

        bands, size = (banding.bands, banding.size) if banding else (0, 0)
        self._made = Sketches(
            banding=banding,
            line=np.zeros(count, np.uint64),
            content=np.zeros(count, np.uint64),
            prompt=np.zeros(count, np.uint64),
            choice=np.zeros(count, np.uint64),
            answer=np.zeros(count, np.uint64),
            text=np.zeros(count, np.uint64),
            bands=np.zeros((count, bands), np.uint32),
            low=np.zeros((count, size), np.uint8),
        )
        self._known = known if known is not None and known.banding == banding else None
        order = np.argsort(self._known.line) if self._known else np.empty(0, np.int64)
        self._order = order
        self._lines = array("Q", self._known.line[order].tobytes() if self._known else b"")
        self._copied: list[tuple[int, int]] = []
        self._batch: list[tuple[int, bytes]] = []
        self._bytes = 0

    def take(self, position: int, line: bytes) -> None:
        """Sketch one row."""
        made = self._made
        digest = number_of_bytes(line)
        made.line[position] = digest
        at = bisect_left(self._lines, digest)
        if at < len(self._lines) and self._lines[at] == digest:
            self._copied.append((position, int(self._order[at])))
            return
        example = parse(line)
        marks = fingerprints(line, example)
        made.content[position] = marks.content
        made.prompt[position] = marks.prompt
        made.choice[position] = marks.choice
        made.answer[position] = marks.answer
        if made.banding is None:
            return
        text = plain(text_of(example))
        self._batch.append((position, text))
        self._bytes += len(text)
        if len(self._batch) >= _BATCH_ROWS or self._bytes >= _BATCH_BYTES:
            self._flush()

    def finish(self) -> Sketches:
        """Return the columns, filled."""
        import numpy as np

        self._flush()
        if self._known is not None and self._copied:
            to, of = np.array(self._copied).T
            for name in (*Fingerprints._fields, "text", "bands", "low"):
                getattr(self._made, name)[to] = getattr(self._known, name)[of]
        return self._made

    def _flush(self) -> None:
        import numpy as np

        if not self._batch or self._made.banding is None:
            return
        banding = self._made.banding
        positions = np.array([position for position, _ in self._batch])
        texts = [text for _, text in self._batch]
        shingles, counts = hashes(texts)
        values = signatures(shingles, counts, banding)
        self._made.bands[positions] = band_keys(values, banding)
        self._made.low[positions] = values.astype(np.uint8)
        worded = zip(texts, counts.tolist(), strict=True)
        digests = [
            number_of_bytes(b" ".join(text.split())) if count else 0 for text, count in worded
        ]
        self._made.text[positions] = np.array(digests, np.uint64)
        self._batch, self._bytes = [], 0
