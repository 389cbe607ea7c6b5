"""Secrets known by their names: all real-looking shapes are found, and talk of them is not."""

import json

import pytest

from tests.core.checks.named_secrets import GIVEN, SPEAKING
from tests.core.checks.test_columns import agree
from tests.core.fixes.secrets_found import secrets_in
from tests.rows import says
from tui.core.fixes.redaction.redaction import PLACEHOLDERS, redact

SECRETS = frozenset(rule for rule in PLACEHOLDERS if rule.startswith("secret-"))


@pytest.mark.parametrize(("text", "gone", "kept"), GIVEN)
def test_only_the_value_is_replaced(text: str, gone: str, kept: str) -> None:
    made = redact(says(text), SECRETS)
    content = json.loads(made.data)["messages"][0]["content"]
    assert gone not in made.data.decode()
    assert kept in content
    assert made.counts.total() == 1
    assert not secrets_in([made.data])


def test_talk_of_passwords_raises_hardly_an_alarm() -> None:
    assert len(SPEAKING) >= 60
    alarms = [text for text in SPEAKING if secrets_in([says(text)])]
    assert len(alarms) <= 2, alarms


def test_a_key_as_a_list_of_lines_goes_whole() -> None:
    body = ["-----BEGIN PRIVATE KEY-----", "MIIEowIBAAKCAQEA0123456789abcdef", "QUJD",
            "-----END PRIVATE KEY-----"]  # fmt: skip
    made = redact(json.dumps({"pem": [*body, "x"]}).encode(), SECRETS)
    assert json.loads(made.data) == {"pem": ["[PRIVATE_KEY]"] * 4 + ["x"]}
    assert made.counts == {"secret-private-key": 1}


# What else the quick look has to see: suffixes, deep quotes, types, and names without quotes.
MORE = (
    "https://b.example/f?sig=AbC123%2Bdefghijkl%3D",
    "https://b.example/f?Signature=abcDEF123ghi456jkl",
    "https://c.example/f?X-Amz-Signature=abcdef0123456789ab&x=1",
    "tokenProd: abc123def456",
    "auth_token_user = 'abc123def456'",
    "token: str = 'abc123def456'",
    "`api_key`: `abc123def456`",
    "**token:** abc123def456",
    "cookie: sid=abc123def456",
    '"Set-Cookie", "sid=abc123def456"',
    "apiKeyTest=abc123def456",
    "curl -s --user mia:pw1234x https://e.example",
    '{"token": "abc123def456", "messages": []}',
    '{"a": "{\\"client_secret\\": \\"abc123def456\\"}"}',
)


def test_many_lines_at_once_give_up_what_each_of_them_does() -> None:
    texts = [*(text for text, _, _ in GIVEN), *SPEAKING, *MORE]
    lines = [line for text in texts for line in (says(text), text.encode().replace(b"\n", b" "))]
    fields = [b'{"token": "abc123def456"}', b'{"meta": {"apiKey": "abc123def456"}}']
    fields += [b'{"messages": [], "Pwd": "abc1234", "cookie": "sid=abc123def456"}']
    assert agree([*lines, *fields])
    assert [text for text in MORE if not secrets_in([says(text)])] == []
