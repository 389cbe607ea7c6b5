"""All rules by id, in the order of registration, with what is fixed about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.checks.findings import Issue, Severity

if TYPE_CHECKING:
    from tui.core.checks.findings import Finding

Scope = Literal["line", "row", "file"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: an error is what the server would refuse, or what makes training void."""

    id: str
    severity: Severity
    title: str
    explanation: str
    fixable: bool
    scope: Scope


RULES: dict[str, Rule] = {}


def register(rule: Rule) -> Rule:
    """Take in a rule. Raises ValueError for a second one of the same id."""
    if rule.id in RULES:
        raise ValueError(f"two rules are called {rule.id}")
    RULES[rule.id] = rule
    return rule


def rule_numbers() -> dict[str, int]:
    """Return the byte that stands for each rule in a signature."""
    if len(_NUMBER_OF_RULE) != len(RULES):
        _NUMBER_OF_RULE.update({rule: number for number, rule in enumerate(RULES)})
    return _NUMBER_OF_RULE


_NUMBER_OF_RULE: dict[str, int] = {}


def told_of_foreign(rule: str) -> bool:
    """Whether a rule speaks of an example of another format: what it is, and what it gives away."""
    return rule in {"foreign-format", "unknown-format", "duplicate-key"} or rule.startswith(
        ("secret-", "personal-")
    )


def issue(rule: Rule, finding: Finding, line: int) -> Issue:
    """Join a rule and what it found."""
    return Issue(
        line,
        rule.id,
        rule.severity,
        finding.where,
        finding.message,
        rule.fixable and not finding.by_hand,
        finding.place,
    )
