"""Arguments of tool calls are checked whole, by schemas that are not trusted."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.json_values import any_json
from tui.core.checks.tool_use import json_schema
from tui.core.checks.tool_use.json_schema import mismatches_of
from tui.core.checks.tool_use.tool_schema import mismatches, name_problem

CITY = {"type": "string", "enum": ["Bern", "Oslo"]}
PLACE = {
    "type": "object",
    "properties": {"city": CITY, "lines": {"type": "array", "items": {"type": "string"}}},
    "required": ["city"],
    "additionalProperties": False,
}
SHIP = {
    "type": "object",
    "properties": {
        "to": PLACE,
        "count": {"type": "integer", "minimum": 1},
        "code": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["to"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"to": {"city": "Bern", "lines": ["a"]}, "count": 2, "code": "CH", "note": None}, []),
        ({"to": {"city": "Bern"}, "count": 2.0}, []),
        ({}, ["The argument “to” is required. Add it."]),
        (
            {"to": {"city": "Paris"}},
            ["The argument “to.city” is “Paris”, the tool wants “Bern” or “Oslo”. Correct it."],
        ),
        ({"to": {}}, ["The argument “to” has no “city”. Add it."]),
        (
            {"to": {"city": "Oslo", "lines": ["a", 7]}},
            ["The argument “to.lines[1]” is a number, the tool wants “string”. Correct it."],
        ),
        (
            {"to": {"city": "Oslo", "zip": "1"}},
            ["The argument “to” has keys the tool does not describe. Remove them."],
        ),
        (
            {"to": {"city": "Oslo"}, "count": 0},
            ["The argument “count” does not fit “minimum”: “1”. Correct it."],
        ),
        (
            {"to": {"city": "Oslo"}, "code": "ch"},
            ["The argument “code” does not fit “pattern”: “^[A-Z]{2}$”. Correct it."],
        ),
        (
            {"to": {"city": "Oslo"}, "note": 3},
            ["The argument “note” is not of any form the tool describes. Correct it."],
        ),
        (
            {"to": {"city": "Oslo"}, "other": 3},
            ["The tool has no parameter “other”. Remove or describe it."],
        ),
        (
            {"to": {"city": "Oslo"}, "count": True},
            ["The argument “count” is true or false, the tool wants “integer”. Correct it."],
        ),
    ],
)
def test_what_does_not_fit_is_told_with_where_it_stands(
    arguments: dict[str, Any], told: list[str]
) -> None:
    assert list(mismatches(arguments, SHIP)) == told


def test_references_within_the_schema_are_followed_also_into_themselves() -> None:
    tree = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "next": {"$ref": "#"}},
        "required": ["name"],
    }
    assert list(mismatches({"name": "a", "next": {"name": "b"}}, tree)) == []
    (told,) = mismatches({"name": "a", "next": {"name": "b", "next": {"name": 3}}}, tree)
    assert told.startswith("The argument “next.next.name” is a number")


SLOW = r"^(?:a|a|aa)+!$"


def _doubling(depth: int) -> dict[str, Any]:
    defs: dict[str, Any] = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(depth)
    }
    defs[f"d{depth}"] = {"type": "string"}
    return {"properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": defs}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"x": {"$ref": "http://127.0.0.1:9/schema.json"}}},
        {"properties": {"x": {"$ref": "file:///etc/hostname"}}},
        {"$id": "http://127.0.0.1:9/", "properties": {"x": {"$ref": "other.json"}}},
        {"properties": {"x": {"$ref": "#/$defs/nowhere"}}},
        {"properties": {"x": {"$ref": "#/properties/x"}}},
        {"properties": {"x": {"$ref": 7}}},
        _doubling(40),
        {"properties": {"x": {"type": "string", "pattern": SLOW}}},
        {"properties": {"x": {"pattern": "(("}}, "patternProperties": {"^(a+)+$": {}}},
        {"properties": {"x": {"type": "strange", "enum": []}}},
        {"properties": {"x": {"minLength": "long"}}},
        {"$schema": "http://127.0.0.1:9/draft", "properties": {"x": {}}},
    ],
    ids=lambda schema: str(schema)[:60],
)
def test_no_schema_is_fetched_waited_for_or_fatal(schema: dict[str, Any]) -> None:
    start = time.process_time()
    assert list(mismatches({"x": "a" * 40}, schema)) == []
    assert time.process_time() - start < 5


def test_a_slow_pattern_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    slow: set[str] = set()
    monkeypatch.setattr(json_schema, "_SLOW", slow)
    schema = {"properties": {"x": {"pattern": SLOW}}}
    assert list(mismatches({"x": "a!"}, schema)) == []
    assert not slow
    for _ in range(500):  # would take 25 s
        assert list(mismatches({"x": "a" * 60}, schema)) == []
    assert slow == {SLOW}


def test_a_schema_deeper_than_anybody_writes_is_no_trouble() -> None:
    schema: dict[str, Any] = {}
    value: Any = "x"
    for _ in range(sys.getrecursionlimit() // 8):
        schema, value = {"properties": {"x": schema}}, {"x": value}
    assert mismatches_of(value, schema) == []


_KEYS = st.sampled_from(
    ["type", "properties", "x", "items", "enum", "$ref", "anyOf", "required", "pattern", "$defs"]
)
_JSON = any_json(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    _KEYS,
)


@settings(deadline=None)
@given(st.dictionaries(_KEYS, _JSON, max_size=4), st.dictionaries(_KEYS, _JSON, max_size=3))
def test_whatever_the_schema_says_there_is_an_answer(
    schema: dict[str, Any], arguments: dict[str, Any]
) -> None:
    assert all(isinstance(text, str) for text in mismatches(arguments, schema))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a" * 65, "has 65 characters; 64 are allowed. Shorten it"),
        ("é" * 60, f"Write “{'e' * 60}”, alike"),
        ("!!!", "Rename it, alike"),
    ],
)
def test_the_advice_for_a_name_can_be_copied(name: str, said: str) -> None:
    assert said in name_problem(name)
