"""What jobs cost in a profile's own currency, and what is left of its budget."""

from __future__ import annotations

from decimal import Decimal

from tui.core.catalog.models import load
from tui.core.jobs.jobs import parse_job
from tui.core.money import pricing
from tui.core.money.pricing import Cost
from tui.core.money.terms import Budget, Forecast, Money, amount_words, budget_of, budget_words

MODEL = "gpt-4.1-mini-2025-04-14"  # 5.00 USD for 1M tokens
FACTS = load().find(MODEL)
EUR = Money("EUR", Decimal("0.9"), budget=Decimal(10))


def job(id_: str, **more: object) -> object:
    return parse_job({"id": id_, "model": MODEL, "status": "succeeded", **more})


def budget(*jobs: object, money: Money = EUR, **forecasts: Forecast) -> Budget:
    pairs = [(one, forecasts.get(one.id)) for one in jobs]  # type: ignore[attr-defined]
    return budget_of(pairs, {MODEL: money.priced(FACTS)}, money)  # type: ignore[arg-type]


def cost(amount: str | None, currency: str = "EUR") -> Cost:
    return Cost(None if amount is None else Decimal(amount), currency, None)


def test_list_prices_come_in_the_profiles_currency() -> None:
    facts = EUR.priced(FACTS)
    assert (facts.price_training, facts.currency) == (Decimal("4.5"), "EUR")
    assert Money().priced(FACTS) == FACTS
    own = Money("EUR", Decimal("0.9"), {FACTS.base: Decimal(7)}).priced(FACTS)
    assert (own.price_training, own.currency, own.as_of) == (Decimal(7), "EUR", None)


def test_amounts_are_rounded_up() -> None:
    assert amount_words(Decimal("0.0001"), "USD") == "0.01 USD"
    assert amount_words(Decimal("1234.5"), "EUR") == "1,234.50 EUR"


def test_what_was_trained_on_counts_and_else_what_was_expected() -> None:
    expected = Forecast(3, 1_000_000, Decimal("4.5"), "EUR")
    found = budget(
        job("a", trained_tokens=1_000_000),
        job("b", status="running"),
        job("c", status="failed"),
        job("d", status="running"),
        b=expected,
    )
    assert (found.spent, found.jobs, found.unpriced) == (Decimal(9), 4, 1)
    assert found.left == 1
    words = "budget 10.00 EUR: 9.00 spent by 4 jobs, 1 of unknown price"
    assert budget_words(found) == f"{words}, 1.00 left"
    assert budget_words(found, cost("0.25")) == f"{words}, 0.75 left after this job"
    assert budget_words(found, cost("1.50")) == f"{words}, this job goes 0.50 EUR above it"


def test_the_ceiling() -> None:
    found = budget(job("a", trained_tokens=2_000_000))
    assert found.above(cost("1.01"))
    assert not found.above(cost("1.00"))
    assert found.unsure(cost(None))
    assert found.unsure(cost("1", "USD"))
    assert budget_words(budget(job("a", trained_tokens=4_000_000))).endswith("8.00 EUR above it")


def test_without_a_budget_nothing_is_above_it() -> None:
    free = Money()
    found = budget_of([], {}, free)
    assert budget_words(found) == ""
    assert not found.above(cost("1000", "USD"))
    assert not found.unsure(cost(None))
    spent = budget(job("a", trained_tokens=1_000_000), money=free)
    assert budget_words(spent) == "5.00 USD spent by 1 job"
    assert pricing.cost(1_000_000, free.priced(FACTS)).amount == 5


def test_what_the_provider_says_counts_where_no_price_is_known_here() -> None:
    def told(currency: str, **more: object) -> object:
        price = {"amount": "2", "currency": currency, "said_by": "Acme"}
        return job("a", model="unknown-model", price=price, trained_tokens=1000, **more)

    assert budget(told("EUR")).spent == 2
    assert budget(told("USD")).spent == Decimal("1.8")  # at the profile's rate
    unknown = budget(told("CHF"))
    assert (unknown.spent, unknown.unpriced) == (0, 1)
    assert budget(told("EUR", status="running")).unpriced == 1  # it may still change
    ours = {"amount": "99", "currency": "EUR", "said_by": "Acme"}
    assert budget(job("b", price=ours, trained_tokens=1_000_000)).spent == Decimal("4.5")
