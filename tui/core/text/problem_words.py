"""Problems of a dataset counted in words, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.checks.findings import Severity

NOUNS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "hint"}


def problem_words(counts: Mapping[Severity, int]) -> str:
    """Return what was found, such as "1 error, 3 hints"; "no problems" where there are none."""
    found = [plural(counts[one], noun) for one, noun in NOUNS.items() if counts.get(one)]
    return ", ".join(found) or "no problems"
