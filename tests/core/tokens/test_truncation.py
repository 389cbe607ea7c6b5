"""How much trained text lies behind the training limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.core.tokens.encoding import MessageCount, TokenCount
from tui.core.tokens.truncation import trained_lost


def counted(*messages: tuple[int, int]) -> TokenCount:
    made = tuple(MessageCount("assistant", context, trained) for context, trained in messages)
    return TokenCount(sum(m.context for m in made) + 3, sum(m.trained for m in made), made)


def test_what_is_lost_begins_at_the_end_of_the_last_answer() -> None:
    example = counted((10, 0), (20, 15), (30, 26))
    assert [trained_lost(example, limit) for limit in (63, 60, 59, 30, 29, 0)] == [
        0,
        0,
        1,
        26,
        27,
        41,
    ]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6), st.integers(0, 200))
def test_never_more_than_there_is(messages: list[tuple[int, int]], limit: int) -> None:
    example = counted(*((context + trained, trained) for context, trained in messages))
    lost = trained_lost(example, limit)
    assert 0 <= lost <= min(example.trained, max(0, example.context - 3 - limit))
