"""Tell real secrets from placeholders and prose behind a name such as `password`.

A value in a file of settings may be any word; in quotes it has to look like no reference and no
message; in the open, where prose and code stand too, it has to mix digits or signs into letters.
"""

from __future__ import annotations

import re
from typing import Literal

# How a value is given: NAME=value of an environment, in quotes, in the open.
# Alone on its line, or between the signs of a connection: name and value, and nothing else.
Given = Literal["setting", "quoted", "open", "alone"]

_SHORTEST, _LONGEST = 6, 4096
_PLACEHOLDER = re.compile(
    r"\A[<{\[]|\A%\w*%?\Z|\A%[(s]|\A\$[A-Za-z_]|\$[{(]|\{\w*\}|<\w[\w -]*>|\[[A-Z_]+\]"
    r"|\.\.\.|…|(?i:x{4,}|\*{3,}|•{3,}|_{4,})"
    r"|(?i:\A(?:my|the|an?|some|new|old)?[_-]?(?:pass(?:word|wd|phrase)?|secret|token"
    r"|(?:api|access|secret)[_-]?key|credentials?)s?\d?\Z)"
    r"|(?i:(?<![a-z])your(?![a-z])|your[_-]|change[_-]?(?:me|it|this)|replace[_-]?(?:me|with|this)"
    r"|placeholder|redacted|dummy|insert[_-]|[_-]here\Z|(?<![a-z])(?:example|sample)(?![a-z])"
    r"|\A(?:todo|fixme|foobar|masked|hidden)\Z)"
)
# What forms, schemas, messages and configurations say of a secret instead of giving one.
_WORD_LIST = """
    string number boolean integer object text varchar hidden optional required invalid missing
    incorrect wrong expired empty unset default undefined secure strong random unknown disabled
    enabled forgot forgotten reset change changed update updated encrypted hashed plaintext
    base64 secretstr protected sensitive private public bearer basic digest weak revoked denied
    accepted failed verified matched mismatch visible confirm current bcrypt argon2 argon2id
    scrypt sha256 sha384 sha512 pbkdf2 oauth2 prompt stdin keyring manual credential unchanged
    rejected correct okay false login signin field input label validators minlength maxlength
    trust peer include same-origin secretmanager vault generated provided entered stored removed
    whatever anything something nothing none yes unavailable unlimited hash charfield textfield
    passcode obligatoire oublié oublie incorrect requis invalide obligatorio obligatoria incorrecta
    incorrecto requerida olvidada vergessen falsch erforderlich ungültig geändert ändern
    обязательно неверный забыли esquecida obrigatória varying buffer boolean bytes optional
    symbol double record option select mixed either values unique always manager method
    cancel submit continue strings length minimum maximum
"""
_WORDS = frozenset(_WORD_LIST.split())
# Code and references: a.b.c, env:NAME, a path, an address, a template.
_CODE = re.compile(
    r"[A-Za-z_]\w*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*)+"
    r"|(?:os|process|ENV|env|config|settings|self|this|secrets|vault|ref|file|arn|data)[.:\[].*"
    r"|(?:/|\./|\.\./|~/)[\w./-]*|https?:.*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|==.*|\\.*"
)
_DIGIT = re.compile("[0-9]")
# A key has a digit or sign before any full stop or the like; the quick look relies on it.
_BEGINS = re.compile(r"[A-Za-z_+/~@#$%^&*-]*[0-9+/=~@#$%^&*]")
_BEGINS_IN_ADDRESS = re.compile(r"[A-Za-z_+/~@$%^*-]*[0-9]")
_NAMES_ONE = re.compile(r"(?i)pass|pwd|secret|token|key|cred|hash|auth|salt")


def is_secret_value(value: str, given: Given, *, password: bool) -> bool:
    """Whether a value is strong enough to be a password, or another secret."""
    if not _SHORTEST <= len(value) <= _LONGEST or len(set(value)) < (3 if password else 5):
        return False
    if _speaks_of_one(value) or any(map(str.isspace, value)):
        return False
    if given == "setting":
        return password or len(value) >= 8
    mixed = has_digit(value) and any(map(str.isalpha, value))
    if password:
        return _is_password(value, given, mixed=mixed)
    if _BEGINS.match(value) is None:
        return False
    return len(value) >= (8 if mixed else 20) and (mixed or given == "quoted")


def has_digit(value: str) -> bool:
    """Whether there is one of 0 to 9 in a value."""
    return _DIGIT.search(value) is not None


def _speaks_of_one(value: str) -> bool:
    if value.lower() in _WORDS or _PLACEHOLDER.search(value) is not None:
        return True
    return _CODE.fullmatch(value) is not None


def _is_password(value: str, given: Given, *, mixed: bool) -> bool:
    if mixed or (value.isascii() and value.isdigit()):
        return True
    signs = re.search(r"[!@#$%^&*+=?~]", value.rstrip("!?")) is not None
    if signs and any(map(str.isalpha, value)):
        return True
    if given == "open":
        return False
    if given == "alone" and not (value.isalpha() and _is_one_word(value)):
        return False
    # One word in quotes: not two joined ones, which name something, nor what names a secret.
    return value.isalpha() and _NAMES_ONE.search(value) is None


def _is_one_word(value: str) -> bool:
    """Whether there are no capitals within, as in names of code."""
    return value.isupper() or value[1:].islower()


def is_token_in_address(value: str) -> bool:
    """Whether the value of a parameter is a token: long, and soon with a digit."""
    return len(value) >= 16 and _BEGINS_IN_ADDRESS.match(value) is not None and is_token(value)


def is_token(value: str) -> bool:
    """Whether what follows Bearer, or stands in an address or a cookie, is not a word."""
    if not len(value) >= _SHORTEST or _PLACEHOLDER.search(value) or value.lower() in _WORDS:
        return False
    if has_digit(value) and any(map(str.isalpha, value)):
        return len(set(value)) >= 5
    mixed = value != value.lower() and value != value.upper() and _NAMES_ONE.search(value) is None
    return mixed and len(value) >= 12
