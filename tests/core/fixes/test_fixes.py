"""Every fixable rule: after its fix the problem is gone, nothing else moved, twice is once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.checks.examples import LINES
from tests.rows import (
    ANSWER,
    GOOD,
    SYSTEM,
    USER,
    answer,
    call,
    calls,
    chat,
    line,
    pair,
    reply,
    says,
    tooled,
    user,
)
from tui.core.checks import RULES, check_row
from tui.core.fixes import FILE_REPAIRS, RENAMES, CannotFix, can_fix, fix, mend
from tui.core.fixes.damaged import decoded_text
from tui.core.fixes.texts import ungarbled

FIXABLE = [rule.id for rule in RULES.values() if rule.fixable]
ON_LINES = [rule for rule in FIXABLE if rule in LINES and rule not in FILE_REPAIRS]
FUNCTION_REPLY = {"role": "function", "name": "track", "content": "in Oslo"}
STRAY_REPLY = {"role": "function", "name": "f", "content": "1"}
OLD_CALL = {
    "role": "assistant",
    "content": None,
    "function_call": {"name": "track", "arguments": "{}"},
}
MORE: dict[str, list[bytes]] = {
    "role-function": [
        chat(USER, OLD_CALL, FUNCTION_REPLY, ANSWER),
        tooled(calls(call()), FUNCTION_REPLY, ANSWER),
    ],
    "json-array": [b"[" + GOOD + b", " + GOOD + b"]", GOOD + b","],
    "not-an-object": [json.dumps(GOOD.decode()).encode()],
    "content-part": [
        chat(user([{"type": "image_url", "image_url": "https://a.example/b.png"}]), ANSWER)
    ],
    "content-type": [tooled(calls(call()), {**reply(), "content": {"a": 1}}, ANSWER)],
    "call-id-duplicate": [tooled(calls(call(), call()), reply(), reply(), ANSWER)],
}
# Only a person can say what was meant.
UNDECIDED = {
    "role-function": [chat(USER, STRAY_REPLY, ANSWER)],
    "mojibake": [says("a\ufffdb"), says("a?b").replace(b"?", b"\\uFFFD")],
    "role-unknown": [chat(USER, {"role": "robot", "content": "a"})],
    "same-role-twice": [chat(user("a", name="mia"), user("b", name="max"), ANSWER)],
    "json-array": [b"[" + GOOD[:-3]],
    "unknown-key": [
        b'{"messages": [], "a": 1, "a": 2}',
        b'{"messages": [], "weight": 0.3}',
        b'{"messages": [], "Sample_Weight": 0}',
    ],
    "weight-value": [chat(USER, answer("a", weight=w)) for w in (0.5, 2)],
    "legacy-completion": [b'{"prompt": "a", "completion": "b", "id": 3}'],
    "comment": [b'{"messages": [], # so }'],
    "not-an-object": LINES["not-an-object"][0],
    "content-type": LINES["content-type"][0][1:],
    "content-part": LINES["content-part"][0][1:],
    "call-malformed": [one for at, one in enumerate(LINES["call-malformed"][0]) if at != 3],
    "output-missing": [LINES["output-missing"][0][0], LINES["output-missing"][0][2]],
}


def issues_of(data: bytes, rule: str) -> list[Any]:
    return [issue for issue in check_row(2, data).issues if issue.rule == rule]


def fixed(data: bytes, rule: str) -> list[bytes]:
    made = fix(data.rstrip(b"\r\n"), issues_of(data, rule)[0])
    return [made] if isinstance(made, bytes) else (made or [])


def cases(rule: str) -> list[bytes]:
    undecided = UNDECIDED.get(rule, [])
    return [one for one in [*LINES[rule][0], *MORE.get(rule, [])] if one not in undecided]


def test_every_fixable_rule_has_a_fix_or_a_remedy() -> None:
    for rule in FIXABLE:
        assert can_fix(rule) or rule in FILE_REPAIRS | RENAMES, rule
    assert not [rule.id for rule in RULES.values() if can_fix(rule.id) and not rule.fixable]


@pytest.mark.parametrize("rule", ON_LINES)
def test_the_problem_is_gone_and_no_other_comes(rule: str) -> None:
    assert cases(rule)
    for data in cases(rule):
        before = {i.rule for i in check_row(2, data).issues}
        allowed = before | set() if RULES[rule].scope == "row" else None
        made = fixed(data, rule)
        for one in made:
            after = {i.rule for i in check_row(2, one).issues}
            assert rule not in after, (data, one)
            if allowed is not None:
                more = {"call-unknown-tool", "call-unanswered", "tool-no-parameters"}
                assert after <= allowed | more, (data, one)
        again = [mend(one, {rule}) for one in made]
        assert [one for m in again for one in m.lines] == made
        assert not any(m.fixed for m in again)


@pytest.mark.parametrize("rule", [r for r in ON_LINES if RULES[r].scope == "row"])
def test_neighbours_and_style_stay(rule: str) -> None:
    """The same damage among other messages and keys, written compactly and in ASCII."""
    for data in cases(rule):
        raw = json.loads(data)
        if "messages" not in raw:
            continue
        raw["zebra"] = {"kept": [1.0, 12345678901234567890, "é"]}
        compact = json.dumps(raw, separators=(",", ":")).encode()
        if rule == "unknown-key":
            continue
        if b"ufffd" in compact:
            continue
        (made,) = fixed(compact, rule)
        assert made.isascii()
        assert b'": ' not in made.replace(b'\\": ', b"")
        after = json.loads(made)
        assert after["zebra"] == raw["zebra"]
        assert next(iter(after)) == "messages"
        untouched = [m for m in raw["messages"] if m in (USER, ANSWER, SYSTEM)]
        if rule not in {"same-role-twice", "last-not-assistant"}:
            assert all(m in after["messages"] for m in untouched)


@pytest.mark.parametrize("rule", UNDECIDED)
def test_what_only_a_person_can_decide_is_said(rule: str) -> None:
    for data in UNDECIDED[rule]:
        with pytest.raises(CannotFix) as reason:
            fixed(data, rule)
        assert str(reason.value)
        kept = mend(data, {rule})
        assert kept.lines == (data,)
        assert kept.stuck[rule] == str(reason.value)


def messages_after(data: bytes, rule: str) -> list[Any]:
    (made,) = fixed(data, rule)
    found: list[Any] = json.loads(made)["messages"]
    return found


def test_what_the_fixes_make() -> None:
    two = chat(USER, user("And now?"), ANSWER)
    assert messages_after(two, "same-role-twice")[0]["content"] == "Is it quiet?\n\nAnd now?"
    parts = chat(user([{"type": "text", "text": "a"}]), user("b"), ANSWER)
    assert [p["text"] for p in messages_after(parts, "same-role-twice")[0]["content"]] == ["a", "b"]
    weights = [answer("a", weight=w) for w in (1.0, 0, "0", False, None)]
    data = chat(USER, *weights)
    (made,) = mend(data, {"weight-value"}).lines
    assert [m.get("weight") for m in json.loads(made)["messages"][1:]] == [1, 0, 0, 0, None]
    old = chat(USER, OLD_CALL, FUNCTION_REPLY, ANSWER)
    new = mend(old, {"role-function", "function-call"})
    assert not issues_of(new.lines[0], "reply-unknown-call")
    assert not issues_of(new.lines[0], "call-unanswered")
    doubled = tooled(calls(call(), call()), reply(), reply(), ANSWER)
    ids = [m.get("tool_call_id") for m in messages_after(doubled, "call-id-duplicate")[2:4]]
    assert ids == ["c1", "c1_2"]
    moved = messages_after(chat(USER, SYSTEM, ANSWER), "system-not-first")
    assert moved == [SYSTEM, USER, ANSWER]
    left = fixed(pair(label=1), "unknown-key")[0]
    assert left == pair()


def test_a_weight_in_words_is_never_turned_into_its_opposite() -> None:
    words = [answer("a", weight=w) for w in ("no", "Off", "yes", "0.0")]
    (made,) = mend(chat(USER, *words), {"weight-value"}).lines
    assert [m.get("weight") for m in json.loads(made)["messages"][1:]] == [0, 0, 1, 0]


@pytest.mark.parametrize("weight", ["low", 0.2, 0.5, "0.5", 2, -1, [1], 1.5])
def test_a_weight_between_or_beyond_0_and_1_stays_and_is_named(weight: object) -> None:
    doubtful = chat(USER, answer("a", weight=weight), answer("b", weight="1"))
    mended = mend(doubtful, {"weight-value"})
    assert [m.get("weight") for m in json.loads(mended.lines[0])["messages"][1:]] == [weight, 1]
    assert "trained (1) or only shown (0)" in mended.stuck["weight-value"]
    again = mend(mended.lines[0], {"weight-value"})
    assert again.lines == mended.lines


def test_what_a_grader_reads_stays_with_its_question() -> None:
    graded = json.dumps({"messages": [USER], "ground_truth": "2"}).encode()
    mended = mend(graded, {"unknown-key"})
    assert [*mended.lines] == [graded]
    assert "grader" in mended.stuck["unknown-key"]
    answered = json.dumps({"messages": [USER, answer("a")], "ground_truth": "2"}).encode()
    assert b"ground_truth" not in mend(answered, {"unknown-key"}).lines[0]


def test_functions_become_tools_with_the_calls_of_them() -> None:
    call = {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}
    reply = {"role": "function", "name": "f", "content": "1"}
    functions = [{"name": "f", "parameters": {"type": "object", "properties": {}}}]
    for turns in ([USER, call], [USER, call, reply, ANSWER]):
        data = chat(*turns, functions=functions, parallel_tool_calls=False)
        assert "parallel-without-tools" not in {one.rule for one in check_row(2, data).issues}
        (made,) = mend(data, {r for r in RULES if can_fix(r)}).lines
        row = json.loads(made)
        assert row["tools"] == [{"type": "function", "function": functions[0]}]
        assert "functions" not in row
        assert row["parallel_tool_calls"] is False


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to mia.berg+x@example.com now", "write to [EMAIL] now"),
        ("postgres://fern:watering@db.example/x", "postgres://[CREDENTIALS]@db.example/x"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nab==\n-----END RSA PRIVATE KEY-----\nok",
            "[PRIVATE_KEY]\nok",
        ),
        ("4111 1111 1111 1111 and a@b.example", "[CARD] and [EMAIL]"),
        ("a@b.example c@d.example", "[EMAIL] [EMAIL]"),
        ("+44 20 7946 0958 from 81.2.69.142", "[PHONE] from [IP_ADDRESS]"),
        ("SSN 078-05-1120.", "SSN [ID]."),
    ],
)
def test_secrets_give_way_to_placeholders(text: str, left: str) -> None:
    rules = {r for r in RULES if r.startswith(("secret-", "personal-"))}
    made = mend(says(text), rules)
    assert made.lines == (says(left),)
    assert not made.stuck


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("{'a': 'it\\'s', 'b': \"x\"}", {"a": "it's", "b": "x"}),
        ("{'a': 'say \"hi\"', 'b': [True, None]}", {"a": 'say "hi"', "b": [True, None]}),
        ("{“a”: “it’s so”}", {"a": "it’s so"}),
        ("{'a': 'it's', 'b': '\\x41\\U0001F331\\d'}", {"a": "it's", "b": "A🌱\\d"}),
        ('{"a": [1, 2,], "b": NaN,} // note', {"a": [1, 2], "b": None}),
        ('{"a": "x, }", /* why */ "b": "\\ud83c,]",}', {"a": "x, }", "b": "\ufffd,]"}),
    ],
)
def test_several_damages_of_one_line(bad: str, good: object) -> None:
    rules = {rule.id for rule in RULES.values() if rule.scope == "line"}
    (made,) = mend(bad.encode(), rules).lines
    assert json.loads(made) == good


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_texts_survive_other_quotes_and_encodings(text: str) -> None:
    data = repr({"messages": [{"role": "user", "content": text}]}).encode("utf-8", "replace")
    rules = {rule.id for rule in RULES.values() if rule.scope == "line"}
    made = mend(data, rules).lines
    if len(made) == 1 and issues_of(data, "single-quotes"):
        assert (
            json.loads(made[0])["messages"][0]["content"]
            == text.encode("utf-8", "replace").decode()
        )
    assert decoded_text(text.encode("utf-8", "replace"))[1] == 0


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.sampled_from([GOOD, pair(), line({"messages": []})]))
@example(b" {}[]()!?';")
def test_fixes_never_raise_anything_else(data: bytes) -> None:
    made = mend(data.replace(b"\n", b" "), set(FIXABLE))
    assert not any(b"\n" in one for one in made.lines)


@pytest.mark.parametrize("text", ["café", "it’s", "日本語 🌱", "São Ã‰ no"])
def test_garbled_text_is_read_anew(text: str) -> None:
    once = text.encode().decode("latin-1")
    assert ungarbled(once) == ungarbled(text)
    assert ungarbled("it’s fine — “quoted” déjà") == "it’s fine — “quoted” déjà"
