"""Secrets known by their names: all real-looking shapes are found, and talk of them is not."""

import json

import pytest

from tests.core.checks.examples import says
from tests.core.checks.named_secrets import GIVEN, SPEAKING
from tests.core.fixes.secrets_found import secrets_in
from tui.core.fixes.redaction import PLACEHOLDERS, redact

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
