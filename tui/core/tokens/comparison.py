"""Compare the lengths of two datasets, the costs of all models, and what shortening saves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.money import pricing
from tui.core.text.text import figure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from tui.core.catalog.models import ModelFacts
    from tui.core.money.pricing import Cost

# Within these bounds two medians are called alike: token counts vary that much by chance.
_ALIKE = (0.9, 1.1)


def difference(first: float, second: float, a: str = "A", b: str = "B") -> str:
    """Return how long the answers of two files are beside each other, by median trained tokens.

    `a` and `b` are what the files are called.
    """
    medians = f"(medians {figure(first)} and {figure(second)} trained tokens)"
    if not first or not second:
        return f"most are not trained in {b if first else a} {medians}"
    if _ALIKE[0] <= second / first <= _ALIKE[1]:
        return f"about equally long in {a} and {b} {medians}"
    longer, shorter = (b, a) if second > first else (a, b)
    ratio = max(first, second) / min(first, second)
    return f"{ratio:.1f}× as long in {longer} as in {shorter} {medians}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What training with one model would come to. `cut` counts examples over its limit."""

    facts: ModelFacts
    epochs: int
    billed: int
    cut: int
    cost: Cost


def offer(
    counts: Sequence[int], facts: ModelFacts, requested: int | None, *, preference: bool
) -> Offer:
    """Price a job on examples of this many context tokens, by this model's limit and epochs."""
    rule = facts.epochs_dpo if preference else facts.epochs
    epochs = pricing.epochs(len(counts), rule, requested)
    billed = pricing.billed_tokens(counts, facts.training_limit, epochs)
    over = pricing.truncated(enumerate(counts), facts.training_limit)
    return Offer(facts, epochs, billed, len(over), pricing.cost(billed, facts))


def without_longest(counts: Sequence[int], percent: int) -> list[int]:
    """Return the counts without the longest `percent` % of the examples, rounded down."""
    keep = len(counts) - len(counts) * percent // 100
    return sorted(counts)[:keep]


def validated(counts: Sequence[int], facts: ModelFacts, epochs: int) -> Cost:
    """Return what a validation file costs where it is billed as training is: once an epoch.

    `counts` are the context tokens of its examples; `facts.validation_billed` tells whether.
    """
    return pricing.cost(pricing.billed_tokens(counts, facts.training_limit, epochs), facts)


def asked_prompts(
    context: int, answers: int, examples: int, prompts: int, facts: ModelFacts
) -> Decimal | None:
    """Return what asking this many prompts like the examples' and being answered as there costs.

    `context` and `answers` are the tokens of all examples. None where a price is not known.
    """
    if facts.price_input is None or facts.price_output is None or not examples:
        return None
    asked = max(0, context - answers) * facts.price_input + answers * facts.price_output
    return asked * prompts / examples / 1_000_000
