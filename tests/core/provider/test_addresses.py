"""Which addresses can be asked, and which stay on this machine."""

from __future__ import annotations

import pytest

from tui.core.provider.addresses import (
    address_problem,
    is_loopback,
    is_unencrypted,
    without_credentials,
)
from tui.core.provider.api_keys import entered_key


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "https://res.openai.azure.com/openai/v1/",
        "http://localhost:8000/v1",
        "http://[::1]:9/v1",
        "http://[fe80::1]/v1",
        "https://bücher.example/v1",
        "https://example.com:65535",
        "HTTPS://EXAMPLE.COM/a/b/c/",
    ],
)
def test_good_addresses(url: str) -> None:
    assert address_problem(url) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("api.openai.com/v1", "no http"),
        ("localhost:8000/v1", "no http"),
        ("ftp://example.com", "no http"),
        ("https://", "no http"),
        ("https:///v1", "no http"),
        ("https://exa mple.com/v1", "space"),
        ("https://example.com/v1\r", "line break"),
        ("https://example.com/\u200bv1", "invisible"),
        ("https://example.com:99999/v1", "not valid"),
        ("https://example.com:-1/v1", "not valid"),
        ("https://example.com:x/v1", "not valid"),
        ("https://example.com:0/v1", "port 0"),
        ("https://[::1/v1", "not valid"),
        ("https://[::g]/v1", "not valid|IPv6"),
        ("https://exa..mple/v1", "host name"),
        (f"https://{'a' * 64}.com/v1", "host name"),
        ("https://user:pass@example.com/v1", "user name or password"),
        ("https://key@example.com/v1", "user name or password"),
        ("https://example.com/v1?api-version=1", "goes on after"),
        ("https://example.com/v1#x", "goes on after"),
    ],
)
def test_bad_addresses(url: str, words: str) -> None:
    problem = address_problem(url)
    assert problem
    assert any(word in problem for word in words.split("|")), problem
    assert "pass" not in problem.replace("password", "")


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:1/v1", True),
        ("http://LOCALHOST./v1", True),
        ("http://lab.localhost/v1", True),
        ("http://127.0.0.1", True),
        ("http://127.8.9.1", True),
        ("http://[::1]/v1", True),
        ("http://[0:0:0:0:0:0:0:1]/v1", True),
        ("http://0.0.0.0:8000/v1", True),
        ("http://127.0.0.1.evil.example/v1", False),
        ("http://localhost.evil.example/v1", False),
        ("http://notlocalhost/v1", False),
        ("http://192.168.0.1/v1", False),
        ("http://[::2]/v1", False),
        ("", False),
        (None, False),
    ],
)
def test_loopback(url: str | None, local: bool) -> None:
    assert is_loopback(url) == local
    assert is_unencrypted(url) == (bool(url) and not local)
    assert not is_unencrypted((url or "").replace("http:", "https:"))


def test_an_address_is_shown_without_its_secrets() -> None:
    assert without_credentials("https://u:p@h:1/v1?key=s#t") == "https://h:1/v1"
    assert without_credentials("u:p@h/v1?key=s") == "h/v1"
    assert without_credentials("https://h?key=s") == "https://h"
    assert without_credentials("https://h/v1") == "https://h/v1"


@pytest.mark.parametrize(
    ("raw", "text", "quoted"),
    [
        ("sk-abc", "sk-abc", False),
        (" sk-abc\r\n", "sk-abc", False),
        ("\ufeffsk-abc\u00a0", "sk-abc", False),
        ('"sk-abc"', "sk-abc", True),
        ("'sk-abc '\r", "sk-abc", True),
        ("\u201csk-abc\u201d", "sk-abc", True),
        ('"sk-abc', '"sk-abc', False),
        (' \r\n"" ', "", True),
    ],
)
def test_a_key_is_trimmed(raw: str, text: str, quoted: bool) -> None:
    key = entered_key(raw)
    assert (key.text, key.quoted, key.problem) == (text, quoted, "")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("sk-secretkey\nsk-other", "line break (character 13 of 21)"),
        ("sk-secret key", "white space (character 10 of 13)"),
        ("sk-sécret", "U+00E9"),
        ("sk-\x00secret", "U+0000"),
        ("sk-secret…", "U+2026"),
        ("Bearer sk-secret", "the word Bearer"),
    ],
)
def test_a_key_that_cannot_be_sent_is_not_told(raw: str, words: str) -> None:
    problem = entered_key(raw).problem
    assert words in problem
    assert "secret" not in problem
