"""Bars and percentiles of counts, against numpy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.tokens.distribution import edges, filled, percentile, summary

numbers = st.lists(
    st.integers(0, 10**7) | st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=80
)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=80), st.integers(0, 100))
def test_percentile_of_counts_is_numpys_to_the_last_digit(values: list[int], share: int) -> None:
    assert percentile(sorted(values), share / 100) == np.percentile(values, share)


@given(numbers, st.floats(0, 1))
def test_percentile_is_numpys(values: list[float], share: float) -> None:
    expected = float(np.percentile(values, share * 100))
    assert math.isclose(percentile(sorted(values), share), expected, rel_tol=1e-9, abs_tol=1e-6)


@given(numbers)
def test_summary_is_numpys(values: list[float]) -> None:
    found = summary(values)
    expected = np.percentile(values, [0, 5, 25, 50, 75, 95, 99, 100])
    shown = [found.min, found.p05, found.p25, found.p50, found.p75, found.p95, found.p99, found.max]
    assert np.allclose(shown, expected)
    assert math.isclose(found.mean, float(np.mean(values)), rel_tol=1e-9, abs_tol=1e-6)
    assert found.count == len(values)


def test_summary_of_nothing_is_zero() -> None:
    assert summary([]).count == 0
    assert summary([]).mean == 0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_whole_numbers_of_any_size_have_their_exact_deviation() -> None:
    for values in ([0, 4_294_967_295] * 500, [3, 3, 3], [7]):
        array = np.array(values, np.int64)
        assert summary(array) == summary(values)
        assert summary(values).std == pytest.approx(np.std(array.astype(float)), rel=1e-12)


whole = st.lists(st.integers(0, 10**6), min_size=1, max_size=80)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 240), st.booleans())
def test_edges_span_everything_and_rise(a: int, b: int, n: int, log: bool) -> None:
    low, high = min(a, b), max(a, b)
    found = edges(low, high, n, log=log)
    assert found[0] == low
    assert found[-1] > high
    assert [*found] == sorted(set(found))
    assert 2 <= len(found) <= n + 2


@given(whole, st.integers(1, 60), st.none() | st.integers(0, 10**6))
def test_bars_hold_every_value_once(values: list[int], n: int, limit: int | None) -> None:
    histogram = filled(edges(min(values), max(values), n), values, limit)
    assert sum(bar.count for bar in histogram.bins) == len(values)
    assert 1 <= len(histogram.bins) <= n
    assert histogram.highest == max(bar.count for bar in histogram.bins)
    assert histogram.above == (0 if limit is None else sum(v > limit for v in values))
    for bar in histogram.bins:
        assert bar.count == sum(bar.low <= v < bar.high for v in values)


@given(whole)
def test_arrays_are_summarised_as_lists_are(values: list[int]) -> None:
    assert summary(np.array(values)) == summary(values)


@given(whole)
def test_the_deviation_is_numpys(values: list[int]) -> None:
    assert summary(values).std == pytest.approx(float(np.std(values)))


def test_log_bars_widen() -> None:
    borders = edges(1, 1000, 10, log=True)
    histogram = filled(borders, [1, 5, 50, 1000], 40)
    widths = [bar.high - bar.low for bar in histogram.bins]
    assert widths == sorted(widths)
    assert (sum(bar.count for bar in histogram.bins), histogram.above) == (4, 2)
