from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.core.checks import sample_stats_of
from tui.core.dataset.properties import BY_NAME, PROPERTIES, key_of, selecting
from tui.core.filtering.languages import guess
from tui.core.filtering.matching import is_volatile, matcher, split
from tui.core.filtering.nodes import FilterError
from tui.core.filtering.parser import parse
from tui.core.filtering.subject import Subject

# A loaded machine is slow, not wrong.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


CALLS: dict[str, Any] = {
    "messages": [
        {"role": "system", "content": "You are polite."},
        {"role": "user", "content": "Where is my refund? [x]", "name": "ann"},
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "find_order", "arguments": '{"id": "A-17"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "shipped"},
        {"role": "assistant", "content": "It is on its way!", "weight": 1},
    ]
}
PARTS = {
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Größe?"}, {"type": "image_url"}]},
        {"role": "assistant", "content": "42 ", "weight": 0},
    ]
}
PAIR = {
    "input": {"messages": [{"role": "user", "content": "why"}]},
    "preferred_output": [{"role": "assistant", "content": "because of it"}],
    "non_preferred_output": [{"role": "assistant", "content": "no."}],
}


def subject(value: object, position: int = 6, **more: Any) -> Subject:
    line = value if isinstance(value, bytes) else json.dumps(value).encode()
    found = {7: [("secret-jwt", "warning"), ("code-fence", "warning")]}
    tokens = {"problems": lambda line: found.get(line, ()), "tokens": lambda _: (41, 9)}
    return Subject(lambda: line, position, **tokens, **more)


def matches(text: str, value: object, **more: Any) -> bool:
    return matcher(parse(text))(subject(value, **more))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("REFUND", True),
        ("refunds", False),
        ('"my refund"', True),
        ('"refund? [x]"', True),
        ("a-17", True),
        ("find_order", True),
        ("shipped -polite", False),
        ("/refund\\?/", True),
        ("/Refund/", False),
        ("/Refund/i", True),
        ("/^it/im", True),
        ("role:tool", True),
        ("role:TO", True),
        ("role:function", False),
        ("user:refund", True),
        ("user:polite", False),
        ("assistant:polite", False),
        ("system:polite", True),
        ('system="You are polite."', True),
        ('system="polite"', False),
        ('system:/^you/ OR system:"are POLITE"', True),
        ("tool:order", True),
        ("tool=find_order", True),
        ('tool=""', False),
        ("name:ann", True),
        ('first:"it is"', True),
        ("end:!", True),
        ("end:.", False),
        ("kind:chat", True),
        ("kind:pref", False),
        ("lang:en", True),
        ("weight:1", True),
        ("weight:0", False),
        ("issue:secret", True),
        ("issue:fence", False),
        ("issue=code-fence", True),
        ("severity:error", False),
        ("severity:w", True),
        ("turns:4", True),
        ("turns<4", False),
        ("messages=5", True),
        ("tokens>40 trained<10", True),
        ("tokens>41", False),
        ("chars>40 chars<200", True),
        ("line:7", True),
        ("line:8-", False),
        ("line:-7", True),
        ("edited OR marked", False),
        ("-(edited marked)", True),
        ('roles="system user assistant tool assistant"', True),
    ],
)
def test_what_matches(text: str, expected: bool) -> None:
    assert matches(text, CALLS) is expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("größe", PARTS),
        ("-image", PARTS),
        ('end:" " weight:0', PARTS),
        ('system="" tool="" name=""', PARTS),
        ('first:"because of" -first:no kind=preference', PAIR),
        ('roles="user | assistant | assistant"', PAIR),
        ("kind:broken messages -first:/./", b'{"messages": ['),
        ("kind:blank", b"  "),
        ("kind:unknown something", {"text": "something"}),
        ("kind:completion end:y", {"prompt": "x", "completion": "y"}),
        ("role:user role=assistant user:x", {"prompt": "x", "completion": "y"}),
        ("hidden", b'{"messages": [{"role": "user", "content": "\\u0068idden"}]}'),
    ],
)
def test_other_shapes(text: str, value: object) -> None:
    assert matches(text, value)


def test_states_of_the_row() -> None:
    assert matches("edited marked", CALLS, edited=True, marked=True)
    assert not matches("edited", CALLS, marked=True)


