"""Examples cut into batches and padded into arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tui.lab.learner import tokenizer
from tui.lab.learner.model.layers import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.lab.learner.model.layers import Ints
    from tui.lab.learner.template import EncodedConversation

# Padded tokens that go through the model at once; this bounds memory whatever the batch size.
MOST_TOKENS: Final = 2048


@dataclass(frozen=True, slots=True)
class Batch:
    """Conversations as arrays: `ids` (N) as `layout` says, and what to predict.

    After the position `rows[i]` comes `targets[i]`, in conversation `owner[i]`.
    """

    ids: Ints
    layout: Layout
    rows: Ints
    targets: Ints
    owner: Ints


def pad(examples: Sequence[EncodedConversation]) -> Batch:
    """Return the batch of `examples`, each with a trained token; the last is only a target."""
    prefix = common_prefix(examples)
    length = max(1, *(len(example) - 1 - prefix for example in examples))
    ids = np.full((len(examples), length), tokenizer.END, np.int64)
    following = np.zeros_like(ids)
    wanted = np.zeros(ids.shape, bool)
    for row, example in enumerate(examples):
        size = len(example) - 1 - prefix
        ids[row, :size] = example.ids[prefix:-1]
        following[row, :size] = example.ids[prefix + 1 :]
        wanted[row, :size] = example.trained[prefix + 1 :]
    rows = np.flatnonzero(wanted)
    targets = following.reshape(-1)[rows]
    start = np.array(examples[0].ids[:prefix], np.int64)
    layout = Layout(prefix, len(examples), length)
    flat = np.concatenate([start, ids.reshape(-1)])
    return Batch(flat, layout, rows + prefix, targets, rows // length)


def common_prefix(examples: Sequence[EncodedConversation]) -> int:
    """Return how many first tokens all have in common before anything is predicted."""
    if len(examples) < 2:
        return 0
    most = min(example.trained.index(True) for example in examples) - 1
    low, high = min(example.ids for example in examples), max(example.ids for example in examples)
    return next((at for at in range(most) if low[at] != high[at]), most)


def plan_epoch(lengths: Ints, batch_size: int, rng: np.random.Generator) -> list[Ints]:
    """Return each batch's example numbers: all once, in random order, similar lengths together."""
    loose = lengths * rng.uniform(0.7, 1.4, len(lengths))
    order = np.argsort(loose, kind="stable")
    cut = [order[at : at + batch_size] for at in range(0, len(order), batch_size)]
    return [cut[at] for at in rng.permutation(len(cut))]


def portions(lengths: Sequence[int], prefix: int = 0) -> Iterator[list[int]]:
    """Yield positions in `lengths`, short ones first, each portion small enough for memory.

    All of them begin with the same `prefix` tokens, which take memory only once.
    """
    portion: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda at: (lengths[at], at)):
        if portion and prefix + (lengths[at] - prefix) * (len(portion) + 1) > MOST_TOKENS:
            yield portion
            portion = []
        portion.append(at)
    if portion:
        yield portion
