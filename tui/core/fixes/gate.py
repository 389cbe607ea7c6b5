"""Looking for secrets before data leaves the machine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tui.core.checks import RULES, check_row
from tui.core.fixes.redaction import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.checks import Issue


def secrets_in(rows: Iterable[bytes]) -> Counter[str]:
    """Count keys, tokens and numbers of cards and accounts in the lines of a file, by rule.

    Mail addresses alone are no reason to stop: they are often meant to be there.
    """
    return secrets_of(issue for row in rows for issue in check_row(2, row).issues)


def secrets_of(issues: Iterable[Issue]) -> Counter[str]:
    """Count the secrets among problems found already, by rule."""
    return Counter(one.rule for one in issues if is_secret(one.rule))


def is_secret(rule: str) -> bool:
    """Whether a rule finds what should not leave the machine."""
    return rule in PLACEHOLDERS and RULES[rule].severity != "info"


def secret_words(counts: Mapping[str, int]) -> str:
    """Return counts by rule in words, such as "2 × API key, 1 × Payment card number"."""
    return ", ".join(f"{count:,} × {RULES[rule].title}" for rule, count in counts.items())
