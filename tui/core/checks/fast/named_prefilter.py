"""Prefilter of named secrets: which lines may hold `password: ...` or `?token=...`.

A word like token is in many lines, so a line has to give it what looks strong enough as well.
Of a few names the rare bytes keep enough to look there first.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from tui.core.checks.fast.byte_prefilter import ASCII, HINTS, LETS
from tui.core.checks.fast.rare_bytes import KEPT
from tui.core.checks.fast.rare_marks import RARE, WHOLE, Mark, around, by_rarest, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui.core.checks.fast.byte_prefilter import LineBatch
    from tui.core.checks.row import Row

# A password as others than English call it (German is as near to it as password is).
IN_LANGUAGES = (
    "mot de passe", "contraseña", "kennwort", "senha", "wachtwoord", "hasło", "пароль", "şifre",
    "lösenord", "密码", "密碼", "パスワード", "비밀번호",
)  # fmt: skip
# What may follow a name and leaves it one: DB_PASSWORD_PROD, password2.
SUFFIX = (
    r"(?:[_-]?\d{1,2}|(?:[_-]|(?=(?-i:[A-Z])))(?:prod(?:uction)?|dev|test|stag(?:e|ing)|live|old"
    r"|new|main|root|admin|user|db|value))?"
)
# Quotes with their escapes, blanks and the marks of bold, around the sign.
_AROUND = r"[ \t\\\"'`\]*]*"
_GIVES = (
    rf"(?i:{SUFFIX}){_AROUND}(?::[ ]?[A-Za-z]{{2,12}}[ ]?(?==))?"
    rf"(?:=>|:=|=(?!=)|:(?!:)|\xef\xbc\x9a|\\+uff1a){_AROUND}"
    r"(?!(?<=\\)[nr])(?:[rbuf]{1,2}\\*[\"'`])?"
)
# In the open a word is not a secret: there has to be a digit, or in a password a sign.
_OPEN = r"(?:[^\s\"'`;,)\]}>\\]|\\[^nrt])*"
# A word in the open is one where its line ends, or the part of a connection.
_ALONE = r"[A-Za-z]{6,256}[ \t*]*(?:\\+[nr]|[\\\"';&\r\n]|$)"
_STRONG_PASSWORD = (
    rf"(?=[^\s\"'`]{{6}})(?:(?<=[\"'`])[^<{{\[]|{_OPEN}[0-9\x80-\xff!@#$%^&*+=?~]|{_ALONE})"
)
_STRONG = r"(?=[^\s\"'`]{8})[A-Za-z_+/~@#$%^&*\\-]*[0-9+/=~@#$%^&*]"
_ANY = r"[^\s\"'`<{\[][^\s\"'`]{5}"  # what a name in capitals is given in a setting
_IN_ADDRESS = r"=(?=[^\s\"'`&#<>;]{16})[A-Za-z_+/~@$%^*\\-]*[0-9]"


# Before the option of a command stands a blank, or the end of an escaped one.
_COMMAND_OPTIONS = (
    WHOLE.add(b"-", rb"(?:u|-user)[ =\\\"'\w](?<![g-mo-qsu-zG-Z]-u.)(?<![g-mo-qsu-zG-Z]--user.)"),
    WHOLE.add(b"-", rb"p(?<=[ \tt9]-p)"),
)


class _Given(NamedTuple):
    """A word of a name, found at once, and what has to follow it."""

    word: bytes
    then: bytes
    search: Callable[[bytes], object]


def _given(word: str, then: str) -> _Given:
    name, rest = word.encode(), then.encode("latin-1")
    return _Given(name, rest, re.compile(re.escape(name) + rest).search)


def _without_capital(name: str) -> str:
    """Return the part of a name that is the same where a capital begins it."""
    return name if name[0] == name[0].upper() else name[1:]


def _in_language(name: str) -> Iterable[str]:
    rest = _without_capital(name)
    if name.isascii() or not rest.isascii():
        return (rest,)
    return name, name[0].upper() + rest


_TO_SECRET = r"(?i:[_-]?(?:access[_-]?)?key(?:[_-]?base)?)?"  # noqa: S105 - a part of a name
_TO_VALUE = r"[ \t]*[\\\"'`\]]*[ \t]*[:=,]" + _AROUND
_OPTION = r"[ \t]{1,4}[\\\"']*"  # the value is the next word
_PASSWORDS = (
    _given("assw", rf"(?:or)?[dt]{_GIVES}{_STRONG_PASSWORD}"),
    _given("assw", rf"(?<=[-]passw)(?:or)?d{_OPTION}[^\s\"'`]{{6}}"),
    _given("assw", r"(?:or)?d>[^<\s]{6}"),
    _given("assw", r"ord(?:\s|\\[nt]){1,9}[^\s\"'\\]{6}"),
)
_SMALL_PWD = (_given("pwd", rf"(?=[0-9]{{0,2}}(?: *[=:]|[\\\"'])){_GIVES}{_STRONG_PASSWORD}"),)
_SECRETS = (
    _given("ecret", rf"{_TO_SECRET}{_GIVES}{_STRONG}"),
    _given("ecret", rf"(?<=[-]secret){_OPTION}{_STRONG}"),
)
_OPTIONS = (_given("--", rf"(?:[a-z]+-){{0,3}}(?:token|key|secret){_OPTION}[^\s\"'`]{{6}}"),)
_TOKENS = (
    _given("oken", rf"(?:{_GIVES}{_STRONG}|{_IN_ADDRESS})"),
    _given("ookie", rf"{_TO_VALUE}[\w.-]+=[^\n\"'`]{{6}}"),
    _given("key", rf"(?<=[a-z_?&-]key)(?:{_GIVES}{_STRONG}|{_IN_ADDRESS})"),
)
_IN_CAPITALS = (
    _given("KEY", rf"(?<=[A-Za-z_-]KEY){_GIVES}{_ANY}"),
    _given("TOKEN", _GIVES + _ANY),
    _given("Key", rf"(?<=[A-Za-z_-]Key){_GIVES}{_STRONG}"),
)
_PASSES = (
    _given("PASS", rf"(?i:w(?:or)?[dt])?{_GIVES}{_ANY}"),
    _given("_PWD", _GIVES + _ANY),
    _given("Pwd", rf"(?=[0-9]{{0,2}}(?: *=|[\\\"'`])){_GIVES}{_STRONG_PASSWORD}"),
)
_CAPITAL_SECRETS = (_given("SECRET", rf"{_TO_SECRET}{_GIVES}{_ANY}"),)
_SIGNATURES = (
    _given("ig=", rf"(?<=[?&][Ss]ig=){_STRONG}"),
    _given("ignature", _IN_ADDRESS),
)
_HEADERS = (_given("uthorization", rf"{_TO_VALUE}(?:[A-Za-z]+[ \t]+)?[A-Za-z0-9._~+/=:\\-]{{6}}"),)
_LOGINS = (
    _given("curl", r".{0,600}?(?:-u|--user)[ =\\\"'\w]"),
    _given("sshpass", r"(?:[ \t]|\\+t|\\+u0009).{0,20}?-p"),
    _given("mysql", r".{0,600}? -p(?:\\*[\"'][^\"']|[^\s\"'])[^\"']{5}"),
    _given("mariadb", r".{0,600}? -p(?:\\*[\"'][^\"']|[^\s\"'])[^\"']{5}"),
)

# What the rare bytes keep of names, and of what follows them.
_BY_MARK: dict[Mark, tuple[_Given, ...]] = {
    RARE.add(byte, then.encode(), before): given
    for byte, then, before, given in (
        (b"K", r"(?:EY|EN|y)[A-Z0_ug-]*[\\\"`*]*[:=]", b"", _IN_CAPITALS),
        (
            *(b"P", r"(?:(?:00?)?(?:=|[\\\"`]+[:=])|(?:ASS|WD)[A-Za-z0_-]*[\\\"`*]*[:=])"),
            *(b"", _PASSES),
        ),
        (b"=", rf"(?:(?<=g=)|(?<=gu=))[A-Z{KEPT}_+/~@$%^*\\-]*0", b"gu", _SIGNATURES),
        (b"z", r"(?<=uz)[\\\"`]*[:=,]", b"u", _HEADERS),
        (
            *(b"-", rf"-(?:[{KEPT}]*-){{0,3}}k(?:y|[A-Z{KEPT}0_+/~@#$%^&*\\\"-]{{0,60}}0)"),
            *(b"", _OPTIONS),
        ),
        (b"C", "RET(?<=SECRET)", b"E", _CAPITAL_SECRETS),
    )
}
_IN_LANGUAGES = tuple(
    _given(word, _GIVES + _STRONG_PASSWORD) for name in IN_LANGUAGES for word in _in_language(name)
)
_WORDS = (
    *(*_PASSWORDS, *_SMALL_PWD, *_SECRETS, *_TOKENS),
    *(given for given in _IN_LANGUAGES if given.word.isascii()),
)
# Those of letters beyond ASCII, by these letters.
_BEYOND_ASCII = {
    given.word.translate(None, ASCII): given for given in _IN_LANGUAGES if not given.word.isascii()
}
# As JSON in ASCII writes the others.
_ESCAPED = tuple(
    _given(json.dumps(_without_capital(name))[1:-1], _GIVES + _STRONG_PASSWORD)
    for name in IN_LANGUAGES
    if not name.isascii()
)
_ALL = [given for many in _BY_MARK.values() for given in many]
_ALL += [*_LOGINS, *_WORDS, *_BEYOND_ASCII.values(), *_ESCAPED]


def _from_rarest(byte: bytes, words: list[tuple[int, bytes]]) -> re.Pattern[bytes]:
    """Return a pattern for all that is given by some words, with their rarest byte."""
    after = {word: b"|".join(g.then for g in _WORDS if g.word == word) for _, word in words}
    return one_of(
        byte, [Mark(byte, *around(at, word, b"(?:%b)" % after[word])) for at, word in words]
    )


_BY_BYTE = by_rarest(dict.fromkeys(given.word for given in _WORDS))
# A long word that shares its rarest letter with no other is found as quickly as such a letter.
_LONG = {word for ((_, word), *more) in _BY_BYTE.values() if not more and len(word) > 4}
_BY_WORD = {word: tuple(given for given in _WORDS if given.word == word) for word in _LONG}
_BY_RAREST = [
    _from_rarest(byte, words) for byte, words in _BY_BYTE.items() if words[0][1] not in _LONG
]
# Those of letters beyond ASCII are rare where these letters are not.
_BEYOND = {
    letters: one_of(byte, [Mark(byte, *around(*one))])
    for letters, given in _BEYOND_ASCII.items()
    for byte, (one,) in by_rarest([given.word]).items()
}


def _lets(line: bytes, _rest: bytes) -> bool:
    return any(given.word in line and given.search(line) for given in _ALL)


def names_secret(row: Row) -> bool:
    """Whether the line may give a secret by its name, which is the gate of all such rules."""
    return row.hides_ascii or _lets(row.line, row.rare_bytes)


def _hint(batch: LineBatch) -> Iterable[int]:
    suspects: list[tuple[Iterable[int], tuple[_Given, ...]]]
    suspects = [(batch.marked(mark), given) for mark, given in _BY_MARK.items()]
    suspects += [(batch.having(word), given) for word, given in _BY_WORD.items()]
    suspects += [
        (batch.lines_at(batch.places(pattern)), (_BEYOND_ASCII[letters],))
        for letters, pattern in _BEYOND.items()
        if letters in batch.beyond_ascii
    ]
    suspects.append((batch.escaped, _ESCAPED))
    suspects += [(batch.lines_at(batch.places_of(one)), _LOGINS) for one in _COMMAND_OPTIONS]
    lines = batch.lines
    found = {
        at
        for places, all_given in suspects
        for at in places
        for given in all_given
        if given.word in lines[at] and given.search(lines[at])
    }
    for pattern in _BY_RAREST:
        found.update(batch.lines_at(batch.places(pattern)))
    return found


HINTS[names_secret] = _hint
LETS[names_secret] = _lets
