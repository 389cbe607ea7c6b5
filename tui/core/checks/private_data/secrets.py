"""Rules on secrets and personal data. A message never repeats what it found.

Every text of a line is looked at, as `line_texts` walks through them; what the rules find here
is what the gate before an upload stops at, and what redaction replaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tui.core.checks.fast.byte_prefilter import LETS, common, marked
from tui.core.checks.fast.rare_bytes import hides_ascii, rare_bytes
from tui.core.checks.private_data.line_texts import LineTexts, unescaped
from tui.core.checks.registry import RULES, Finding, row_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from tui.core.checks.fast.byte_prefilter import LineBatch
    from tui.core.checks.private_data.line_texts import Text
    from tui.core.checks.registry import Gate, Rule, Severity
    from tui.core.checks.row import Row

    Extent = Callable[[re.Match[str]], tuple[int, int]]
    # Of a text: where what is found begins and ends, and what of that has to go.
    Finder = Callable[[Text], Iterable[tuple[int, int, int, int]]]
    Along = Callable[[str, int], Iterable[tuple[int, int]]]

_LEARNED = "What is trained can be asked out of the model again."
_ADDRESS_IN_PATH = re.compile(r"[A-Za-z0-9._%+'-]*@[^\[\]]*")
# Words that say what a number is stand this many characters before or after it in the line.
_BEFORE, _AFTER = 80, 40


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one rule looks for.

    `accept` says of a match alone whether it is one, `near` of a match and what stands around
    it in the line. `extent` returns what has to go, which may be more, or less, than the match.
    `lets` tells, from a line and its rare bytes, whether there may be a match at all. What takes
    more than a match is found by `finder` in a text; `along` returns what goes with it in a line,
    from where it ends.
    """

    rule: str
    title: str
    expression: re.Pattern[str]
    accept: Callable[[str], bool] | None
    near: Callable[[re.Match[str], str], bool] | None
    extent: Extent
    lets: Callable[[bytes, bytes], bool]
    finder: Finder | None = None
    along: Along | None = None

    def may_find(self, line: bytes, rest: bytes) -> bool:
        """Whether a line, whose rare bytes are `rest`, may hold what the rule looks for."""
        return self.lets(line, rest) or hides_ascii(line, rest)

    def finds(self, found: re.Match[str]) -> bool:
        """Whether a match is one by itself."""
        return self.accept is None or self.accept(found[0])

    def spans(self, text: Text, texts: LineTexts) -> Iterable[tuple[int, int, int, int]]:
        """Return where in a text something is, from its start to its end, and what has to go."""
        if self.finder is not None:
            return self.finder(text)
        return (
            (*match.span(), *self.extent(match))
            for match in self.expression.finditer(text.text)
            if self.finds(match) and self._is_near(match, text, texts)
        )

    def _is_near(self, match: re.Match[str], text: Text, texts: LineTexts) -> bool:
        if self.near is None:
            return True
        start, end = text.in_line(match.start()), text.in_line(match.end())
        return self.near(match, _around(texts.line, start, end))


class Span(NamedTuple):
    """What a rule found: from `start` to `end` in the line; `character` of its text, from 0.

    `along` is where the rest of it stands, such as the lines of a key that is a list of lines.
    """

    rule: str
    start: int
    end: int
    text: Text
    character: int
    along: tuple[tuple[int, int], ...] = ()


PATTERNS: dict[str, Pattern] = {}


def spans(texts: LineTexts, pattern: Pattern) -> list[Span]:
    """Return what a rule finds in a line, in order; a thing seen at two depths once."""
    found: list[tuple[int, int, Span]] = []
    search = pattern.expression.search if pattern.finder is None else None
    for text in texts.texts:
        if search is not None and search(text.text) is None:
            continue  # as in most texts
        for start, end, first, last in pattern.spans(text, texts):
            if text.escapes and texts.splits_escape(text, start):
                continue
            place = text.in_line(start), text.in_line(end)
            gone = text.in_line(first), text.in_line(last)
            along = tuple(pattern.along(texts.line, gone[1])) if pattern.along else ()
            span = Span(pattern.rule, *gone, text, text.in_outermost(start), along)
            found.append((*place, span))
    found.sort(key=lambda one: one[:2])
    kept: list[Span] = []
    reached = -1
    for start, end, span in found:
        if start >= reached:
            kept.append(span)
        reached = max(reached, end)
    return kept


