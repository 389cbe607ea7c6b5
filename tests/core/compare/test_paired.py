"""The paired test: exact, and in agreement with scipy.stats.binomtest."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.compare.paired import FEWEST, PairedResult, binomial_p, p_words, paired

COUNTS = st.integers(0, 300)

# scipy.stats.binomtest(wins, wins + losses, 0.5).pvalue of scipy 1.17.
SCIPY = [
    (1, 0, 1.0),
    (0, 5, 0.0625),
    (6, 0, 0.03125),
    (7, 3, 0.34375),
    (31, 12, 0.005401572654591291),
    (12, 31, 0.005401572654591291),
    (50, 50, 1.0),
    (60, 40, 0.05688793364098089),
    (1, 20, 2.09808349609375e-05),
    (123, 77, 0.0014016905787957936),
    (500, 430, 0.023608839292547163),
    (1100, 1000, 0.03072070786424249),
    (0, 1000, 1.8665272370064378e-301),
]


@pytest.mark.parametrize(("wins", "losses", "p_value"), SCIPY)
def test_p_values_are_those_of_scipy(wins: int, losses: int, p_value: float) -> None:
    assert binomial_p(wins, losses) == pytest.approx(p_value, rel=1e-11)


@given(COUNTS, COUNTS)
def test_p_values_are_the_sum_of_the_unlikelier_outcomes(wins: int, losses: int) -> None:
    tosses = wins + losses
    here = comb(tosses, wins)
    rarer = sum(comb(tosses, k) for k in range(tosses + 1) if comb(tosses, k) <= here)
    assert binomial_p(wins, losses) == float(Fraction(rarer, 2**tosses))


@given(COUNTS, COUNTS)
def test_p_values_are_symmetric_and_bounded(wins: int, losses: int) -> None:
    assert binomial_p(wins, losses) == binomial_p(losses, wins)
    assert 0 < binomial_p(wins, losses) <= 1


@given(st.integers(0, 60))
def test_a_clearer_result_is_less_likely(tosses: int) -> None:
    values = [binomial_p(wins, tosses - wins) for wins in range(tosses // 2 + 1)]
    assert values == [*accumulate(values, max)]


def test_counts_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        binomial_p(-1, 3)


def test_large_counts_take_no_time_and_come_out_exactly() -> None:
    assert binomial_p(10_200, 9_800) == pytest.approx(0.004780889455902781, rel=1e-11)
    assert binomial_p(20_000, 0) == 0.0  # less than a float can hold


@given(st.lists(st.tuples(st.sampled_from([0, 0.5, 1]), st.sampled_from([0, 0.5, 1]))))
def test_the_other_way_round_wins_are_losses(values: list[tuple[float, float]]) -> None:
    there, back = paired(values), paired((b, a) for a, b in values)
    assert there == PairedResult(back.losses, back.wins, back.ties)
    assert there.wins + there.losses + there.ties == len(values)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            PairedResult(31, 12, 57),
            "better on 31, worse on 12, equal on 57: not chance (p = 0.005)",
        ),
        (
            PairedResult(30, 22, 48),
            "better on 30, worse on 22, equal on 48: may be chance (p = 0.33)",
        ),
        (PairedResult(5, 0, 95), "better on 5, worse on 0, equal on 95: too few to tell"),
        (PairedResult(40, 0, 1), "better on 40, worse on 0, equal on 1: not chance (p < 0.001)"),
        (PairedResult(0, 0, 1200), "equal on all 1,200"),
        (PairedResult(0, 0, 0), "nothing to compare"),
    ],
)
def test_results_in_words(result: PairedResult, words: str) -> None:
    assert result.words == words


def test_fewest_is_where_a_clean_sweep_says_something() -> None:
    assert binomial_p(FEWEST, 0) < 0.05 < binomial_p(FEWEST - 1, 0)


def test_p_values_keep_the_figures_that_matter() -> None:
    assert [p_words(p) for p in (0.00049, 0.0123, 0.0561, 0.5)] == [
        "p < 0.001", "p = 0.012", "p = 0.056", "p = 0.50",
    ]  # fmt: skip
