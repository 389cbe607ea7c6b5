"""Rules on secrets that are known by their names: settings, fields, headers, parameters.

Only the value is a secret; its name, quotes and all around it stay. A shape that another rule
knows, such as that of an API key, is left to that rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.core.checks.fast.byte_prefilter import marked
from tui.core.checks.fast.named_prefilter import IN_LANGUAGES, SUFFIX, names_secret
from tui.core.checks.private_data import (
    service_tokens,  # noqa: F401 - registers its shapes, which are asked for here
)
from tui.core.checks.private_data.commands import passwords_in_commands
from tui.core.checks.private_data.secret_values import (
    is_secret_value,
    is_token,
    is_token_in_address,
)
from tui.core.checks.private_data.secrets import PATTERNS, pattern_rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.checks.private_data.line_texts import Text
    from tui.core.checks.private_data.secret_values import Given
    from tui.core.checks.private_data.secrets import Finder

    Place = tuple[int, int, int, int]

_SHAPES = [one for one in PATTERNS.values() if one.rule.startswith("secret-")]

_PASSWORD = (
    r"(?:pass(?:word|wort|wd)|(?<![A-Za-z$])(?-i:[Pp]wd)|(?-i:(?<=_)PWD)"
    r"|(?<![A-Za-z])(?-i:PASS)"
    rf"|(?<!\w)(?:{'|'.join(IN_LANGUAGES)}))"
)
_SECRET = (
    r"(?:secret(?:[_-]?(?:access[_-]?)?key(?:[_-]?base)?)?"  # noqa: S105 - a pattern
    r"|(?:api|access|account|encryption|signing|master|auth|service[_-]?role|private|storage"
    r"|subscription|license|admin|deploy|function|host)[_-]?key"
    r"|(?:access|auth|refresh|id|bearer|session|api|bot|personal|security|secret|csrf|xsrf|user"
    r"|client|device|login|reset|github|gitlab|npm|slack|hf|vault|jwt|deploy)[_-]?token"
    r"|(?<![A-Za-z_-])token|(?-i:TOKEN)|(?<=[?&])(?:key|sig))"
)
_SIGNATURE = r"(?<=[?&])(?:(?:x-amz-|x-goog-)?signature|sig|key|x-amz-security-token)"
# A sign of giving; before it a type in code, and what ends a name in quotes.
_GIVES = (
    r"(?P<close>[\"'`]?\]?)\*{0,2}[ \t]{0,8}(?::[ ]?[A-Za-z]{2,12}[ ]?(?==(?!=)))?"
    r"(?P<sign>=>|:=|=(?!=)|:(?!:)|\uff1a)(?P<gap>\*{0,2}[ \t]{0,8})"
)
_VALUE = (
    r"(?:[rbuf]{0,2}(?P<quote>[\"'`])(?P<quoted>[^\"'`\n]{6,4096})(?P=quote)"
    r"|(?P<open>[^\s\"'`]{6,4096}))"
)
_OPEN_END = re.compile(r"[;,)\]}>]|\\[nrt\"'u]")
_PARAMETER_END = re.compile(r"[;,&#)\]}>]|\\[nrt\"'u]")
_SETTING_END = re.compile(r";|\\[nrt\"'u]")
_NOT_OF_NAME = re.compile(r"[^A-Za-z0-9_]")
_CALLS = re.compile(r"[\w.$]*[\w$]\(|[\w.]*\w\[")


def _given_by(name: str) -> str:
    return rf"(?i)(?P<name>{name}{SUFFIX}){_GIVES}{_VALUE}"


def _has_shape(value: str) -> bool:
    return any(
        (found := shape.expression.fullmatch(value)) is not None and shape.finds(found)
        for shape in _SHAPES
    )


def _given(found: re.Match[str], *, password: bool) -> tuple[int, int] | None:
    """Return where the value stands that a match gives to a name, if it is a secret."""
    if found["quoted"] is not None:
        value, start = found["quoted"], found.start("quoted")
        plausible = is_secret_value(value, "quoted", password=password)
        return (start, start + len(value)) if plausible and not _has_shape(value) else None
    # What stands in the open after a name in quotes is a number, or code.
    number = found["close"] == '"' and found["open"].rstrip("},] ").isdigit()
    if (found["close"][:1] or _CALLS.match(found["open"])) and not (password and number):
        return None
    value, setting = _open_value(found)
    start = found.start("open")
    given: Given = "setting" if setting else "open"
    if password and not setting and _is_alone(found, start + len(value)):
        given = "alone"
    plausible = is_secret_value(value, given, password=password)
    return (start, start + len(value)) if plausible and not _has_shape(value) else None


def _open_value(found: re.Match[str]) -> tuple[str, bool]:
    """Return what is given in the open, "" for code, and whether it is so in a setting."""
    start, sign = found.start(), found["sign"]
    before = found.string[max(start - 64, 0) : start]
    name = _NOT_OF_NAME.split(before)[-1] + found["name"]
    setting = name.isupper() and sign == "=" and not found["gap"]
    ends = _SETTING_END if setting else _OPEN_END if sign == ":" else _PARAMETER_END
    end = ends.search(found["open"])
    value = found["open"][: end.start()] if end else found["open"]
    if end and end[0] == ")" and value.isidentifier():
        return "", False  # an argument of a call
    return (value, True) if setting else (value.rstrip(".,:").removesuffix("**"), False)


# What may stand in a line before a name that is given a password there: marks of lists and such.
_LINE_BEGINS = re.compile(r"(?:\A|(?<=\n))[ \t>*#|+-]*(?:\w{1,20}[ _-])?\Z")
_LINE_ENDS = re.compile(r"[ \t]*\**[ \t]*(?:\r?\n|\Z)")
_CONNECTION = re.compile(r"[;&?][ ]?\Z")


def _is_alone(found: re.Match[str], end: int) -> bool:
    """Whether name and value have a line for themselves, or are one part of a connection."""
    text, start = found.string, found.start()
    before = text[max(start - 40, 0) : start]
    if start > 40:
        before = f" {before}" if "\n" not in before else before
    if _LINE_ENDS.match(text, end) and not (found["sign"] == "=" and found["gap"]):
        return _LINE_BEGINS.search(before) is not None
    if found["sign"] == "=" and not found["gap"] and text[end : end + 1] in {"", ";", "&"}:
        return _CONNECTION.search(before) is not None
    return False


_GIVES_SOON = re.compile(r"[\w -]{0,40}[\"'`\]*]{0,5}[ \t]{0,8}[:=\uff1a]")


def _lower(text: str) -> str:
    return text.replace("\u0130", "i").lower()  # the one letter that would become two


def _windows(text: str, words: tuple[str, ...]) -> Iterable[tuple[int, int]]:
    """Yield where a name may begin that is given something, and where its line ends."""
    lower = _lower(text)
    starts: set[int] = set()
    for word in filter(str.isascii, words) if text.isascii() else words:
        at = lower.find(word)
        while at >= 0:
            if _GIVES_SOON.match(lower, at):
                starts.add(at)
            at = lower.find(word, at + 1)
    for at in sorted(starts):
        end = text.find("\n", at)
        yield max(at - 16, 0), len(text) if end < 0 else min(end, at + 4200)


def _finder(name: str, words: tuple[str, ...], *, password: bool) -> Finder:
    keyed, given = re.compile(rf"(?i){name}{SUFFIX}\Z"), re.compile(_given_by(name))

    def find(text: Text) -> Iterable[Place]:
        whole = text.text
        named = text.kind == "string" and text.name and keyed.search(text.name)
        if named and is_secret_value(whole, "quoted", password=password) and not _has_shape(whole):
            yield 0, len(whole), 0, len(whole)
            return
        at = 0
        for start, end in _windows(whole, words):
            if (found := given.search(whole, max(start, at), end)) is None:
                continue
            at = found.end("sign")
            if (place := _given(found, password=password)) is not None:
                yield (found.start(), place[1], *place)
                at = place[1]

    return find


_IN_ADDRESS = re.compile(rf"(?i){_SIGNATURE}=([^\s\"'`&#<>\\;]{{6,2048}})")
# An option of a command, and its value as the next word.
_OPTION_VALUE = (
    r"[ \t]{1,4}(?P<quote>[\"']?)(?![-<\[$])"
    r"(?P<value>(?:(?<=[\"'])[^\"'\n]|[^\s\"'\\`]){6,256})"
)
_SECRET_OPTION = re.compile(
    r"(?<![\w-])--(?:[a-z]{1,16}-){0,3}(?:token|secret|key)" + _OPTION_VALUE
)
_PASSWORD_OPTION = re.compile(r"(?<![\w-])--(?:[a-z]{1,16}-){0,3}pass(?:word|wd)" + _OPTION_VALUE)


def _in_options(option: re.Pattern[str], text: str, *, password: bool) -> Iterable[Place]:
    for found in option.finditer(text) if "--" in text else ():
        value = found["value"]
        given: Given = "quoted" if found["quote"] else "open"
        if is_secret_value(value, given, password=password) and not _has_shape(value):
            yield (*found.span(), *found.span("value"))


_find_named = _finder(_SECRET, ("secret", "token", "key"), password=False)


def _find_secrets(text: Text) -> Iterable[Place]:
    yield from _find_named(text)
    yield from _in_options(_SECRET_OPTION, text.text, password=False)
    if "=" not in text.text or "http" not in text.text:
        return
    for found in _IN_ADDRESS.finditer(text.text):
        if is_token_in_address(found[1]) and not _has_shape(found[1]):
            yield (*found.span(), *found.span(1))


_find_passwords_named = _finder(
    _PASSWORD, ("pass", "pwd", *map(_lower, IN_LANGUAGES)), password=True
)
# As XML has it, and as .netrc does.
_IN_TAG = re.compile(r"(?i)<(?:[a-z]+:)?pass(?:word|wd)>(?P<value>[^<\s]{6,256})</")
_NETRC = re.compile(r"\blogin\s+\S{1,64}\s+password\s+(?P<value>[^\s\"'\\]{6,256})")


def _find_passwords(text: Text) -> Iterable[Place]:
    yield from _find_passwords_named(text)
    yield from _in_options(_PASSWORD_OPTION, text.text, password=True)
    for tag in _IN_TAG.finditer(text.text) if "<" in text.text else ():
        if is_secret_value(tag["value"], "quoted", password=True) and not _has_shape(tag["value"]):
            yield (*tag.span(), *tag.span("value"))
    for entry in _NETRC.finditer(text.text) if "login" in text.text else ():
        if is_secret_value(entry["value"], "open", password=True) and not _has_shape(
            entry["value"]
        ):
            yield (*entry.span(), *entry.span("value"))
    for found in passwords_in_commands(text.text):
        if not _has_shape(found["value"]):
            yield (*found.span(), *found.span("value"))


_SCHEME = r"(?:(?:Bearer|Basic|Token|ApiKey|Key|Digest|Negotiate|AWS)[ \t]+)?"
_AUTHORIZATION = re.compile(
    rf"(?i)Authorization[\"'`]?\]?[ \t]*[:=,][ \t]*[\"'`]?{_SCHEME}"
    r"(?P<value>[A-Za-z0-9._~+/=:-]{6,4096})"
)
_COOKIE = re.compile(
    r"(?i)(?P<set>set-)?cookie[\"'`]?\]?[ \t]*[:=,][ \t]*[\"'`]?(?P<value>[\w.-]+=[^\n\"'`]+)"
)
_CREDENTIAL = re.compile(rf"(?i){_SCHEME}(?P<value>[A-Za-z0-9._~+/=:-]{{6,4096}})")
_PAIR = re.compile(r"[^\s=;,]+=(?P<value>[^\s;,\"'\\]{6,4096})")
_HEADER = re.compile(r"(?i)(?:proxy-)?authorization\Z")
_COOKIE_HEADER = re.compile(r"(?i)(?P<set>set-)?cookie\Z")


def _cookie(text: str, start: int, end: int, *, sets: bool) -> tuple[int, int] | None:
    """Return where the secrets of a cookie stand, from the first to the last.

    What sets one has a single value, and attributes after it.
    """
    pairs = [one for one in _PAIR.finditer(text, start, end) if is_token(one["value"])]
    if sets:
        pairs = [one for one in pairs[:1] if ";" not in text[start : one.start()]]
    pairs = [one for one in pairs if not _has_shape(one["value"])]
    return (pairs[0].start("value"), pairs[-1].end("value")) if pairs else None


def _field(text: Text) -> Place | None:
    """Return what has to go of a text that is itself the value of a header."""
    whole, name = text.text, text.name
    if _HEADER.match(name) and (found := _CREDENTIAL.fullmatch(whole)):
        plausible = is_token(found["value"]) and not _has_shape(found["value"])
        return (0, len(whole), *found.span("value")) if plausible else None
    if (header := _COOKIE_HEADER.match(name)) and (
        place := _cookie(whole, 0, len(whole), sets=bool(header["set"]))
    ):
        return 0, len(whole), *place
    return None


def _find_headers(text: Text) -> Iterable[Place]:
    whole = text.text
    if text.name and text.kind == "string" and (field := _field(text)) is not None:
        yield field
        return
    lower = _lower(whole)
    for found in _AUTHORIZATION.finditer(whole) if "authorization" in lower else ():
        if is_token(found["value"]) and not _has_shape(found["value"]):
            yield (*found.span(), *found.span("value"))
    for found in _COOKIE.finditer(whole) if "cookie" in lower else ():
        if place := _cookie(whole, *found.span("value"), sets=bool(found["set"])):
            yield found.start(), place[1], *place


pattern_rule(
    "secret-password",
    "warning",
    "Password",
    names_secret,
    _given_by(_PASSWORD),
    finder=_find_passwords,
)
pattern_rule(
    "secret-named",
    "warning",
    "Secret, key or token given by name",
    names_secret,
    _given_by(_SECRET),
    finder=_find_secrets,
)
pattern_rule(
    "secret-header",
    "warning",
    "Header that signs in",
    names_secret,
    _AUTHORIZATION.pattern,
    finder=_find_headers,
)
pattern_rule(
    "secret-webhook",
    "warning",
    "Webhook address",
    marked(b"hooks.slack.com"),
    r"(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/T?[A-Z0-9]{6,}/[A-Z0-9]{6,}/[A-Za-z0-9/]{12,}",
    extent=lambda found: (found.string.index("/", found.start()) + 1, found.end()),
)