def _around(line: str, start: int, end: int) -> str:
    r"""Return what stands around a place of a line: as it is written, and as it is read.

    Written, the end of an escape looks like the first letter of the word after it (\ncard), and a
    letter may be an escape (cart\u00e3o). Read, a word after a backslash may lose its first letter.
    """
    near = [line[max(start - _BEFORE, 0) : end + _AFTER]]
    while "\\" in near[-1]:  # once for each string that it is in
        read, _ = unescaped(near[-1])
        if read == near[-1]:
            break
        near.append(read)
    return "\n".join(near)


def where_of(texts: LineTexts, span: Span) -> str:
    """Return the JSON path of the text that something was found in, for people to read.

    A key may itself be what was found, or stand above it: then there is a … in its place.
    """
    return _path_to_show(texts.path(span.text))


@lru_cache(maxsize=1024)  # nearly all of a file are one of a few
def _path_to_show(path: str) -> str:
    path = _ADDRESS_IN_PATH.sub("…", path)
    for pattern in PATTERNS.values():
        path = pattern.expression.sub("…", path)
    return path


def private_findings(
    data: bytes, asked: Collection[str] | None = None
) -> list[tuple[Rule, Finding]]:
    """Return what all rules find in a line that is not an example.

    `asked` are those that may find something in the line as it stands, if that is known.
    """
    if b"\0" in data:
        data, asked = data.replace(b"\0", b""), None
    rest = rare_bytes(data)
    patterns = [PATTERNS[rule] for rule in (PATTERNS if asked is None else asked)]
    wanted = [one for one in patterns if one.may_find(data, rest)]
    if not wanted:
        return []
    texts = LineTexts(data)
    return [
        (RULES[one.rule], Finding(_message(one.title, span), where_of(texts, span)))
        for one in wanted
        for span in spans(texts, one)
    ]


def pattern_rule(  # noqa: PLR0913 - one keyword a way to find
    rule_id: str,
    severity: Severity,
    title: str,
    gate: Gate,
    expression: str,
    accept: Callable[[str], bool] | None = None,
    *,
    near: Callable[[re.Match[str], str], bool] | None = None,
    extent: Extent = re.Match.span,
    finder: Finder | None = None,
    along: Along | None = None,
) -> None:
    """Register a rule that looks for `expression` in lines that `gate` lets through."""
    lets = LETS.get(gate, _with_at)
    sought = re.compile(expression)
    pattern = Pattern(rule_id, title, sought, accept, near, extent, lets, finder, along)
    PATTERNS[rule_id] = pattern

    def find(row: Row) -> Iterable[Finding]:
        texts = row.line_texts
        return [
            Finding(
                _message(title, span),
                where_of(texts, span),
                row.place_at(texts.path(span.text)),
            )
            for span in spans(texts, pattern)
        ]

    def count(row: Row) -> int:
        return len(spans(row.line_texts, pattern))

    text = f"{_LEARNED} Replace it by a placeholder."
    row_rule(rule_id, severity, title, text, fixable=True, gate=gate, count=count)(find)


def _with_at(line: bytes, _rest: bytes) -> bool:
    return b"@" in line


def _message(title: str, span: Span) -> str:
    return f"Character {span.character + 1}: {title}. Replace it by a placeholder."


def _mixed(text: str) -> bool:
    """Tell a key, which mixes digits and letters, from words after sk-."""
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


