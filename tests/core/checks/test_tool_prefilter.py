"""The gates that let most examples pass unasked: none may hide what a rule would find."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.checks.examples import LINES
from tests.rows import ANSWER, SYSTEM, TRACK, USER, call, calls, reply
from tui.core.checks.fast.flat_schemas import fits
from tui.core.checks.fast.tool_prefilter import doubtful_calls, doubtful_tools
from tui.core.checks.gates import perhaps_untrained, untidy, unusual
from tui.core.checks.registry import ROW_RULES
from tui.core.checks.row import Row
from tui.core.checks.run import read
from tui.core.checks.tool_use.tool_schema import mismatches

GATES = [doubtful_calls, doubtful_tools, unusual, untidy, perhaps_untrained]
FINE = {"messages": [SYSTEM, USER, calls(call()), reply(), ANSWER], "tools": [TRACK]}


def hidden(row: Row) -> list[str]:
    """Return the rules that would find something, were their gate not closed."""
    return [
        rule.id
        for gate in GATES
        if not gate(row)
        for rule, check in ROW_RULES[gate]
        if list(check(row))
    ]


def row_of(value: object) -> Row:
    row = read(2, json.dumps(value, ensure_ascii=False).encode())
    assert isinstance(row, Row)
    return row


@pytest.mark.parametrize(
    "value",
    [
        FINE,
        {**FINE, "messages": [USER, calls(call())]},
        {**FINE, "messages": [USER, calls(call(), call(call_id="c2")), reply("c2"), reply()]},
    ],
)
def test_a_flawless_conversation_with_tools_is_asked_of_nothing_on_calls(value: object) -> None:
    assert not doubtful_calls(row_of(value))
    assert not doubtful_tools(row_of(value))
    assert not unusual(row_of(value))


def test_a_conversation_with_tools_in_good_order_is_not_asked_of_it() -> None:
    assert not untidy(row_of(FINE))


@pytest.mark.parametrize("rule", LINES)
def test_no_gate_hides_the_lines_of_a_rule(rule: str) -> None:
    for line in [*LINES[rule][0], *LINES[rule][1]]:
        row = read(2, line)
        if isinstance(row, Row):
            assert hidden(row) == []


_ANY = st.sampled_from(
    [None, "", " ", "c1", "c2", "track", "tool", "user", "system", "assistant", 0, 1, 2, True]
) | st.sampled_from([[], {}, [TRACK], [TRACK, TRACK], [call()], "{}", '{"order": "x"}', 0.5])
_MESSAGE = st.sampled_from(
    [USER, ANSWER, SYSTEM, calls(call()), calls(call(call_id="c2")), reply(), reply("c2")]
)


@settings(deadline=None)
@given(st.lists(_MESSAGE, max_size=6), st.data())
def test_no_gate_hides_what_a_rule_would_find(messages: list[object], data: st.DataObject) -> None:
    value = copy.deepcopy({"messages": messages or FINE["messages"], "tools": [TRACK]})
    for _ in range(data.draw(st.integers(0, 3))):
        place, key = data.draw(st.sampled_from(_places(value)))
        change = data.draw(st.sampled_from(["put", "remove", "add"]))
        if change == "put":
            place[key] = copy.deepcopy(data.draw(_ANY))
        elif change == "remove":
            del place[key]
        elif isinstance(place, dict):
            new = data.draw(st.sampled_from(["weight", "name", "function_call", "tool_calls"]))
            place[new] = copy.deepcopy(data.draw(_ANY))
        if not _places(value):
            break
    assert hidden(row_of(value)) == []


def _places(value: object) -> list[tuple[Any, Any]]:
    """Return every container in a JSON value with each of its keys or indexes."""
    if isinstance(value, dict):
        own: list[tuple[Any, Any]] = [(value, key) for key in value]
        return own + [place for one in value.values() for place in _places(one)]
    if isinstance(value, list):
        own = [(value, at) for at in range(len(value))]
        return own + [place for one in value for place in _places(one)]
    return []


_VALUES = st.sampled_from(
    [None, True, False, 0, 1, 1.0, 0.5, "", "x", "y", [], ["x"], {}, {"x": 1}]
)
_OF_VALUE = st.one_of(
    st.sampled_from([{}, True, None, "string", {"enum": []}, {"$ref": "#/properties/x"}]),
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(
                [*("string", "integer", "number", "boolean", "array", "null", "text"), 1, None]
            )
            | st.just(["string", "null"]),
            "enum": st.lists(_VALUES, max_size=2),
            "description": st.sampled_from(["what", 1]),
            "minimum": st.integers(0, 2),
        },
    ),
)
_SCHEMAS = st.fixed_dictionaries(
    {"properties": st.dictionaries(st.sampled_from(["x", "y", "z"]), _OF_VALUE)},
    optional={
        "type": st.sampled_from(["object", "array", None, 1]),
        "required": st.lists(st.sampled_from(["x", "y", 1]), max_size=2) | st.just("x"),
        "additionalProperties": st.sampled_from([False, True, {"type": "string"}]),
        "minProperties": st.just(2),
    },
)


@settings(deadline=None)  # the first loads jsonschema
@given(_SCHEMAS, st.dictionaries(st.sampled_from(["x", "y", "z"]), _VALUES))
def test_arguments_fit_at_a_glance_just_when_validating_finds_nothing(
    schema: dict[str, Any], given_: dict[str, Any]
) -> None:
    assert fits(schema)(given_) == (next(mismatches(given_, schema), None) is None)
