"""Epochs, billed tokens and money. Amounts are exact decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tui.core.catalog.models import EpochRule, ModelFacts

_PER = Decimal(1_000_000)
MOST_EPOCHS = 50  # what OpenAI takes
FREE = "free"  # what is said of all that costs nothing


@dataclass(frozen=True, slots=True)
class Cost:
    """A price: `amount` in `currency` at the list price of the day `as_of`; None is unknown."""

    amount: Decimal | None
    currency: str
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Truncation:
    """An example longer than the training limit: its line, its tokens, how many are cut."""

    line: int
    tokens: int
    lost: int


def epochs(examples: int, rule: EpochRule, requested: int | None = None) -> int:
    """Return `requested` epochs, or what `rule` predicts the provider will choose."""
    if requested is not None:
        return requested
    if rule.table:
        return next((chosen for most, chosen in rule.table if examples <= most), rule.least)
    if examples <= 0:
        return rule.target
    if examples * rule.target < rule.min_examples:
        return min(rule.most, rule.min_examples // examples)
    if examples * rule.target > rule.max_examples:
        return max(rule.least, rule.max_examples // examples)
    return rule.target


def billed_tokens(counts: Iterable[int], limit: int | None, epochs: int) -> int:
    """Return the tokens a job bills: each example up to `limit`, times the epochs."""
    kept = sum(counts) if limit is None else sum(min(limit, tokens) for tokens in counts)
    return kept * epochs


def cost(tokens: int, facts: ModelFacts) -> Cost:
    """Return what training on this many billed tokens costs; amount None without a price."""
    price = facts.price_training
    amount = None if price is None else price * tokens / _PER
    return Cost(amount, facts.currency, facts.as_of)


def truncated(counts: Iterable[tuple[int, int]], limit: int | None) -> tuple[Truncation, ...]:
    """Return the examples over `limit` among pairs of (line, tokens); none without a limit."""
    if limit is None:
        return ()
    return tuple(
        Truncation(line, tokens, tokens - limit) for line, tokens in counts if tokens > limit
    )
