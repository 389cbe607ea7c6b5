from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tui.core.checks import check_row
from tui.core.fixes.redaction.secret_rules import is_secret


def secrets_in(rows: Iterable[bytes]) -> Counter[str]:
    """Count what should not leave the machine in the lines of a file, by rule."""
    found = (issue.rule for row in rows for issue in check_row(2, row).issues)
    return Counter(rule for rule in found if is_secret(rule))
