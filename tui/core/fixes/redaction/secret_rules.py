"""Which problems are secrets or personal data, about which is asked before a file is sent."""

from __future__ import annotations

from tui.core.checks import RULES
from tui.core.fixes.redaction.redaction import PLACEHOLDERS


def is_secret(rule: str) -> bool:
    """Whether a rule finds keys, tokens or numbers of cards and accounts.

    Mail addresses alone are no reason to stop: they are often meant to be there.
    """
    return rule in PLACEHOLDERS and RULES[rule].severity != "info"
