"""Bulk operations on lines: what each makes, and what it leaves byte for byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rows import (
    ANSWER,
    GOOD,
    SYSTEM,
    USER,
    answer,
    call,
    calls,
    chat,
    pair,
    reply,
    says,
    user,
)
from tui.core.bulk import OPERATIONS, BadParameter, Outcome, run


def outcome(
    name: str, rows: list[bytes], positions: list[int] | None = None, **given: str
) -> Outcome:
    operation = OPERATIONS[name]
    values = {p.name: p.default for p in operation.parameters} | given
    work = operation.make(values, lambda text: len(text.split()))
    made = run(work, rows, [*range(len(rows))] if positions is None else positions)
    assert made is not None
    return made


def after(rows: list[bytes], made: Outcome) -> list[bytes]:
    return [rows[row] if isinstance(row, int) else row for row in made.rows]


def one(name: str, row: bytes, **given: str) -> Any:
    (line,) = after([row], outcome(name, [row], **given))
    return json.loads(line)


def texts(row: bytes, name: str, **given: str) -> list[Any]:
    return [m.get("content") for m in one(name, row, **given)["messages"]]


def test_find_and_replace() -> None:
    row = chat(user("a.b a.b"), answer([{"type": "text", "text": "A.B"}]), calls(call("a.b")))
    assert texts(row, "replace", find="a.b", **{"with": "x\\1"})[0] == "x\\1 x\\1"
    assert texts(row, "replace", find="a.b", how="any case")[1][0]["text"] == ""
    made = texts(row, "replace", find=r"(a)\.(b)", how="regex", roles="user", **{"with": r"\2\1"})
    assert made[0] == "ba ba"
    assert made[1][0]["text"] == "A.B"
    pairs = one("replace", pair(), find="r", **{"with": "R"})
    assert pairs["preferred_output"][0]["content"] == "SofteR than Rain."
    legacy = one("replace", b'{"prompt": "a", "completion": "a"}', find="a", roles="assistant")
    assert legacy == {"prompt": "a", "completion": ""}


def test_system_prompt() -> None:
    row = chat(SYSTEM, USER, ANSWER)
    assert texts(row, "system", text="New.")[0] == "New."
    assert texts(GOOD, "system", text="New.")[0] == "New."
    assert one("system", GOOD, do="replace", text="New.") == json.loads(GOOD)
    assert one("system", row, do="remove")["messages"] == [USER, ANSWER]
    assert one("system", pair(), text="New.")["input"]["messages"][0]["content"] == "New."


def test_white_space_roles_weights_and_cutting() -> None:
    assert texts(says(" a \nb "), "strip")[0] == "a \nb"
    assert texts(says(" a \nb "), "strip", where="line ends")[0] == " a\nb"
    mapped = one("roles", chat({"role": "human", "content": "a"}), to="user", **{"from": "human"})
    assert mapped["messages"][0]["role"] == "user"
    row = chat(USER, answer("a"), USER, answer("b", weight=0))
    assert [m.get("weight") for m in one("weights", row)["messages"]] == [None, 0, None, None]
    everything = one("weights", row, train="all answers")["messages"]
    assert not any("weight" in m for m in everything)
    tooled = one("weights", chat(USER, calls(call()), reply(), ANSWER), train="no tool calls")
    assert [m.get("weight") for m in tooled["messages"]] == [None, 0, None, None]
    assert one("cut", chat(USER, ANSWER, USER))["messages"] == [USER, ANSWER]
    assert one("cut", chat(USER))["messages"] == [USER]


def test_calls_are_numbered_with_their_replies() -> None:
    row = chat(USER, calls(call(call_id="x"), call(call_id="y")), reply("y"), reply("x"), ANSWER)
    made = one("ids", row)["messages"]
    assert [c["id"] for c in made[1]["tool_calls"]] == ["call_1", "call_2"]
    assert [m["tool_call_id"] for m in made[2:4]] == ["call_2", "call_1"]
    same = one("ids", chat(USER, calls(call()), reply(), calls(call()), reply(), ANSWER))
    assert [m.get("tool_call_id") for m in same["messages"]][2::2] == ["call_1", "call_2"]


def test_normalise() -> None:
    row = b'{"tools": [], "messages": [{"content": "e\\u0301", "role": "user"}]}'
    (line,) = after([row], outcome("normalise", [row]))
    assert [*json.loads(line)] == ["messages", "tools"]
    assert [*json.loads(line)["messages"][0]] == ["role", "content"]
    assert json.loads(line)["messages"][0]["content"] == "é"


def test_duplicates_samples_and_orders() -> None:
    twice = GOOD.replace(b": ", b":")
    rows = [GOOD, says("b"), twice, b"", b"", says("b")]
    assert after(rows, outcome("dedupe", rows)) == [GOOD, says("b"), b"", b""]
    assert after(rows, outcome("dedupe", rows, keep="the last")) == [twice, b"", b"", says("b")]
    other = [chat(USER, answer("a")), chat(USER, answer("b"))]
    assert after(other, outcome("dedupe", other, same="the prompt")) == other[:1]
    assert after(other, outcome("dedupe", other)) == other
    many = [says(f"{n % 7} " * n) for n in range(50)]
    assert outcome("sample", many, keep="20 %").after == 10
    assert outcome("sample", many, keep="3").rows == outcome("sample", many, keep="3").rows
    for by in ("length", "tokens"):
        assert after(many, outcome("sort", many[::-1], by=by))[0] != many[0]
        assert after(many[::-1], outcome("sort", many[::-1], by=by)) == many
        assert after(many, outcome("sort", many, by=by, order="falling"))[-1] == many[0]
    broken = [b"{", says("b"), says("a")]
    assert after(broken, outcome("sort", broken, by="first words")) == [*broken[:0:-1], b"{"]
    assert after(many, outcome("delete", many, [1, 3])) == [many[0], many[2], *many[4:]]


@pytest.mark.parametrize("name", [n for n in OPERATIONS if n not in {"delete", "dedupe", "sample"}])
def test_lines_that_are_no_examples_stay_and_are_told(name: str) -> None:
    rows = [b"{", b"", b"3", GOOD]
    given = {"find": "Q", "text": "S."} if name in {"replace", "system"} else {}
    made = outcome(name, rows, **given)
    assert sorted(after(rows, made))[:2] == [b"", b"3"]
    assert b"{" in after(rows, made)
    assert all(reason for _, reason in made.refused)


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("replace", {}, "find"),
        ("replace", {"find": "(", "how": "regex"}, "find"),
        ("replace", {"find": "a", "how": "regex", "with": r"\3"}, "with"),
        ("replace", {"find": "a", "roles": "robot"}, "roles"),
        ("system", {}, "text"),
        ("roles", {"to": "robot"}, "to"),
        ("shuffle", {"seed": "x"}, "seed"),
        ("sample", {"keep": "120 %"}, "keep"),
        ("sample", {"keep": "-1"}, "keep"),
    ],
)
def test_a_wrong_parameter_is_named(name: str, given: dict[str, str], field: str) -> None:
    with pytest.raises(BadParameter) as error:
        outcome(name, [GOOD], **given)
    assert error.value.field == field
    assert str(error.value)


rows_of = st.lists(st.text(max_size=6).map(says) | st.binary(max_size=5), max_size=30)


@settings(max_examples=60, deadline=None)
@given(rows_of, st.data())
def test_a_shuffle_is_a_permutation_within_its_scope(
    rows: list[bytes], data: st.DataObject
) -> None:
    scope = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1)))) if rows else []
    made = outcome("shuffle", rows, scope, seed="7")
    assert sorted(made.rows, key=str) == sorted(range(len(rows)), key=str)
    assert all(made.rows[at] == at for at in range(len(rows)) if at not in scope)
    assert made.moved == sum(made.rows[at] != at for at in scope)
    again = outcome("shuffle", rows, scope, seed="7")
    assert made.rows == again.rows


@settings(max_examples=40, deadline=None)
@given(rows_of, st.sampled_from([*OPERATIONS]))
def test_counts_add_up(rows: list[bytes], name: str) -> None:
    given = {"find": "a", "text": "S."} if name in {"replace", "system"} else {}
    made = outcome(name, rows, **given)
    assert made.after == made.before - made.removed + made.added
    assert made.does_something == (after(rows, made) != rows or bool(made.moved))
    assert sum(isinstance(row, bytes) for row in made.rows) == made.changed + made.added


def test_it_stops_when_told() -> None:
    rows = [GOOD] * 1200
    operation = OPERATIONS["strip"]
    values = {p.name: p.default for p in operation.parameters}
    assert run(operation.make(values, len), rows, range(1200), lambda _d, _of: False) is None
    work = OPERATIONS["dedupe"].make({"same": "the example", "keep": "the first"}, len)
    assert run(work, rows, range(1200), lambda _d, _of: False) is None
