from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.catalog import models as catalog
from tui.core.catalog.models import EpochRule
from tui.core.money import pricing
from tui.core.money.pricing import Truncation
from tui.core.tokens.comparison import asked_prompts
from tui.lab.learner.training.hyperparameters import resolve_hyperparameters

CATALOG = catalog.load()
COOKBOOK = EpochRule()


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [
        (0, 3),
        (1, 25),
        (3, 25),
        (4, 25),
        (5, 20),
        (10, 10),
        (33, 3),  # 99 < 100, and 100 // 33
        (34, 3),
        (8333, 3),
        (8334, 2),  # 25,002 > 25,000
        (12_500, 2),
        (12_501, 1),
        (25_000, 1),
        (1_000_000, 1),
    ],
)
def test_epochs_of_the_cookbook_at_its_borders(examples: int, epochs: int) -> None:
    assert pricing.epochs(examples, COOKBOOK) == epochs


@given(st.integers(1, 10**6))
def test_epochs_equal_the_notebook(examples: int) -> None:
    epochs = 3
    if examples * 3 < 100:
        epochs = min(25, 100 // examples)
    elif examples * 3 > 25000:
        epochs = max(1, 25000 // examples)
    assert pricing.epochs(examples, COOKBOOK) == epochs


def test_requested_epochs_win() -> None:
    assert pricing.epochs(10, COOKBOOK, 7) == 7


@pytest.mark.parametrize("model", ["lab-small", "lab-micro"])
def test_epochs_of_the_lab_are_what_it_chooses(model: str) -> None:
    facts = CATALOG.find(model)
    for examples in [*range(1, 1100), *range(1900, 21_000, 50), 5001, 20_001, 10**6]:
        supervised = resolve_hyperparameters("supervised", examples, {}).n_epochs
        assert pricing.epochs(examples, facts.epochs) == supervised
        dpo = resolve_hyperparameters("dpo", examples, {}).n_epochs
        assert pricing.epochs(examples, facts.epochs_dpo) == dpo


def test_billed_tokens_stop_at_the_limit() -> None:
    assert pricing.billed_tokens([10, 20, 30], 20, 3) == 150
    assert pricing.billed_tokens([10, 20, 30], None, 3) == 180


def test_truncated() -> None:
    found = pricing.truncated([(1, 20), (2, 21), (5, 99)], 20)
    assert found == (Truncation(2, 21, 1), Truncation(5, 99, 79))
    assert pricing.truncated([(1, 10**9)], None) == ()


def test_cost_is_exact() -> None:
    cost = pricing.cost(1_234_567, CATALOG.find("gpt-4.1-mini"))
    assert cost.amount == Decimal("6.172835")
    assert (cost.currency, cost.as_of) == ("USD", date(2025, 7, 1))
    assert pricing.cost(10**9, CATALOG.find("lab-small")).amount == 0
    assert pricing.cost(10, CATALOG.find("some-model")).amount is None


def test_asking_costs_what_examples_like_these_would() -> None:
    facts = replace(CATALOG.find("gpt-4.1"), price_input=Decimal(3), price_output=Decimal(12))
    # 10 examples of 90 tokens asked and 10 answered: 90 × 3 + 10 × 12 millionths a prompt.
    assert asked_prompts(1_000, 100, 10, 100, facts) == Decimal("0.039")
    assert asked_prompts(0, 0, 0, 100, facts) is None
    assert asked_prompts(1_000, 100, 10, 100, replace(facts, price_input=None)) is None
