import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.tokens.distribution import bins, edges, filled, summary

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
def test_arrays_are_sorted_as_lists_are(values: list[int], n: int, limit: int | None) -> None:
    assert bins(np.array(values), n, limit) == bins(values, n, limit)
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
