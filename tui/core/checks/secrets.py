"""Rules on secrets and personal data. A message never repeats what it found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.checks.model import TIDY_COUNTS, Finding, row_rule
from tui.core.checks.sieve import LETS, common, marked, shaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui.core.checks.model import Gate, Severity
    from tui.core.checks.row import Row

# What each rule looks for; a match may be less than what has to go.
PATTERNS: dict[str, re.Pattern[str]] = {}
_LEARNED = "What is trained can be asked out of the model again."


def pattern_rule(
    rule_id: str,
    severity: Severity,
    title: str,
    gate: Gate,
    pattern: str,
    accept: Callable[[str], bool] | None = None,
) -> None:
    """Register a rule that looks for `pattern` in lines that `gate` lets through."""
    compiled = PATTERNS[rule_id] = re.compile(pattern)

    def find(row: Row) -> Iterable[Finding]:
        return [
            Finding(_message(title, match), where, place)
            for where, place, text in row.texts
            for match in compiled.finditer(text)
            if accept is None or accept(match[0])
        ]

    def count(row: Row) -> int:
        texts = row.plain_texts if row.roles else [text for _, _, text in row.texts]
        found = [match for text in texts for match in compiled.findall(text)]
        return len(found) if accept is None else sum(map(accept, found))

    def count_tidy(line: bytes, rest: bytes, messages: list[dict[str, Any]]) -> int:
        if not LETS[gate](line, rest):
            return 0
        found = [match for message in messages for match in compiled.findall(message["content"])]
        return len(found) if accept is None else sum(map(accept, found))

    if gate in LETS:
        TIDY_COUNTS[rule_id] = count_tidy
    text = f"{_LEARNED} Replace it by a placeholder."
    row_rule(rule_id, severity, title, text, fixable=True, gate=gate, count=count)(find)


def _message(title: str, match: re.Match[str]) -> str:
    return f"Character {match.start() + 1}: {title}. Replace it by a placeholder."


def luhn(text: str) -> bool:
    """Tell whether the digits of `text` carry the check digit of a payment card."""
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def iban(text: str) -> bool:
    """Tell whether `text` carries the check digits of a bank account number."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _mixed(text: str) -> bool:
    """Tell a key, which mixes digits and letters, from words after sk-."""
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


pattern_rule(
    "secret-api-key",
    "warning",
    "API key",
    marked(b"sk-", b"sk_live_"),
    r"(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{20,}|sk_live_[A-Za-z0-9]{16,})",
    _mixed,
)
pattern_rule(
    "secret-aws-key",
    "warning",
    "AWS access key",
    marked(b"AKIA", b"ASIA"),
    r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])",
)
pattern_rule(
    "secret-github-token",
    "warning",
    "GitHub token",
    marked(b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"),
    r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
)
pattern_rule(
    "secret-slack-token",
    "warning",
    "Slack token",
    marked(b"xoxa-", b"xoxb-", b"xoxe-", b"xoxp-", b"xoxr-", b"xoxs-"),
    r"(?<![A-Za-z0-9])xox[abeprs]-[A-Za-z0-9-]{10,}",
)
pattern_rule(
    "secret-google-key",
    "warning",
    "Google API key",
    marked(b"AIza"),
    r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}",
)
pattern_rule(
    "secret-private-key",
    "warning",
    "Private key",
    marked(b"PRIVATE KEY"),
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
)
pattern_rule(
    "secret-jwt",
    "warning",
    "Signed token (JWT)",
    marked(b".eyJ"),
    r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
)
pattern_rule(
    "secret-connection",
    "warning",
    "Address with a password",
    marked(b"://"),
    r"(?<![a-z0-9+])[a-z][a-z0-9+]{1,20}://[^\s:/@\"']{1,64}:[^\s:/@\"']{1,128}@[^\s\"']{3,253}",
)
pattern_rule(
    "personal-card",
    "warning",
    "Payment card number",
    shaped(b"0000", ("00-?0000-?000",), r"[0-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{3}"),
    r"(?<![\d.-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\d-])",
    luhn,
)
pattern_rule(
    "personal-iban",
    "warning",
    "Bank account number (IBAN)",
    shaped(b"00", ("00(?<=[A-Z]00)[A-Z0]{4}",), r"[A-Z][0-9]{2} ?[A-Z0-9]{4}"),
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])",
    iban,
)
# Looked for from the @ on, which is rare, not from every letter.
_EMAIL = r"@(?<=[A-Za-z0-9_%+-]@)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}(?![A-Za-z0-9])"
# What ends an escape and stands before an @ is no letter of an address.
_ESCAPED_BEFORE = re.compile(rb"\\(?:[bfnrt]|u[0-9a-fA-F]{4})@")
_ESCAPED_IN_SIEVE = re.compile(rb"\\u[0A-F]{0,4}@")


def _perhaps_escaped(line: bytes, rest: bytes) -> bool:
    escaped = b"\\@" in rest or (b"\\u" in rest and _ESCAPED_IN_SIEVE.search(rest))
    return bool(escaped) and _ESCAPED_BEFORE.search(line) is not None


pattern_rule(
    "personal-email",
    "info",
    "E-mail address",
    common(b"@", re.compile(_EMAIL.encode()), _perhaps_escaped),
    _EMAIL,
)
