"""What an answer has cost: its tokens at the list price of its model."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tui.core.money.pricing import FREE, Cost

if TYPE_CHECKING:
    from tui.core.catalog.models import ModelFacts
    from tui.core.provider.records import Usage

_PER = Decimal(1_000_000)
UNKNOWN = "price not known"


def answer_cost(usage: Usage | None, facts: ModelFacts | None) -> Cost:
    """Return what an answer costs; amount None without token counts or without a price.

    The facts are those of `Catalog.to_chat`.
    """
    if facts is None:
        return Cost(None, "USD", None)
    asked, answered = facts.price_input, facts.price_output
    if usage is None or asked is None or answered is None:
        return Cost(None, facts.currency, facts.as_of)
    amount = (asked * usage.prompt_tokens + answered * usage.completion_tokens) / _PER
    return Cost(amount, facts.currency, facts.as_of)


def cost_words(cost: Cost) -> str:
    """Return what an answer has cost in words: to a hundredth of a cent, as it is so little."""
    if cost.amount is None:
        return UNKNOWN
    if not cost.amount:
        return FREE
    if cost.amount < Decimal("0.0001"):
        return f"under 0.0001 {cost.currency}"
    return f"{cost.amount:,.4f} {cost.currency}"
