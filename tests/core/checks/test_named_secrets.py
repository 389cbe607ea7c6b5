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


# Tokens that services mark, put together here so that nobody takes them for real ones.
TOKENS = (
    "glpat-" + "a1B2c" * 4, "hf_" + "aBcDe" * 7, "npm_" + "a1B2c3" * 6, "pypi-AgE" + "a1B2c" * 12,
    "SG." + "a1B2c" * 4 + "." + "d3E4f" * 8, "ya29.a0" + "a1B2c" * 8, "dop_v1_" + "a1b2c3d4" * 8,
    "gsk_" + "a1B2c" * 10, "r8_" + "a1B2c" * 7 + "dE", "fw_" + "a1B2c3d4" * 3,
    "xai-" + "a1B2c" * 16, "pplx-" + "a1B2c3d4" * 6, "shpat_" + "a1b2c3d4" * 4,
    "ATATT3" + "a1B2c" * 25, "lin_api_" + "a1B2c" * 8, "ntn_" + "a1B2c" * 9,
    "hvs.CAES" + "a1B2c" * 8, "figd_" + "a1B2c" * 8, "AGE-SECRET-KEY-1" + "A2" * 29,
    "hvs." + "a1B2c" * 5, "dp.pt." + "a1B2c" * 8, "dapi" + "a1b2c3d4" * 4,
    "SK" + "a1b2c3d4" * 4, "AC" + "a1b2c3d4" * 4, "123456789:AA" + "a1B2c3d4e5f" * 3,
    "rk_live_" + "a1B2c" * 5,
    "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJQkFBS0NBUUVB",
)  # fmt: skip


def test_tokens_with_the_mark_of_a_service_go_whole() -> None:
    for token in TOKENS:
        made = redact(says(f"use {token}."), SECRETS)
        assert json.loads(made.data)["messages"][0]["content"].startswith("use ["), token
        assert token[8:] not in made.data.decode(), token
    assert agree([says(token) for token in TOKENS])
    hook = redact(
        says("https://discord.example/api/webhooks/" + "1" * 18 + "/" + "a1B" * 22), SECRETS
    )
    assert b"/api/webhooks/[TOKEN]" in hook.data
    certificate = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURCakNDQWU2Z0F3SUJBZ0lC"
    spoken = (
        "hf_models_that_are_small",
        certificate,
        "dapi for all",
        "SKU AC1",
        "see gsk_ and npm_config_registry",
        "SG.",
    )
    assert [text for text in spoken if secrets_in([says(text)])] == []


def test_the_secret_beside_an_access_key_goes_with_it() -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCY77AMPLEKEY"
    made = redact(says(f"AKIAIOSFODNN7EXAMPLE / {secret}, region x"), SECRETS)
    content = json.loads(made.data)["messages"][0]["content"]
    assert content == "[AWS_KEY] / [AWS_KEY], region x"
    assert made.counts == {"secret-aws-key": 1}


def test_addresses_with_letters_of_any_latin_alphabet_go_whole() -> None:
    texts = ("jörg.müller@exämple.de", "rené@mossbox.example", "bob@ünlü.example")
    lines = [says(text) for text in texts]
    lines += [json.dumps(json.loads(line)).encode() for line in lines]
    for line in lines:
        made = redact(line, {"personal-email"})
        assert json.loads(made.data)["messages"][0]["content"] == "[EMAIL]", line
    assert agree(lines)
    latin = says("jörg@mossbox.example, 5 × @ 2").decode().encode("latin-1")
    assert b'"[EMAIL], 5' in redact(latin, {"personal-email"}).data
