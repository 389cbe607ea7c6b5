from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tui.core.catalog.models import load
from tui.core.tokens.comparison import difference, offer, without_longest


def test_difference_in_words() -> None:
    assert difference(10, 21).startswith("2.1× as long in B as in A")
    assert difference(10, 5, "training", "validation").startswith("2.0× as long in training")
    assert difference(100, 105).startswith("about equally long")
    assert "not trained in B" in difference(3, 0)


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(0, 100))
def test_leaving_the_longest_out(counts: list[int], percent: int) -> None:
    kept = without_longest(counts, percent)
    assert len(kept) == len(counts) - len(counts) * percent // 100
    dropped = sorted(counts)[len(kept) :]
    assert not kept or not dropped or max(kept) <= min(dropped)


def test_an_offer_is_cut_at_the_limit_of_its_model() -> None:
    facts = load().find("gpt-4o-mini")
    made = offer([100, 70_000], facts, 2, preference=False)
    assert (made.billed, made.cut) == (2 * (100 + 65_536), 1)
    assert made.cost.amount == Decimal(made.billed) * 3 / 1_000_000
