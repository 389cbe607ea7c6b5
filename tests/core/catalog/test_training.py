"""What each provider takes for training, and what may be typed for it."""

from __future__ import annotations

import pytest

from tui.core.catalog.training import terms

OPENAI = terms("openai", "https://api.openai.com/v1")
NEBIUS = terms("custom", "https://api.tokenfactory.nebius.com/v1/")
TOGETHER = terms("custom", "https://api.together.xyz/v1")
FIREWORKS = terms("fireworks", "https://api.fireworks.ai")
OTHER = terms("compatible", None)
ALL = (OPENAI, NEBIUS, TOGETHER, FIREWORKS, OTHER)
PARAMETERS = {one.id: one for each in ALL for one in each.parameters}
AZURE = terms("custom", "https://mine.openai.azure.com/openai/v1/")


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("n_epochs", "3", 3),
        ("n_epochs", "auto", None),
        ("n_epochs", "", None),
        ("learning_rate", "2e-5", 2e-5),
        ("lora", "Yes", True),
        ("lora", "no", False),
        ("reasoning_effort", "high", "high"),
        ("lora_dropout", "0", 0.0),
    ],
)
def test_what_is_typed_is_read(name: str, typed: str, value: object) -> None:
    assert PARAMETERS[name].read(typed) == value


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("n_epochs", "51", "from 1 to 50"),
        ("n_epochs", "2.5", "whole number"),
        ("batch_size", "257", "from 1 to 256"),
        ("lr_multiplier", "0", "above 0"),
        ("lr_multiplier", "nan", "above 0"),
        ("learning_rate", "1", "at most 0.01"),
        ("beta", "2.1", "at most 2"),
        ("beta_below_half", "0.5", "above 0 and below 0.5"),
        ("beta_below_half", "0", "above 0 and below 0.5"),
        ("lora", "8", "yes, no"),
        ("reasoning_effort", "huge", "one of default, low"),
        ("context_length", "0", "1 or more"),
    ],
)
def test_what_a_provider_would_refuse_is_said(name: str, typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        PARAMETERS[name].read(typed)


def test_an_absolute_rate_is_no_multiplier() -> None:
    assert NEBIUS.parameter("lr_multiplier") is None
    rate = NEBIUS.parameter("learning_rate")
    assert rate is not None
    assert rate.key == "learning_rate_multiplier"
    assert "2e-5" in rate.hint
    assert OPENAI.parameter("learning_rate") is None


def test_reinforcement_only_where_it_is_offered() -> None:
    assert "reinforcement" not in OPENAI.methods
    assert "reinforcement" in AZURE.methods
    own = terms("custom", "http://127.0.0.1:8000/v1", ("supervised", "reinforcement"))
    assert own.methods == ("supervised", "reinforcement")
    assert [one.id for one in OPENAI.of("dpo")][-1] == "beta"
    assert "beta" not in [one.id for one in OPENAI.of("supervised")]


def test_the_hint_names_a_bound_that_is_not_included() -> None:
    assert PARAMETERS["beta_below_half"].hint == "auto, or above 0 and below 0.5"
    assert PARAMETERS["beta_below_half"].read("0.49") == 0.49
