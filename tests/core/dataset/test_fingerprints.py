"""The same example, the same prompt, the same answer: one definition, and everybody keeps to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.checks.reference import check_columns
from tests.core.dataset.test_splitting import line
from tests.exploring import tried
from tui.core.checks import FileFacts, check_batch
from tui.core.dataset.fingerprints import (
    content_key,
    fingerprints,
    question_key,
)
from tui.core.dataset.splitting import SplitOptions, split
from tui.core.near import contradictions, leaks, same_rows, sketch


def pair(better: str, worse: str, prompt: str = "q") -> bytes:
    outputs = [[{"role": "assistant", "content": text}] for text in (better, worse)]
    asked = {"messages": [{"role": "user", "content": prompt}]}
    return json.dumps(
        {"input": asked, "preferred_output": outputs[0], "non_preferred_output": outputs[1]}
    ).encode()


def problems(rows: list[bytes], rule: str) -> list[tuple[int, str]]:
    facts = FileFacts("x.jsonl", 10, b"", ends_with_newline=True)
    issues = check_columns(check_batch(1, rows), facts)
    return [(issue.line - 1, issue.message) for issue in issues if issue.rule == rule]


_TEXTS = st.sampled_from(["a", "b", "", " "])
_MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": _TEXTS},
        optional={"weight": st.sampled_from([0, 1])},
    ),
    max_size=4,
)
_ROWS = st.one_of(
    st.fixed_dictionaries({"messages": _MESSAGES}, optional={"tools": st.sampled_from([[], None])}),
    st.fixed_dictionaries({"prompt": _TEXTS, "completion": _TEXTS}),
    st.builds(lambda *texts: json.loads(pair(*texts)), _TEXTS, _TEXTS, _TEXTS),
)


@tried(80)
@given(st.lists(_ROWS, min_size=2, max_size=12))
def test_the_checks_and_the_alike_view_find_the_same(values: list[Any]) -> None:
    rows = [json.dumps(value).encode() for value in values]
    sketches = sketch(rows)
    found = sorted(row for group in same_rows(sketches) for row in group.rows[1:])
    assert [row for row, _ in problems(rows, "duplicate")] == found
    # The rule names rows that differ from the first of their group, the group has all of them.
    answers = [fingerprints(row).answer for row in rows]
    groups = [group.rows for group in contradictions(sketches, rows)]
    differing = sorted(row for g in groups for row in g[1:] if answers[row] != answers[g[0]])
    assert [row for row, _ in problems(rows, "contradiction")] == differing


def test_a_pair_judged_both_ways_contradicts_itself_everywhere() -> None:
    rows = [pair("one", "two"), pair("three", "two"), pair("two", "one"), pair("one", "two")]
    ((at, message),) = problems(rows, "contradiction")
    assert (at, message.partition(".")[0]) == (
        2,
        "Line 1 prefers the other of the same two answers",
    )
    assert [group.rows for group in contradictions(sketch(rows), rows)] == [(0, 2, 3)]
    assert [at for at, _ in problems(rows, "duplicate")] == [3]


def test_one_prompt_on_both_sides_is_a_leak_and_a_split_never_makes_one() -> None:
    train, valid = [pair("one", "two")], [pair("five", "six"), pair("five", "six", "other")]
    found = leaks(sketch(train), train, sketch(valid), valid, None)
    assert [(group.reason, group.rows, group.others) for group in found] == [("prompt", (0,), (0,))]
    made = split([*train, *valid] * 3, SplitOptions(0.5))
    sides = ([i % 3 < 2 for i in made.training], [i % 3 < 2 for i in made.validation])
    assert not (any(sides[0]) and any(sides[1]))


def test_a_prompt_is_exact_and_a_question_is_not() -> None:
    one, other = line("Where?", system="Be brief."), line("where? ", "b", system="Be long.")
    assert fingerprints(one).prompt != fingerprints(other).prompt
    assert question_key(one) == question_key(other)
    unanswered = json.loads(one)
    del unanswered["messages"][-1]
    marks = fingerprints(json.dumps(unanswered).encode())
    assert (marks.prompt, marks.choice) == (fingerprints(one).prompt, 0)


@pytest.mark.parametrize(
    ("row", "content", "question"),
    [
        (line("Where  is IT?", "here", "S"), "9c33e3e8edf175fb", "918c8deac168c2a5"),
        (b'{"completion": "A", "prompt": "Q "}', "8169054e6e3b1180", "2b3570fb29bd1435"),
        (pair("a", "b"), "aa89cd46354254ae", "2b3570fb29bd1435"),
        (b'{"messages":[]}', "5973d5d4a5619a16", "5973d5d4a5619a16"),
        (b"{broken ", "f23614ad00abe0cf", "f23614ad00abe0cf"),
        (b"[1]", "d904f97e24baef89", "d904f97e24baef89"),
        (b"", "e4a6a0577479b2b4", "e4a6a0577479b2b4"),
    ],
)
def test_splits_of_earlier_versions_are_still_known(
    row: bytes, content: str, question: str
) -> None:
    """These keys stand in the ledgers of users: a change here forgets every split they made."""
    assert (content_key(row), question_key(row)) == (content, question)


def test_a_seed_gives_the_split_it_always_gave() -> None:
    made = split([line(f"question {n}") for n in range(20)], SplitOptions(0.2, seed=3))
    assert made.validation == (2, 4, 7, 19)