def test_an_expression_that_never_ends_is_stopped() -> None:
    text = "word " * 4000 + "x"
    slow = "/^(.*)(.*)(.*)\\3\\2\\1[0-9]/"
    with pytest.raises(FilterError, match="takes too long"):
        matches(slow, {"messages": [{"role": "user", "content": text}]})


@pytest.mark.parametrize("text", ["marked", "line:3", "a OR issue:x", "-(b marked)"])
def test_what_depends_on_more_than_the_row(text: str) -> None:
    assert is_volatile(parse(text))
    stable, volatile = split(
        parse(f"refund {text if ' OR ' not in text else f'({text})'} tokens>3")
    )
    assert str(stable) == "refund tokens>3"
    assert volatile == parse(text)


letters = st.text('aAkKſİ"\\é ', min_size=1, max_size=3)


@PATIENT
@given(st.text('aAkKsSſİ"\\é ', max_size=12), letters, st.booleans())
def test_the_quick_look_at_the_bytes_changes_nothing(
    content: str, wanted: str, ascii_only: bool
) -> None:
    value = {"messages": [{"role": "user", "content": content}]}
    line = json.dumps(value, ensure_ascii=ascii_only).encode()
    node = parse(json.dumps(wanted, ensure_ascii=False))
    plain = wanted.isascii() and _lower(wanted) in _lower(content)
    found = plain or (not wanted.isascii() and wanted.casefold() in content.casefold())
    assert matcher(node)(Subject(lambda: line)) is found


def _lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


@pytest.mark.parametrize("value", [CALLS, PARTS, PAIR, b"{", {"text": "x"}])
def test_every_value_of_a_property_selects_its_row(value: object) -> None:
    long_name = "n" * 80
    value = (
        json.loads(json.dumps(value).replace("ann", long_name))
        if isinstance(value, dict)
        else value
    )
    row = subject(value)
    for wanted in PROPERTIES:
        values = [v for v in wanted.values(row) if v] or [""]
        for one in values:
            node = selecting(wanted, key_of(one))
            assert parse(str(node)) == node
            assert matcher(node)(row), str(node)
            assert len(str(node)) < 100


@pytest.mark.parametrize(
    ("roles", "pattern"),
    [
        ("user assistant", "user assistant"),
        ("user assistant user assistant", "(user assistant)×2"),
        ("system user assistant user assistant user", "system (user assistant)×2 user"),
        ("user assistant tool tool tool assistant", "user assistant tool×3 assistant"),
    ],
)
def test_patterns_of_roles_are_folded(roles: str, pattern: str) -> None:
    value = {"messages": [{"role": role, "content": "x"} for role in roles.split()]}
    assert BY_NAME["roles"].values(subject(value)) == (pattern,)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is the parcel that I have ordered?", "en"),
        ("Wo ist das Paket, das ich bestellt habe?", "de"),
        ("Où est le colis que vous avez envoyé dans la boîte ?", "fr"),
        ("Siparişim nerede, ne zaman gelir ve bu bir sorun mu?", "tr"),
        ("¿Dónde está el paquete que compré para mi casa?", "es"),
        ("Где мой заказ?", "ru"),
        ("Де моє замовлення, будь ласка? Її немає", "uk"),
        ("注文した荷物はどこですか", "ja"),
        ("我的包裹在哪里", "zh"),
        ("내 소포는 어디에 있나요", "ko"),
        ("أين طلبي", "ar"),
        ("I think I can do it, as I said before, I like it a lot.", "en"),
        ("I see. I went to a shop and I bought a pen. I paid.", "en"),
        ("A cat and a dog are a pair of pets — a “good” one.", "en"),
        ("42 + 17", "unknown"),
        ("4", "unknown"),
        ("for (int i = 0; i < n; i++) { sum += a[i]; }", "unknown"),
        ("", "unknown"),
    ],
)
def test_languages_are_guessed(text: str, language: str) -> None:
    assert guess(text) == language


def test_the_filter_reads_what_the_remark_speaks_of() -> None:
    question = "Wo ist das Paket, das ich bestellt habe? Ich warte schon lange darauf."
    answer = "It is on its way to you, and it should be there by the end of the week."
    chat = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    line = json.dumps({"messages": [*chat, {"role": "user", "content": question}]}).encode()
    assert sample_stats_of([line] * 20).languages == {"en": 20}
    assert BY_NAME["lang"].values(Subject(lambda: line)) == ("en",)
