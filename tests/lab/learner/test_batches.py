"""Examples are cut into batches without losing one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui.lab.learner.template import EncodedConversation
from tui.lab.learner.training import batches


@given(
    st.lists(st.integers(1, 1024), min_size=1, max_size=80), st.integers(1, 20), st.integers(0, 9)
)
def test_an_epoch_holds_every_example_once(lengths: list[int], size: int, seed: int) -> None:
    plan = batches.plan_epoch(np.array(lengths), size, np.random.default_rng(seed))
    assert len(plan) == -(-len(lengths) // size)
    assert sorted(int(at) for batch in plan for at in batch) == list(range(len(lengths)))


@given(st.lists(st.integers(200, 1024), max_size=80), st.integers(0, 200))
def test_portions_fit_into_memory(lengths: list[int], prefix: int) -> None:
    portions = list(batches.portions(lengths, prefix))
    assert sorted(at for portion in portions for at in portion) == list(range(len(lengths)))
    for portion in portions:
        rest = max(lengths[at] for at in portion) - prefix
        assert prefix + rest * len(portion) <= batches.MOST_TOKENS


def test_padding_is_never_predicted_and_a_prefix_is_shared() -> None:
    short = EncodedConversation((2, 9, 0, 3, 8, 0), (False, False, False, False, True, True))
    long = EncodedConversation((2, 9, 9, 9, 0, 3, 7, 0), (False,) * 6 + (True, True))
    batch = batches.pad([short, long])
    assert batch.layout == (2, 2, 5)
    assert batch.ids.tolist() == [2, 9, 0, 3, 8, 0, 0, 9, 9, 0, 3, 7]
    assert batch.targets.tolist() == [8, 0, 7, 0]
    assert batch.owner.tolist() == [0, 0, 1, 1]
    assert batch.ids[batch.rows].tolist() == [3, 8, 3, 7]


def test_a_prefix_ends_before_the_first_answer() -> None:
    same = EncodedConversation((2, 9, 0, 3, 8, 0), (False, False, False, False, True, True))
    batch = batches.pad([same, same])
    assert batch.layout == (3, 2, 2)
    assert batch.ids[batch.rows].tolist() == [3, 8, 3, 8]
