"""Moments in the words of a clock."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from tui.core.text.moments import date_words, until_words

NOON = time.mktime((2026, 11, 28, 12, 0, 20, 0, 0, -1))


def test_until_when_to_wait() -> None:
    assert until_words(NOON + 30, NOON) == "12:00:50"
    assert until_words(NOON + 600, NOON) == "12:11"  # never before the moment
    assert until_words(NOON + 86_400, NOON) == "12:01 on Nov 29"
    assert until_words(NOON + 400 * 86_400, NOON).endswith(" on 2028-01-02")
    assert until_words(1e18, NOON) == ""


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_is_a_time_or_none(at: float) -> None:
    assert isinstance(until_words(at, NOON), str)


@given(st.floats(0, 3600 * 11))
def test_it_is_never_earlier_than_the_moment(wait: float) -> None:
    said = until_words(NOON + wait, NOON)
    hours, minutes, seconds = (*map(int, said.split(":")), 0)[:3]
    told = time.mktime((2026, 11, 28, hours, minutes, seconds, 0, 0, -1))
    assert 0 <= told - (NOON + wait) < (1 if said.count(":") == 2 else 60)


def test_a_day_and_minute_or_the_number_that_no_clock_can_show() -> None:
    assert date_words(NOON) == "2026-11-28 12:00"
    assert date_words(None) == "–"
    assert date_words(10**18) == str(10**18)
