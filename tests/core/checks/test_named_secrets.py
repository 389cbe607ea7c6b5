"""Secrets known by their names: all real-looking shapes are found, and talk of them is not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.checks.named_secrets import GIVEN, SPEAKING
from tests.core.checks.test_columns import RULE_IDS, agree
from tests.core.fixes.secrets_found import secrets_in
from tests.exploring import tried
from tests.rows import USER, says
from tui.core.checks import check_batch
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


# One of each other kind of private data, where its mark, its shape or a word tells it.
OTHERS = (
    "sk-" + "a1B2c3" * 4, "sk_live_" + "a1B2c3" * 4, "xoxb-1234567890-abcdef", "AIza" + "a1B2c" * 7,
    *(f"{mark}_" + "a1B2c3" * 6 for mark in ("ghp", "gho", "ghu", "ghs", "ghr", "github_pat")),
    "ASIA" + "ABCD1234" * 2, "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeK", "postgres://u:p1x@h.de/db",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0123456789abcdef",
    "db.example:5432:main:bob:hunter2x", "bob:{SHA}" + "a1B" * 9 + "=",
    *(f"bob:{kind}abcdefgh$" + "a1B2c3" * 5 for kind in ("$apr1$", "$2y$", "$1$", "$5$", "$6$")),
    '{"auths": {"x": {"auth": "Ym9iOmh1bnRlcjI="}}}', "bob&#64;mail.example", "bob%40mail.example",
    "mot de passe : Tr0ub4dor3", "contraseña: abc12345", "Kennwort: Geheim12!", "Senha: abc12345",
    "wachtwoord: abc12345", "hasło: abc12345", "пароль: abc12345", "Şifre: abc12345",
    "lösenord = abc12345", "密码：abc12345", "密碼: abc12345", "パスワード: abc12345",
    "비밀번호: abc12345", "sshpass -p hunter22 ssh x", "mariadb --user=root -phunter22 db",
    "mysql -u root -phunter22 db", "<password>hunter22</password>", "tool --api-token abc123def456",
    "login bob password hunter22x", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00",
    "RSSMRA85T10A562S", "+49 30 9018200", "server 20.43.161.105", "bob@mail.example",
)  # fmt: skip


def test_every_kind_is_found_in_many_lines_at_once_wherever_it_stands() -> None:
    lines: list[bytes] = []
    for text in (*(text for text, _, _ in GIVEN), *MORE, *TOKENS, *OTHERS):
        said = {"messages": [USER, {"role": "assistant", "content": f"Of old,\n{text}\nand so."}]}
        lines += [
            json.dumps(said).encode(),
            json.dumps({"meta": {"a": text}, **said}, ensure_ascii=False).encode(),
            says(json.dumps({"a": [text]}, ensure_ascii=False)),
            text.encode().replace(b"\n", b"\\n"),
        ]
    columns = check_batch(1, lines)
    found = [{RULE_IDS[n] for n in columns.signatures[sign]} for sign in columns.signs]
    quiet = [
        line for line, rules in zip(lines, found, strict=True) if rules.isdisjoint(PLACEHOLDERS)
    ]
    assert quiet == []
    assert agree(lines)


_KINDS = [*(text for text, _, _ in GIVEN), *MORE, *TOKENS, *OTHERS]


@tried(40)
@given(
    st.lists(st.lists(st.sampled_from(_KINDS), max_size=3), min_size=1, max_size=5),
    st.sampled_from(["", " ", ", ", "-", "_", ":", "=", "\n", "K", "é", '"', "\\"]),
    st.integers(0, 40),
)
def test_kinds_side_by_side_and_where_lines_begin_and_end_are_found_as_in_a_line_alone(
    texts: list[list[str]], between: str, cut: int
) -> None:
    joined = [between.join(parts) for parts in texts]
    lines = [text.encode().replace(b"\n", b"\\n") for text in joined]  # from border to border
    lines += [says(text) for text in joined]
    # What two lines only hold together is in neither.
    half = lines[0][:cut], lines[0][cut:]
    lines = [*half, *lines, *reversed(half)]
    assert agree(lines)
    whole = check_batch(1, lines)
    parts = [check_batch(at, [line]) for at, line in enumerate(lines, 1)]
    assert [whole.signatures[sign] for sign in whole.signs] == [
        part.signatures[part.signs[0]] for part in parts
    ]


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
