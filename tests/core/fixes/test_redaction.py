"""Redaction over all shapes of data: nothing planted is left, and nothing else is lost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.any_format import CONTAINERS, IN_ONE_VALUE, TEXTS, AnyFile, absent, files
from tests.core.fixes.secrets_found import secrets_in
from tests.exploring import tried
from tui.core.checks import check_batch, check_row
from tui.core.checks.rules import rule_numbers
from tui.core.fixes import fix
from tui.core.fixes.redaction.redacted_file import redact_file
from tui.core.fixes.redaction.redaction import PLACEHOLDERS, redact

ALL = frozenset(PLACEHOLDERS)
KEY = "sk-proj-4f9AexampleNotARealKey0000"
PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0123456789abcdef\nQUJD\n"
    "-----END RSA PRIVATE KEY-----"
)
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
    ("DB_PASSWORD=hunter22x", "hunter22x"),
    ("Authorization: Bearer abcdef987654", "abcdef987654"),
    ("redis://:pw1234@cache.example/0", "pw1234"),
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


# Shapes with texts where no format has one; those of the formats are in any_format.
SHAPES: tuple[Any, ...] = (
    chat,
    call,
    lambda a, b: chat("hi", a) | {"metadata": {"source": b, b: None}},
    lambda a, b: {"custom_id": "1", "body": chat(a, b)},
    lambda a, b: {"args": {b: a, a: {b: [a]}}},
    lambda a, b: [a, [b]],
    lambda a, b: f"{a} {b}",
    lambda a, b: chat(json.dumps({b: a}), json.dumps(json.dumps(b))),
)


def texts_in(value: Any) -> list[str]:
    """Every text of a JSON value: keys, strings, and those of JSON in strings."""
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            return [value]
        return texts_in(inner) if isinstance(inner, (dict, list, str)) else [value]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    if isinstance(value, dict):
        return [text for key, one in value.items() for text in (key, *texts_in(one))]
    return [json.dumps(value)]


HOLDER = re.compile(r"\[[A-Z_]+?(?:_\d+)?\]")


@st.composite
def planted(draw: Any) -> str:
    """A text, perhaps with a secret in it."""
    before, after = (" ".join(draw(WORDS)) for _ in range(2))
    secret = draw(st.sampled_from(SECRETS))[0] if draw(st.booleans()) else ""
    return f"{before} {secret} {after}"


@st.composite
def rows(draw: Any) -> str:
    """A row of some shape as it is written: in keys too, and with escapes of all kinds."""
    make = draw(st.sampled_from(SHAPES))
    how = draw(st.sampled_from([{}, {"ensure_ascii": False}, {"separators": (",", ":")}]))
    line = json.dumps(make(draw(planted()), draw(planted())), **how)
    return line.replace("/", "\\/") if draw(st.booleans()) else line  # as PHP writes it


@tried(120)
@given(st.lists(st.tuples(rows(), st.booleans()), min_size=1, max_size=5))
def test_no_secret_is_left_and_no_other_text_is_lost(found: list[tuple[str, bool]]) -> None:
    written = [line[:-1] if cut else line for line, cut in found]
    made = redact_file("\n".join(written).encode("utf-8", "surrogatepass"), ALL)
    after = made.data.decode("utf-8").split("\n")
    assert not made.unread
    assert len(after) == len(found)
    for before, now, (line, cut) in zip(written, after, found, strict=True):
        assert not any(piece in now for _, piece in SECRETS)
        assert not secrets_in([now.encode()]), "the gate finds what redaction left"
        if not any(piece in before.replace("\\/", "/") for _, piece in SECRETS):
            assert now == before
        was = texts_in(json.loads(line))
        left = texts_in(json.loads(now + line[-1] if cut else now))
        assert len(was) == len(left), "a key or a value went"
        for old, new in zip(was, left, strict=True):
            assert_only_secrets_went(old, new)


def assert_only_secrets_went(old: str, new: str) -> None:
    """The texts between the placeholders are the old one's, and what is gone was planted."""
    pieces = HOLDER.split(new)
    gone = re.fullmatch("(.*?)".join(map(re.escape, pieces)), old, re.DOTALL)
    assert gone is not None, (old, new)
    for one in gone.groups():
        assert any(one and one in secret for secret, _ in SECRETS), (old, new)


SECRET_TEXTS = st.tuples(TEXTS, st.sampled_from(["", *(secret for secret, _ in SECRETS)])).map(
    lambda both: f"{both[1]} {both[0]}" if len(both[1]) % 2 else f"{both[0]} {both[1]}"
)


CHATML = "<|im_start|>user\ncard 5555555555554444 <b> (no. 1)<|im_end|>\n"
CHATML_ROWS = [
    {"text": f"{CHATML}<|im_start|>assistant\ncard 5555555555554444 Ja (no. 2)<|im_end|>"}
]