# Letters with accents, and bytes of another encoding, which may be such letters.
_LETTERS = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_LOCAL_PART = re.compile(rf"[A-Za-z0-9{_LETTERS}\udcc0-\udcff._%+'-]{{1,64}}\Z")
# To the end of the key; of one that is cut, all that looks like its lines.
_KEY_BODY = re.compile(
    r"[^\"{}\[\]]{0,20000}?-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:(?:\s|\\+[nr])*(?:[A-Za-z0-9+/=]{16,}|[A-Za-z-]+: [^\n\\\"]*))+"
    r"(?:(?:\s|\\+[nr])+[A-Za-z0-9+/]{1,15}={0,2}(?![\w-]))?"
)


def _whole_key(found: re.Match[str]) -> tuple[int, int]:
    body = _KEY_BODY.match(found.string, found.end())
    return found.start(), body.end() if body else found.end()


# The next line of a key in a list of lines: its quotes, and what is between them.
_KEY_LINE = re.compile(
    r"(?:\\+[nr])*\\*[\"']\s*[,+]?(?:\s|\\+[nrt])*\\*[\"']"
    r"((?:-----END [^\"']{0,40}?-----|(?:[A-Za-z0-9+/=]|\\+/){16,}|[A-Za-z-]+: [^\n\\\"']*"
    r"|(?:[A-Za-z0-9+/=]|\\+/){0,15}(?=[\\nr]*[\"']\s*[,+]?(?:\s|\\+[nrt])*\\*[\"']-----END)))"
)


def _key_lines(line: str, at: int) -> Iterable[tuple[int, int]]:
    while found := _KEY_LINE.match(line, at):
        at = found.end()
        if found[1]:
            yield found.span(1)
        if found[1].startswith("-"):
            return


# The secret that belongs to an access key has no mark: it stands beside its key.
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_AWS_NEAR = 120


def _aws_secret(line: str, at: int) -> Iterable[tuple[int, int]]:
    for found in _AWS_SECRET.finditer(line, at, at + _AWS_NEAR):
        if _mixed(found[0]) and found[0] not in {found[0].lower(), found[0].upper()}:
            yield found.span()
            return


def _credentials(found: re.Match[str]) -> tuple[int, int]:
    return found[0].index("://") + 3 + found.start(), found.start() + found[0].index("@")


def _whole_address(found: re.Match[str]) -> tuple[int, int]:
    local = _LOCAL_PART.search(found.string, max(found.start() - 64, 0), found.start())
    return (local or found).start(), found.end()


