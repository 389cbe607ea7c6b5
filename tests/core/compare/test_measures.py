"""Measures of one answer against its reference."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.json_values import any_json
from tui.core.compare.answers import Answer, answer_of
from tui.core.compare.measures import QUALITY, YES_NO, Measures, measure, normalised, parsed

JSON = any_json(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    st.text(max_size=5),
    most=4,
)  # fmt: skip
TEXTS = st.text(max_size=60)
CALLS = st.lists(st.tuples(st.text(max_size=5), TEXTS | JSON.map(json.dumps)), max_size=3)
ANSWERS = st.builds(Answer, TEXTS | JSON.map(json.dumps), CALLS.map(tuple))


def of(answer: str, reference: str) -> Measures:
    return measure(Answer(answer), Answer(reference))


def test_without_a_reference_nothing_applies() -> None:
    assert measure(Answer("anything"), None) == Measures()
    assert measure(Answer("anything"), Answer(" \n")) == Measures()


def test_exact_is_to_the_character() -> None:
    assert of("Yes", "Yes").exact == 1
    assert of("Yes ", "Yes").exact == 0


@pytest.mark.parametrize(
    "answer", ["yes", " YES.\n", "“Yes”", "ｙｅｓ!", '"yes."', "yes…"]
)  # fmt: skip
def test_normalised_passes_over_spelling(answer: str) -> None:
    assert of(answer, "Yes").normalised == 1
    assert of(answer, "Yes").exact == 0


@pytest.mark.parametrize(("answer", "reference"), [("-5", "5"), ("no yes", "yes"), ("5 %", "5")])
def test_normalised_keeps_what_says_something(answer: str, reference: str) -> None:
    assert of(answer, reference).normalised == 0


@given(TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(f"  {text}\n") == normalised(text)


def test_similarity_is_the_share_that_stays() -> None:
    # "kitten" to "sitting": 3 letters go, 4 come, of 13 in both.
    assert of("kitten", "sitting").similarity == pytest.approx(1 - 5 / 13)
    assert of("", "sitting").similarity == 0


def test_json_applies_where_the_reference_is_an_object_or_array() -> None:
    assert of('{"a": 1}', "plain words").json_valid is None
    assert of("7", "7").json_valid is None
    found = of("I think so", '{"a": 1}')
    assert (found.json_valid, found.json_keys_equal, found.json_equal) == (0, 0, 0)


@pytest.mark.parametrize(
    ("answer", "valid", "keys", "equal"),
    [
        ('{ "b": [1, 2.0], "a": "x" }', 1, 1, 1),
        ('{"a": "y", "b": [1, 2]}', 1, 1, 0),
        ('{"a": "x", "b": [2, 1]}', 1, 1, 0),
        ('{"a": "x"}', 1, 0, 0),
        ('{"a": "x", "b": {"c": 1}}', 1, 0, 0),
        ('{"a": "x", "b": [1, 2]', 0, 0, 0),
        ('```json\n{"a": "x", "b": [1, 2]}\n```', 0, 0, 0),
        ('{"a": "x", "b": [true, 2]}', 1, 1, 0),
        ('{"a": "x", "b": [NaN, 2]}', 0, 0, 0),
    ],
)
def test_json_keys_and_values(answer: str, valid: int, keys: int, equal: int) -> None:
    found = of(answer, '{"a": "x", "b": [1, 2]}')
    assert (found.json_valid, found.json_keys_equal, found.json_equal) == (valid, keys, equal)


def test_calls_are_equal_in_any_order_of_calls_and_keys() -> None:
    asked = Answer("", (("find", '{"city":"Rome","days":2}'), ("now", "")))
    given_ = Answer("", (("now", "{}"), ("find", '{ "days": 2.0, "city": "Rome" }')))
    assert measure(given_, asked).tool_calls_equal == 1
    assert measure(given_, asked).exact == 1
    other = Answer("", (("now", "{}"), ("find", '{"days": 3, "city": "Rome"}')))
    assert measure(other, asked).tool_calls_equal == 0
    assert measure(Answer("", asked.calls * 2), asked).tool_calls_equal == 0
    assert measure(Answer("Rome, two days"), asked).exact == 0


def test_a_call_where_none_was_expected_is_not_exact() -> None:
    found = measure(Answer("Hello", (("find", "{}"),)), Answer("Hello"))
    assert (found.exact, found.normalised, found.tool_calls_equal) == (0, 0, None)


def test_arguments_that_are_not_json_are_compared_as_text() -> None:
    asked = Answer("", (("find", "{city: Rome"),))
    assert measure(Answer("", (("find", "{city: Rome"),)), asked).tool_calls_equal == 1
    assert measure(Answer("", (("find", "{city: Oslo"),)), asked).tool_calls_equal == 0


def test_what_is_nested_too_deeply_counts_as_no_json() -> None:
    deep = "[" * 200_000 + "]" * 200_000
    assert of(deep, '{"a": 1}').json_valid == 0
    assert of("1" * 10_000, "[1]").json_valid == 0  # longer than Python reads


def test_messages_become_answers() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    read = answer_of({"role": "assistant", "content": None, "tool_calls": [call]})
    assert read == Answer("", (("f", "{}"),))
    assert read.shown == "→ f({})"
    assert answer_of({"role": "assistant", "refusal": "I cannot"}).text == "I cannot"
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    assert answer_of({"role": "assistant", "content": parts}).text == "one\ntwo"


@given(ANSWERS, ANSWERS)
def test_measures_are_shares_and_an_answer_equals_itself(one: Answer, other: Answer) -> None:
    found = measure(one, other)
    for name in QUALITY:
        value = found.of(name)
        assert value is None or (value in {0, 1} if name in YES_NO else 0 <= value <= 1)
    assert (found.exact or 0) <= (found.normalised or 0)
    assert (found.json_equal or 0) <= (found.json_keys_equal or 0) <= (found.json_valid or 0)
    assert all(value in {None, 1} for value in measure(one, one).as_json().values())
    assert Measures.from_json(found.as_json()) == found


@given(JSON)
def test_json_written_differently_is_equal(value: object) -> None:
    one = json.dumps([value])
    other = json.dumps([value], indent=2, ensure_ascii=False)
    assert of(other, one).json_equal == 1
    assert parsed(one) == [value]


def test_nothing_is_loaded_before_something_is_measured() -> None:
    code = "import tui.core.compare.measures, sys; print('rapidfuzz' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
