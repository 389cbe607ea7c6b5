import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.checks.examples import LINES
from tests.json_values import any_json
from tests.rows import GOOD, chat
from tui.core.checks import RULES, check_row
from tui.core.dataset.example import kind_of
from tui.core.text.text import visible
from tui.lab.validation.examples import example_problem, parse

ROW_RULES = [rule.id for rule in RULES.values() if rule.scope != "file"]


def rules_of(line: bytes) -> set[str]:
    return {issue.rule for issue in check_row(2, line).issues}


def test_every_rule_on_lines_has_a_failing_and_a_passing_example() -> None:
    assert set(LINES) == set(ROW_RULES)
    assert all(bad and good for bad, good in LINES.values())


@pytest.mark.parametrize("rule", ROW_RULES)
def test_rule(rule: str) -> None:
    bad, good = LINES[rule]
    for line in bad:
        assert rule in rules_of(line), line
    for line in good:
        assert rule not in rules_of(line), line


@pytest.mark.parametrize("rule", ROW_RULES)
def test_an_issue_names_place_and_remedy(rule: str) -> None:
    for line in LINES[rule][0]:
        for issue in check_row(7, line).issues:
            assert issue.line == 7
            assert issue.severity == RULES[issue.rule].severity
            assert issue.fixable <= RULES[issue.rule].fixable  # some only by hand
            assert visible(issue.message) == issue.message
            assert issue.message.endswith((".", "…}].", "wrong."))
            if issue.place is not None:
                assert issue.where


def test_wordings() -> None:
    assert len({rule.title for rule in RULES.values()}) == len(RULES)
    for rule in RULES.values():
        assert rule.explanation.endswith(".")
        assert not rule.title.endswith(".")


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 1}],
        [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "a"}], "name": "mia"},
            {"role": "assistant", "refusal": "I cannot."},
        ],
        [
            {"role": "user", "content": "a"},
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                ],
            },
            {"role": "tool", "tool_call_id": "1", "content": "b"},
            {"role": "assistant", "content": "c"},
        ],
    ],
)
def test_valid_modern_lines_have_no_errors(messages: list[object]) -> None:
    assert not [i for i in check_row(1, chat(*messages)).issues if i.severity == "error"]


def test_columns_point_at_the_damage() -> None:
    for line, column in [(b'{"a":1,}', 7), ('{"é":1}{'.encode(), 8), (b'{"a":\xff}', 6)]:
        (issue,) = check_row(2, line).issues
        assert issue.message.startswith(f"Column {column}:")


def test_where_and_place_lead_to_the_message() -> None:
    issues = check_row(1, chat({"role": "user", "content": None}, "x")).issues
    issue = next(i for i in issues if i.rule == "content-missing")
    assert issue.where == "messages[0].content"
    assert issue.place is not None
    assert (issue.place.section, issue.place.index) == ("messages", 0)


def test_secrets_are_not_repeated() -> None:
    secret = "sk-proj-4f9AexampleNotARealKey0000"
    (issue,) = check_row(1, GOOD.replace(b"Is it quiet?", secret.encode())).issues
    assert secret not in issue.message
    assert secret[:12] not in issue.message


KEYS = ["role", "content", "name", "weight", "tool_calls", "id", "type", "function", "arguments"]
KEYS += ["text", "image_url", "url", "tool_call_id", "parameters", "properties", "required"]

json_values = any_json(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    st.sampled_from(KEYS) | st.text(max_size=4),
    most=5,
)
messages = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "role": st.sampled_from(["user", "assistant", "tool", "system"]) | json_values,
            "content": json_values,
            "tool_calls": json_values,
            "tool_call_id": json_values,
            "weight": json_values,
            "name": json_values,
        },
    )
    | json_values,
    max_size=4,
)
lines = st.fixed_dictionaries(
    {},
    optional={
        "messages": messages | json_values,
        "tools": json_values,
        "parallel_tool_calls": json_values,
        "input": st.fixed_dictionaries({"messages": messages}) | json_values,
        "preferred_output": messages | json_values,
        "non_preferred_output": messages | json_values,
        "prompt": json_values,
        "completion": json_values,
    },
)


def refused_by_the_lab(line: bytes) -> str | None:
    example, problem = parse(line)
    if example is None:
        return problem
    return example_problem(example, "dpo" if kind_of(example) == "preference" else "supervised")


@pytest.mark.parametrize("rule", ROW_RULES)
def test_what_the_lab_refuses_is_an_error(rule: str) -> None:
    for line in [*LINES[rule][0], *LINES[rule][1]]:
        if line.strip() and (problem := refused_by_the_lab(line)):
            assert "error" in {i.severity for i in check_row(2, line).issues}, (line, problem)


@settings(max_examples=60, deadline=None)
@given(lines)
def test_no_json_upsets_the_rules(value: object) -> None:
    line = json.dumps(value).encode()
    report = check_row(1, line)
    if problem := refused_by_the_lab(line):
        assert "error" in {i.severity for i in report.issues}, problem


@given(st.binary(max_size=200))
def test_no_bytes_upset_the_rules(data: bytes) -> None:
    report = check_row(2, data)
    assert report.facts.kind in {"blank", "broken", "unknown"}
    assert report.issues


@pytest.mark.parametrize("depth", [200, 500, 1000, 1015])
@pytest.mark.parametrize(
    "shape",
    [
        b'{"messages": [{"role": "user", "content": %b}, {"role": "assistant", "content": %b}]}',
        b'{"messages": %b, "tools": %b}',
        b'{"input": %b, "preferred_output": [%b]}',
        b'{"preferred_output": %b, "non_preferred_output": %b}',
        b'{"prompt": %b, "completion": %b}',
        b'{"messages": [{"role": %b, "weight": %b}]}',
    ],
)
def test_deep_nesting_upsets_no_rule(shape: bytes, depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    assert check_row(1, shape % (deep, deep)).issues