@tried(60)
@example(AnyFile(CHATML_ROWS, "lines", CONTAINERS["lines"](CHATML_ROWS).encode()), "utf-8")
@example(AnyFile(CHATML_ROWS, "array", CONTAINERS["array"](CHATML_ROWS).encode()), "utf-16")
@example(
    AnyFile([{"text": "苔は静かです"}], "lines", '{"text": "苔は静かです"}'.encode()), "utf-16-be"
)
@given(files(texts=SECRET_TEXTS), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]))
def test_whole_files_of_every_known_format(file: AnyFile, encoding: str) -> None:
    data = file.data.decode().encode(encoding)
    made = redact_file(data, ALL)
    assert not made.unread
    if not any(made.counts.values()):
        assert made.data == data
    text = made.data.decode(encoding)
    assert not any(piece in text for _, piece in SECRETS)
    assert not secrets_in(text.encode().split(b"\n"))
    assert absent(file.data, text) == []
    written = file.data.decode()
    if file.container in IN_ONE_VALUE:
        was, left = texts_in(json.loads(written)), texts_in(json.loads(text))
    elif file.container in {"indented objects", "transcript"}:
        return
    else:
        was, left = (
            [one for line in whole.splitlines() for one in texts_in(json.loads(line))]
            for whole in (written, text)
        )
    assert len(was) == len(left)
    for old, new in zip(was, left, strict=True):
        assert_only_secrets_went(old, new)


@tried(60)
@given(rows(), st.booleans())
def test_checks_gate_and_redaction_find_the_same(line: str, cut: bool) -> None:
    data = (line[:-1] if cut else line).encode("utf-8", "surrogatepass")
    issues = [one for one in check_row(2, data).issues if one.rule in ALL]
    numbers = {number: rule for rule, number in rule_numbers().items()}
    columns = check_batch(2, [data])
    assert [one.rule for one in check_row(2, data).issues] == [
        numbers[n] for n in columns.signatures[columns.signs[0]]
    ]
    assert {one.rule for one in issues} >= set(redact(data, ALL).counts)
    assert bool(issues) == bool(redact(data, ALL).counts)
    for issue in issues:
        made = fix(data, issue)
        assert isinstance(made, bytes)
        assert made != data
        assert len([one for one in check_row(2, made).issues if one.rule in ALL]) < len(issues)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Keys, of which none may become equal to another.
        ('{"a@b.de": 1, "c@d.de": {"a@b.de": 3}}', '{"[EMAIL]": 1, "[EMAIL_2]": {"[EMAIL]": 3}}'),
        # Numbers stay a value, at every depth.
        ('{"card": 4111111111111111}', '{"card": "[CARD]"}'),
        ('{"a": "{\\"card\\": 4111111111111111}"}', '{"a": "{\\"card\\": \\"[CARD]\\"}"}'),
        ('{"card": 4111111111111111', '{"card": "[CARD]"'),
        # A key given twice: no decoder shows the first.
        ('{"a": "' + KEY + '", "a": "x"}', '{"a": "[API_KEY]", "a": "x"}'),
        # Escapes, of slashes too, and what only looks like the end of a word.
        ('{"a": "postgres:\\/\\/u:pw@h.de\\/x"}', '{"a": "postgres:\\/\\/[CREDENTIALS]@h.de\\/x"}'),
        ('{"a": "x\\n' + KEY + '"}', '{"a": "x\\n[API_KEY]"}'),
        ("{'a': 'x\\n" + KEY + "'}", "{'a': 'x\\n[API_KEY]'}"),
        ('{"a": "\\u0073k-proj-4f9AexampleNotARealKey0000"}', '{"a": "[API_KEY]"}'),
        ('{"n": 1.50, "b":"m@x.de" , "c": 1e400}', '{"n": 1.50, "b":"[EMAIL]" , "c": 1e400}'),
        ("user,m@x.de,4111 1111 1111 1111", "user,[EMAIL],[CARD]"),
        ("AKIAIOSFODNN7EXAMPLE", "[AWS_KEY]"),
        # A word that says what a number is, right after an escape, with one in it, and both.
        ('{"a": "x\\ncard 5555555555554444"}', '{"a": "x\\ncard [CARD]"}'),
        ('{"a": "cart\\u00e3o 5555555555554444"}', '{"a": "cart\\u00e3o [CARD]"}'),
        ('{"a": "{\\"b\\": \\"\\\\tcard 5555555555554444\\"}"}',
         '{"a": "{\\"b\\": \\"\\\\tcard [CARD]\\"}"}'),
        ("{'a': 'x\\ncard 5555555555554444", "{'a': 'x\\ncard [CARD]"),
        ('{"a": "x\\nfrom 81.2.9.14"}', '{"a": "x\\nfrom [IP_ADDRESS]"}'),
        ("{'a': 'x\\nversion 81.82.9.14'", "{'a': 'x\\nversion 81.82.9.14'"),
        ('{"a": "x\\nn\\u00famero 12345678Z"}', '{"a": "x\\nn\\u00famero [ID]"}'),
        ('{"a": "d:\\\\national 12345678Z"}', '{"a": "d:\\\\national [ID]"}'),
        # A key that was cut, and a number that is followed by another.
        ('{"a": "' + PEM[:64].replace("\n", "\\n") + '"}', '{"a": "[PRIVATE_KEY]"}'),
        ('{"a": "4111 1111 1111 1111 123"}', '{"a": "[CARD] 123"}'),
        # Run again, it finds nothing more.
        ('{"a": "[EMAIL] [API_KEY] postgres://[CREDENTIALS]@h.de"}', '{"a": "[EMAIL] [API_KEY] postgres://[CREDENTIALS]@h.de"}'),
    ],
)  # fmt: skip
def test_what_stands_where(before: str, after: str) -> None:
    assert redact_file(before.encode(), ALL).data.decode() == after


