"""Examples cut into batches and padded into arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from . import tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .layers import Ints
    from .template import Encoded

# Padded tokens that go through the model at once; this bounds memory whatever the batch size.
MOST_TOKENS: Final = 2048


@dataclass(frozen=True, slots=True)
class Batch:
    """Conversations as arrays: `ids` (B, T) padded on the right, and what to predict.

    After the flat position `rows[i]` comes `targets[i]`, in conversation `owner[i]`.
    """

    ids: Ints
    rows: Ints
    targets: Ints
    owner: Ints


def pad(examples: Sequence[Encoded]) -> Batch:
    """Return the batch of `examples`; their last token is only ever a target."""
    length = max(1, *(len(example) - 1 for example in examples))
    ids = np.full((len(examples), length), tokenizer.END, np.int64)
    following = np.zeros_like(ids)
    wanted = np.zeros(ids.shape, bool)
    for row, example in enumerate(examples):
        size = len(example) - 1
        if size > 0:
            ids[row, :size] = example.ids[:-1]
            following[row, :size] = example.ids[1:]
            wanted[row, :size] = example.trained[1:]
    rows = np.flatnonzero(wanted)
    return Batch(ids, rows, following.reshape(-1)[rows], rows // length)


def plan_epoch(lengths: Ints, batch_size: int, rng: np.random.Generator) -> list[Ints]:
    """Return each batch's example numbers: all once, in random order, similar lengths together."""
    loose = lengths * rng.uniform(0.7, 1.4, len(lengths))
    order = np.argsort(loose, kind="stable")
    cut = [order[at : at + batch_size] for at in range(0, len(order), batch_size)]
    return [cut[at] for at in rng.permutation(len(cut))]


def portions(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions in `lengths`, short ones first, each portion small enough for memory."""
    portion: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda at: (lengths[at], at)):
        if portion and lengths[at] * (len(portion) + 1) > MOST_TOKENS:
            yield portion
            portion = []
        portion.append(at)
    if portion:
        yield portion
