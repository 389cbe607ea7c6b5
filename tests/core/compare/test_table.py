"""The table of a run: shares, spreads, cost, and the models against each other."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.catalog.models import EpochRule, ModelFacts
from tui.core.compare.answers import Answer
from tui.core.compare.measures import Measures
from tui.core.compare.paired import PairedResult
from tui.core.compare.result_row import Row, Slot
from tui.core.compare.table import REPORTED, Table

RULE = EpochRule()


def facts(into: str | None, out: str | None) -> ModelFacts:
    prices = [None if p is None else Decimal(p) for p in (into, out)]
    return ModelFacts(
        "m", "m", "o200k_base", exact=True, known=True, epochs=RULE, epochs_dpo=RULE,
        price_input=prices[0], price_output=prices[1],
    )  # fmt: skip


def row(line: int, model: str, exact: float | None, repeat: int = 1, **more: object) -> Row:
    made = Row(
        Slot(line, model, repeat),
        prompt=f"p{line}",
        answer=Answer("x"),
        prompt_tokens=100,
        answer_tokens=10,
        latency_s=float(line),
        first_token_s=line / 2,
        measures=Measures(exact=exact),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_model_is_summed_up() -> None:
    rows = [row(1, "a", 1), row(2, "a", 0), row(3, "a", 1), row(4, "a", None, error="refused")]
    (found,) = Table(["a"], rows, {"a": facts("2", "8")}).summaries()
    assert (found.answers, found.failed) == (3, 1)
    assert found.as_json() == {
        "exact": 0.666667,
        "normalised": None,
        "similarity": None,
        "json_valid": None,
        "json_equal": None,
        "tool_calls_equal": None,
        "answer_tokens": 10,
        "latency_s": {"p50": 2.0, "p95": 2.9},
        "first_token_s": {"p50": 1.0, "p95": 1.45},
        "cost": {"amount": pytest.approx(0.00084), "currency": "USD"},
    }


def test_a_model_without_answers_has_no_measures() -> None:
    (found,) = Table(["a"], [row(1, "a", None, error="no")]).summaries()
    assert {found.as_json()[name] for name in REPORTED} == {None}
    assert found.as_json()["latency_s"] == {"p50": None, "p95": None}


@pytest.mark.parametrize(
    ("prices", "tokens", "cost"),
    [
        (facts("2", "8"), (100, 10), Decimal("0.00028")),
        (facts("2", None), (100, 10), None),
        (facts("2", "8"), (100, None), None),
        (facts("0", "0"), (None, None), Decimal(0)),
        (None, (100, 10), None),
    ],
)
def test_the_cost_of_an_answer_is_known_or_not(
    prices: ModelFacts | None, tokens: tuple[int | None, int | None], cost: Decimal | None
) -> None:
    one = replace(row(1, "a", 1), prompt_tokens=tokens[0], answer_tokens=tokens[1])
    assert one.cost(prices) == cost


def test_models_are_compared_prompt_by_prompt() -> None:
    rows = [
        row(1, "a", 1), row(1, "b", 0),
        row(2, "a", 0), row(2, "b", 0),
        row(3, "a", 1), row(3, "b", None, error="refused"),
        row(4, "b", 1), row(5, "a", 0), row(5, "b", 1),
    ]  # fmt: skip
    (found,) = Table(["a", "b"], rows).versus()
    assert (found.a, found.b, found.measure) == ("a", "b", "exact")
    assert found.result == PairedResult(1, 1, 1)
    assert found.as_json()["p_value"] == 1.0


def test_repeats_of_a_prompt_count_once() -> None:
    rows = [row(1, "a", x, n) for n, x in enumerate([1, 1, 0], 1)]
    rows += [row(1, "b", x, n) for n, x in enumerate([1, 0, 0], 1)]
    (found,) = Table(["a", "b"], rows).versus()
    assert found.result == PairedResult(1, 0, 0)


def test_an_earlier_run_is_compared_by_what_was_asked_not_by_line() -> None:
    now = [row(1, "a", 1), row(2, "a", 1), row(1, "b", 0)]
    before = [row(1, "a", 0, prompt="p2"), row(7, "a", 0, prompt="p1"), row(2, "a", 0, prompt="p9")]
    table = Table(["a", "b"], now, earlier={"a@x": before, "b@x": [row(7, "b", 1, prompt="p1")]})
    found = {(one.a, one.b): one.result for one in table.versus()}
    assert found == {
        ("a", "b"): PairedResult(1, 0, 0),
        ("a", "a@x"): PairedResult(2, 0, 0),
        ("a", "b@x"): PairedResult(0, 0, 1),
        ("b", "a@x"): PairedResult(0, 0, 1),
        ("b", "b@x"): PairedResult(0, 1, 0),
    }
    assert [one.model for one in table.summaries()] == ["a", "b", "a@x", "b@x"]


def test_a_prompt_that_stands_twice_in_a_dataset_counts_twice() -> None:
    rows = [row(n, m, x, prompt="same") for n in (1, 2) for m, x in (("a", 1), ("b", 0))]
    (found,) = Table(["a", "b"], rows).versus()
    assert found.result == PairedResult(2, 0, 0)
    before = [row(n, "a", 0, prompt="same") for n in (5, 9)]
    versus = [
        *Table(["a"], [r for r in rows if r.slot.model == "a"], earlier={"x": before}).versus()
    ]
    assert [one.result for one in versus] == [PairedResult(2, 0, 0)]


ROWS = st.builds(
    Row,
    slot=st.builds(Slot, st.integers(1, 9), st.sampled_from("ab"), st.integers(1, 3)),
    prompt=st.just("f"),
    answer=st.builds(
        Answer, st.text(), st.lists(st.tuples(st.text(), st.text()), max_size=2).map(tuple)
    ),
    finish_reason=st.none() | st.text(),
    prompt_tokens=st.none() | st.integers(0, 10**6),
    answer_tokens=st.none() | st.integers(0, 10**6),
    latency_s=st.none() | st.integers(0, 10**6).map(lambda n: n / 1000),
    first_token_s=st.none() | st.integers(0, 10**6).map(lambda n: n / 1000),
    measures=st.builds(Measures, exact=st.none() | st.sampled_from([0.0, 1.0]),
                       similarity=st.none() | st.floats(0, 1)),
    error=st.none() | st.text(),
    again=st.booleans(),
)  # fmt: skip


@given(ROWS)
def test_a_row_comes_back_from_json(one: Row) -> None:
    value = json.loads(json.dumps(one.as_json()))
    assert Row.from_json(value, prompt="f", again=one.again) == one


@pytest.mark.parametrize("lacks", ["line", "model", "repeat"])
def test_a_line_that_says_not_what_was_asked_is_refused(lacks: str) -> None:
    value = row(1, "a", 1).as_json()
    del value[lacks]
    with pytest.raises(ValueError, match="needs"):
        Row.from_json(value)