def test_hundreds_on_a_line_and_a_key_over_several_lines() -> None:
    many = json.dumps({"messages": [{"role": "user", "content": f"m{n}@x.de"} for n in range(300)]})
    made = redact_file(many.encode(), ALL)
    assert made.counts == {"personal-email": 300}
    assert b"@" not in made.data
    text = f"first\r\n{PEM}\r\nlast\r\n".encode()
    assert redact_file(text, ALL).data == b"first\r\n[PRIVATE_KEY]\r\nlast\r\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_text_of_two_or_four_bytes_without_a_mark_is_read_in_any_script(encoding: str) -> None:
    text = json.dumps({"text": f"苔は静かです {KEY} " + "苔は静かです🌱" * 900}, ensure_ascii=False)
    made = redact_file(text.encode(encoding), ALL)
    assert not made.unread
    assert made.data.decode(encoding) == text.replace(KEY, "[API_KEY]")
    for other in ("{\0", "{\1\2", "苔は静かです"):  # one that begins so, and is not text
        assert redact_file(other.encode(encoding) + b"\0\0\xd8", ALL).unread


def test_what_is_not_text_is_said() -> None:
    for data in (b"PAR1\0\0" + KEY.encode(), b"\x1f\x8b\0rest", b"abc\0def" * 9):
        made = redact_file(data, ALL)
        assert made.data == data
        assert len(made.unread) == 1
    deep = KEY
    for _ in range(12):
        deep = json.dumps([deep])
    assert redact_file(deep.encode(), ALL).unread
    latin = b'{"a": "caf\xe9 m@x.de"}\n'
    assert redact_file(latin, ALL).data == b'{"a": "caf\xe9 [EMAIL]"}\n'
    image = redact_file(b'{"url": "data:image/png;base64,AAAA"}', ALL)
    assert not image.unread
    assert image.remarks == ["1 image or sound"]


def test_a_problem_names_no_secret_that_is_a_key() -> None:
    value = {"messages": [], "by": {KEY: {"mia@example.com": "AKIAIOSFODNN7EXAMPLE"}}}
    line = json.dumps(value).encode()
    found = [one for one in check_row(2, line).issues if one.rule in ALL]
    assert [(one.rule, one.where) for one in found] == [
        ("secret-api-key", "by.…"),
        ("secret-aws-key", "…"),
        ("personal-email", "…"),
    ]
    for issue in found:
        assert KEY not in issue.where + issue.message
        assert fix(line, issue) != line


def test_a_problem_in_a_message_is_found_there_by_the_editor() -> None:
    made = call(f"key {KEY}", f"mail {KEY}")
    found = [one for one in check_row(2, json.dumps(made).encode()).issues if one.rule in ALL]
    assert [(one.where, one.place and one.place.index) for one in found] == [
        ("messages[0].content", 0),
        ("messages[1].tool_calls[0].function.arguments", 1),
        ("messages[1].tool_calls[0].function.arguments", 1),
        ("messages[1].tool_calls[0].function.arguments", 1),
        ("tools[0].function.description", None),
    ]


def test_a_column_of_passwords_goes_whatever_they_look_like() -> None:
    table = b'user,Password,note\r\nmia,sunflower,"a, b"\r\nbob,"two words",x\r\neve,,\r\n'
    made = redact_file(table, {"secret-password"})
    assert made.counts == {"secret-password": 2}
    assert made.data == (
        b'user,Password,note\r\nmia,[PASSWORD],"a, b"\r\nbob,"[PASSWORD]",x\r\neve,,\r\n'
    )
    for other in (
        b"password, user, and so on\nare words of a form, which says so\n",
        b"user\tpassword\nmia\trequired\n",
        b"name,token\nthe,article\n",
    ):
        assert redact_file(other, {"secret-password"}).data == other
