"""The rule on passwords without a name: in files of accounts, and Docker's settings."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from typing import TYPE_CHECKING

from tui.core.checks.fast.byte_prefilter import marked
from tui.core.checks.private_data.secret_values import is_secret_value
from tui.core.checks.private_data.secrets import pattern_rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.checks.private_data.line_texts import Text

    Place = tuple[int, int, int, int]

# host:port:database:user:password, alone on its line, as PostgreSQL reads it.
_PGPASS = re.compile(
    r"(?m)(?:^|(?<=[ \t\"'`]))(?!https?:)[A-Za-z0-9_.*-]{1,253}:(?:5432|6432|\*):[\w.*-]{1,63}"
    r":[\w.*@-]{1,63}:(?P<value>[^\s\"'`]{6,256})(?:[\"'`]|[ \t]*$)"
)
# A user and the hash of a password, as Apache and /etc/shadow keep them.
_HASH = re.compile(
    r"(?:^|(?<=[\s\"'`]))[\w.@+-]{1,64}:"
    r"(?P<value>\$(?:apr1|2[aby]|1|5|6|y)\$[./A-Za-z0-9$=,]{20,256}"
    r"|\{SHA\}[A-Za-z0-9+/]{27}=)"
)
_HASHED = (b"$apr1$", b"$2a$", b"$2b$", b"$2y$", b"$1$", b"$5$", b"$6$", b"$y$", b":{SHA}")
_AUTH = re.compile(r"[\"']auth[\"']\s*:\s*[\"'](?P<value>[A-Za-z0-9+/]{8,512}={0,2})[\"']")


def _is_account(packed: str) -> bool:
    """Whether base64 holds a user and a password, as Docker keeps them."""
    try:
        text = b64decode(packed, validate=True).decode()
    except (Error, ValueError):
        return False
    user, colon, password = text.partition(":")
    return bool(colon and user and password) and text.isprintable() and " " not in user


def _given(pattern: re.Pattern[str], text: str) -> Iterable[Place]:
    for found in pattern.finditer(text):
        if is_secret_value(found["value"], "setting", password=True):
            yield (*found.span(), *found.span("value"))


def _find(text: Text) -> Iterable[Place]:
    whole = text.text
    if ":5432:" in whole or ":*:" in whole or ":6432:" in whole:
        yield from _given(_PGPASS, whole)
    if "$" in whole or "{SHA}" in whole:
        for found in _HASH.finditer(whole):
            yield (*found.span(), *found.span("value"))
    if text.kind == "string" and text.name == "auth" and _is_account(whole):
        yield 0, len(whole), 0, len(whole)
        return
    for found in _AUTH.finditer(whole) if "auth" in whole else ():
        if _is_account(found["value"]):
            yield (*found.span(), *found.span("value"))


pattern_rule(
    "secret-login",
    "warning",
    "Password of an account",
    marked(
        *(b":5432:", b":6432:", b":*:"),
        *_HASHED,
        within={b'"auth': (b'"auth":"', b'"auth": "', b'"auth\\')},
    ),
    _HASH.pattern,
    finder=_find,
)
