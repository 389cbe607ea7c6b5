"""What the list of problems says that fixing all of a rule does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import pytest

from tui.core.checks import RULES
from tui.core.checks.registry import Finding, issue
from tui.screens.datasets.problems.problem_rows import ProblemRows

if TYPE_CHECKING:
    from tui.core.checks import Issue


class _Found:
    """The problems of one rule in two lines."""

    def __init__(self, rule: str) -> None:
        self._rule = RULES[rule]
        self.by_rule = Counter({rule: 2})

    def severity(self, _rule: str) -> Any:
        return self._rule.severity

    def lines_of(self, _rule: str) -> list[int]:
        return [1, 2]

    def at(self, line: int) -> list[Issue]:
        return [issue(self._rule, Finding("what it is"), line)]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("answer-whitespace", "fixes all"),
        ("pretty-printed", "asks where to repair it"),
        ("utf-16", "asks where to repair it"),
        ("json-array", "fixes them, or asks where to"),
        ("crlf", "asks how to save it"),
        ("wrong-extension", "asks for a better name"),
    ],
)
def test_a_rule_says_whether_its_repair_asks(rule: str, said: str) -> None:
    rows = ProblemRows(cast("Any", _Found(rule)), set(), 2)
    assert rows.text(0, 80).plain.endswith(f" {said}")