# Each begins with a letter, which is searched for at once, and only then looks behind it.
pattern_rule(
    "secret-api-key",
    "warning",
    "API key",
    marked(runs={"-": "(?<=sk-)[A-Za-z0-9_-]{20}", "_": "(?<=[sr]k_)live_[A-Za-z0-9]{16}"}),
    r"[rs](?<![A-Za-z0-9][rs])k(?:(?<=sk)-[A-Za-z0-9_-]{20,}|_live_[A-Za-z0-9]{16,})",
    _mixed,
)
pattern_rule(
    "secret-aws-key",
    "warning",
    "AWS access key",
    marked(b"AKIA", b"ASIA"),
    r"A(?<![A-Z0-9]A)(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])",
    along=_aws_secret,
)
pattern_rule(
    "secret-github-token",
    "warning",
    "GitHub token",
    marked(runs={"_": "(?<=gh[pousr]_)[A-Za-z0-9]{36}|(?<=github_)pat_[A-Za-z0-9_]{22}"}),
    r"g(?<![A-Za-z0-9]g)(?:h[pousr]_[A-Za-z0-9]{36,}|ithub_pat_[A-Za-z0-9_]{22,})",
)
pattern_rule(
    "secret-slack-token",
    "warning",
    "Slack token",
    marked(b"xoxa-", b"xoxb-", b"xoxe-", b"xoxp-", b"xoxr-", b"xoxs-"),
    r"x(?<![A-Za-z0-9]x)ox[abeprs]-[A-Za-z0-9-]{10,}",
)
pattern_rule(
    "secret-google-key",
    "warning",
    "Google API key",
    marked(b"AIza"),
    r"A(?<![A-Za-z0-9]A)Iza[A-Za-z0-9_-]{35}",
)
pattern_rule(
    "secret-private-key",
    "warning",
    "Private key",
    marked(b"PRIVATE KEY"),
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
    extent=_whole_key,
    along=_key_lines,
)
pattern_rule(
    "secret-jwt",
    "warning",
    "Signed token (JWT)",
    marked(b".eyJ"),
    r"e(?<![A-Za-z0-9_-]e)yJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
)
pattern_rule(
    "secret-connection",
    "warning",
    "Address with a password",
    # Some writers escape slashes, and what is JSON in a string escapes that again.
    marked(b"://", rb"\/", exact=r":\\*/\\*/[^\s/@\"']{0,500}:[^\s/@\"']{1,1000}@[^\s\"']{3}"),
    r"(?<![a-z0-9+])[a-z][a-z0-9+]{1,20}://[^\s:/@\"']{0,64}:[^\s:/@\"']{1,128}@[^\s\"']{3,253}",
    extent=_credentials,
)
# Looked for from the @ on, which is rare, not from every letter.
_EMAIL_DOMAIN = (
    rf"[A-Za-z0-9{_LETTERS}](?:[A-Za-z0-9{_LETTERS}-]{{0,62}}\.)+[A-Za-z]{{2,24}}(?![A-Za-z0-9])"
)
_EMAIL = rf"@(?<=[A-Za-z0-9{_LETTERS}\udcc0-\udcff_%+-]@)" + _EMAIL_DOMAIN
# The same in bytes: letters with accents take two, and of another encoding one.
_ACCENTED = (
    rb"(?:[A-Za-z0-9-]|\xc3[\x80-\x96\x98-\xb6\xb8-\xbf]|[\xc4-\xc8][\x80-\xbf]|\xc9[\x80-\x8f])"
)
# Nearly all are of ASCII, which is matched several times as fast.
_EMAIL_BYTES = re.compile(
    rb"@(?:(?<=[A-Za-z0-9\xc0-\xff_%+-]@)|(?<=\xc3[\x80-\x96\x98-\xb6\xb8-\xbf]@)"
    rb"|(?<=[\xc4-\xc8][\x80-\xbf]@)|(?<=\xc9[\x80-\x8f]@))(?!-)"
    rb"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+"
    + (rb"|%b(?:%b{0,62}\.)+)" % (_ACCENTED, _ACCENTED))
    + rb"[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
# What ends an escape and stands before an @ is not a letter of an address.
_ESCAPED_NEAR = re.compile(
    rb"@(?:(?<=\\[bfnrt]@)|(?<=\\u[0-9a-fA-F]{4}@)|[A-Za-z0-9.\x80-\xff-]*\\u0)"
)


# What is left of it in the rare bytes.
_ESCAPED_IN_RARE = re.compile(
    rb"@(?:(?<=\\@)|%b|[A-Z0gkuxyz.-]*\\u0)"
    % b"|".join(rb"(?<=\\u%b@)" % (b"[0A-F]" * count) for count in range(5))
)


def _perhaps_escaped(batch: LineBatch) -> Iterable[int]:
    for at in batch.matching(_ESCAPED_IN_RARE):
        if _ESCAPED_NEAR.search(batch.lines[at]):
            yield at


pattern_rule(
    "personal-email",
    "info",
    "E-mail address",
    common(b"@", _EMAIL_BYTES, _perhaps_escaped),
    _EMAIL,
    extent=_whole_address,
)
# As addresses of pages and HTML write them.
pattern_rule(
    "personal-email-escaped",
    "info",
    "E-mail address, its @ escaped",
    marked(b"%40", b"&#64;", b"&#x40;", b"&commat;"),
    r"(?:%40(?<=[A-Za-z0-9_+-]%40)|&#64;(?<=[A-Za-z0-9_+-]&#64;)|&#x40;(?<=[A-Za-z0-9_+-]&#x40;)"
    r"|&commat;(?<=[A-Za-z0-9_+-]&commat;))" + _EMAIL_DOMAIN,
    extent=_whole_address,
)
