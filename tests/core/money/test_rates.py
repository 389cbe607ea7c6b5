"""Prices by the hour and by the month: what is known is reckoned, what is not stays unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.money.counted import DOLLARS, counted_by
from tui.core.money.hourly import (
    cost_so_far,
    price_now,
    price_words,
    priced,
    running_cost,
    so_far_words,
)
from tui.core.money.rates import HourRate, KeepRate, hour_words, month_words
from tui.core.money.terms import Money
from tui.core.provider.deployment_words import cost_words
from tui.core.provider.deployments import Act, Deployment

GPU = HourRate("NVIDIA_H100_80GB", Decimal("2.50"))


def made(**more: Any) -> Deployment:
    known: dict[str, Any] = {"running": True, "hardware": "nvidia-h100-80gb", "units": 2}
    return Deployment("d", "m", "c", **{**known, **more})


@pytest.mark.parametrize(
    ("one", "words", "now"),
    [
        (made(), "$5.00/h", Decimal("5.00")),  # names differ by vendor and case alone
        (made(units=None), "unknown", None),
        (made(hardware="another"), "unknown", None),
        (made(hardware=""), "unknown", None),
        (made(running=None), "$5.00/h", Decimal("5.00")),
        (made(running=False), "–", Decimal(0)),
        (made(by_token=True), "by tokens", Decimal(0)),
        (made(within="host"), "within", Decimal(0)),
    ],
)
def test_what_one_costs_an_hour(one: Deployment, words: str, now: Decimal | None) -> None:
    one = priced(one, [GPU])
    assert (price_words(one), price_now(one)) == (words, now)


def test_a_tier_without_a_price_stays_unknown_and_keeps_its_note() -> None:
    one = priced(made(hardware="Developer"), [HourRate("Developer", note="ends after 24 h")])
    assert price_words(one) == "unknown"
    assert one.price is not None
    assert one.price.rate.note == "ends after 24 h"


def test_what_it_has_come_to_is_at_most_that_unless_it_was_always_billed() -> None:
    at = 1_790_000_000
    one = priced(made(created_at=at), [GPU])
    assert cost_so_far(one, at + 7200) == Decimal(10)
    assert so_far_words(one, at + 7200) == "≤ $10.00"
    assert so_far_words(priced(made(created_at=at, always=True), [GPU]), at + 7200) == "$10.00"
    assert so_far_words(priced(made(), [GPU]), at) == "unknown"
    assert so_far_words(one, at - 99) == "≤ $0.00"  # a clock that is behind


@pytest.mark.parametrize(
    ("ones", "words"),
    [
        ([], ""),
        ([made(running=False), made(by_token=True), made(within="x")], ""),
        ([made(), made()], "2 running · $10.00/h"),
        ([made(), made(hardware="")], "2 running · $5.00/h + unknown"),
        ([made(hardware=""), made(units=None)], "2 running · price unknown"),
    ],
)
def test_the_words_of_the_status_line(ones: list[Deployment], words: str) -> None:
    assert running_cost([priced(one, [GPU]) for one in ones]).words == words


def test_each_currency_is_added_up_for_itself() -> None:
    euros = counted_by(Money("EUR", Decimal("0.5")))
    assert counted_by(Money("EUR")) == counted_by(Money(rate=Decimal(2))) == DOLLARS
    there, here = priced(made(created_at=0, always=True), [GPU], euros), priced(made(), [GPU])
    assert (price_words(there), so_far_words(there, 3600)) == ("2.50 EUR/h", "2.50 EUR")
    assert there.price is not None
    assert there.price.words.startswith("2.50 EUR/h (")
    cost = running_cost([there, here, there])
    assert cost.words == "3 running · 5.00 EUR/h + $5.00/h"
    assert cost.usd == 15
    assert "It costs 2.50 EUR an hour now (1,800.00 EUR in 30 days)" in cost_words(
        [there], Act.DELETE
    )
    assert month_words(Decimal(1), euros) == "0.50 EUR/mo"
    assert month_words(Decimal("0.001"), euros) == "< 0.01 EUR/mo"


@given(st.lists(st.tuples(st.sampled_from([True, False, None]), st.integers(0, 9) | st.none())))
def test_the_sum_is_that_of_what_is_known(shapes: list[tuple[bool | None, int | None]]) -> None:
    ones = [priced(made(running=running, units=units), [GPU]) for running, units in shapes]
    cost = running_cost(ones)
    hourly = [one for one in ones if one.running is not False]
    assert cost.count == len(hourly)
    assert cost.unknown == sum(one.units is None for one in hourly)
    assert cost.usd == sum((Decimal("2.50") * (one.units or 0) for one in hourly), Decimal(0))


@pytest.mark.parametrize(
    ("rate", "size", "month", "words"),
    [
        (KeepRate("files", Decimal("0.10")), 2_500_000_000, Decimal("0.25"), "$0.25/mo"),
        (KeepRate("files", Decimal("0.10")), None, None, "unknown"),
        (KeepRate("files", Decimal("0.10")), 4_000, Decimal("0.0000004"), "< $0.01/mo"),
        (KeepRate("files", Decimal(0)), None, Decimal(0), "nothing"),
    ],
)
def test_a_month_of_keeping(
    rate: KeepRate, size: int | None, month: Decimal | None, words: str
) -> None:
    assert rate.month(size) == month
    assert month_words(rate.month(size)) == words


def test_what_is_free_is_taken_off_a_whole_account() -> None:
    rate = KeepRate("files", Decimal("0.10"), free_gb=Decimal(1))
    assert rate.month_of_all(3_000_000_000) == Decimal("0.20")
    assert rate.month_of_all(5) == 0
    assert rate.month_of_all(None) is None


def test_words_of_acts_and_prices() -> None:
    assert [act.to("it") for act in Act] == ["stop it", "scale it to zero", "delete it"]
    assert hour_words(Decimal("1.701"), about=True) == "about $1.71/h"
