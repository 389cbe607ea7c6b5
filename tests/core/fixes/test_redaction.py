"""Redaction over all shapes of data: nothing planted is left, and nothing else is lost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.core.checks import check_row, survey
from tui.core.checks.columns import rule_numbers
from tui.core.fixes import fix
from tui.core.fixes.gate import secrets_in
from tui.core.fixes.redacted_file import redact_file
from tui.core.fixes.redaction import PLACEHOLDERS, redact

ALL = frozenset(PLACEHOLDERS)
KEY = "sk-proj-4f9AexampleNotARealKey0000"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0123456789abcdef\nQUJD\n-----END RSA PRIVATE KEY-----"
# What is planted, and the piece of it that must not be left.
SECRETS = (
    (KEY, KEY),
    ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("ghp_" + "a1" * 18, "a1a1a1a1"),
    ("xoxb" + "-123456789012-notreal", "123456789012"),
    ("AIza" + "a1_-b" * 7, "a1_-ba1_-b"),
    (PEM, "MIIEowIBAAKCAQEA"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
    ("postgres://fern:watering@db.example/x", "watering"),
    ("4111 1111 1111 1111", "1111 1111"),
    ("card 5555555555554444", "5555555555554444"),
    ("DE89 3704 0044 0532 0130 00", "3704 0044"),
    ("mia.berg+x@example.com", "mia.berg"),
    ("+44 20 7946 0958", "7946"),
    ("from 81.2.69.142", "81.2.69.142"),
    ("SSN 078-05-1120", "078-05-1120"),
)
# Texts that must survive: each word is told from all others by its number.
WORDS = st.lists(
    st.sampled_from(['a "quoted" x', "ä€🌱", "tab\there", "back\\slash", "line\nend", "x/y", "."]),
    max_size=3,
)


def chat(a: str, b: str) -> Any:
    return {"messages": [{"role": "user", "content": a}, {"role": "assistant", "content": b}]}


def call(a: str, b: str) -> Any:
    function = {"name": "f", "arguments": json.dumps({"q": a, "deep": json.dumps({b: [b]})})}
    tools = [{"type": "function", "function": {"name": "f", "description": b}}]
    made = {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": function}]}
    return {"messages": [{"role": "user", "content": a}, made], "tools": tools}


FORMATS: dict[str, Any] = {
    "chat": chat,
    "tools": call,
    "parts": lambda a, b: chat(a, b) | {"messages": [{"role": "user", "content": [{"type": "text", "text": a}, {"type": "image_url", "image_url": {"url": b}}]}]},
    "metadata": lambda a, b: chat("hi", a) | {"metadata": {"source": b, b: None}},
    "preference": lambda a, b: {"input": {"messages": [{"role": "user", "content": a}]}, "preferred_output": [{"role": "assistant", "content": b}], "non_preferred_output": [{"role": "assistant", "content": a}]},
    "chosen": lambda a, b: {"prompt": a, "chosen": b, "rejected": [{"role": "assistant", "content": a}]},
    "sharegpt": lambda a, b: {"conversations": [{"from": "human", "value": a}, {"from": "gpt", "value": b}], "system": a},
    "alpaca": lambda a, b: {"instruction": a, "input": b, "output": a, "history": [[a, b]]},
    "question": lambda a, b: {"question": a, "answer": b},
    "anthropic": lambda a, b: {"system": a, "messages": [{"role": "user", "content": [{"type": "tool_result", "content": b}]}]},
    "gemini": lambda a, b: {"contents": [{"role": "user", "parts": [{"text": a}]}, {"role": "model", "parts": [{"functionCall": {"args": {b: a}}}]}]},
    "completion": lambda a, b: {"prompt": a, "completion": b},
    "text": lambda a, b: {"text": a + b},
    "bare list": lambda a, b: [{"role": "user", "content": a}, {"role": "assistant", "content": b}],
    "string": lambda a, b: a + " " + b,
    "batch": lambda a, b: {"custom_id": "1", "body": chat(a, b)},
}  # fmt: skip


def texts_in(value: Any) -> list[str]:
    """Every text of a JSON value: keys, strings, and those of JSON in strings."""
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            return [value]
        return texts_in(inner) if isinstance(inner, (dict, list)) else [value]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    if isinstance(value, dict):
        return [text for key, one in value.items() for text in (key, *texts_in(one))]
    return [json.dumps(value)]


HOLDER = re.compile(r"\[[A-Z_]+?(?:_\d+)?\]")


def bare(text: str, secrets: list[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "\0")
    return text


@st.composite
def planted(draw: Any) -> tuple[str, str]:
    """A text with a secret in it, and what is left of it without the secret."""
    before, after = (" ".join(draw(WORDS)) for _ in range(2))
    secret = draw(st.sampled_from(SECRETS))[0] if draw(st.booleans()) else ""
    return f"{before} {secret} {after}", f"{before} \0 {after}"


@st.composite
def rows(draw: Any) -> tuple[str, Any, Any]:
    """A row of some format as it is written, as it is, and with marks for what is planted."""
    make = FORMATS[draw(st.sampled_from(sorted(FORMATS)))]
    (a, bare_a), (b, bare_b) = draw(planted()), draw(planted())
    value = make(a, b)
    how = draw(st.sampled_from([{}, {"ensure_ascii": False}, {"separators": (",", ":")}]))
    line = json.dumps(value, **how)
    if draw(st.booleans()):
        line = line.replace("/", "\\/")  # as PHP writes it; within JSON in a string it is plain
        value = json.loads(line)
    return line, value, None


@settings(max_examples=300, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=5), st.data())
def test_no_secret_is_left_and_no_other_text_is_lost(found: list[Any], data: Any) -> None:
    lines = [line for line, _, _ in found]
    broken = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    written = [line[:-1] if cut else line for line, cut in zip(lines, broken, strict=True)]
    made = redact_file("\n".join(written).encode("utf-8", "surrogatepass"), ALL)
    after = made.data.decode("utf-8").split("\n")
    assert not made.unread
    assert len(after) == len(lines)
    for before, line, now, cut in zip(written, lines, after, broken, strict=True):
        assert not any(piece in now for _, piece in SECRETS)
        assert not secrets_in([now.encode()]), "the gate finds what redaction left"
        if not any(piece in before.replace("\\/", "/") for _, piece in SECRETS):
            assert now == before
        value = json.loads(now + now_end(line) if cut else now)
        was, is_ = texts_in(json.loads(line)), texts_in(value)
        assert len(was) == len(is_)
        for old, new in zip(was, is_, strict=True):
            assert_only_secrets_went(old, new)


def now_end(line: str) -> str:
    return line[-1]


def assert_only_secrets_went(old: str, new: str) -> None:
    """The texts between the placeholders are the old one's, and what is gone is planted."""
    pieces = HOLDER.split(new)
    gone = re.fullmatch("(.*?)".join(map(re.escape, pieces)), old, re.DOTALL)
    assert gone is not None, (old, new)
    for one in gone.groups():
        assert any(one and one in secret for secret, _ in SECRETS), (old, new)
