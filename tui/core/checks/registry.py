"""The registry of rules.

A rule is one small function that is given a subject and returns findings; what is fixed about
it (id, severity, wording) stands in its `Rule`. There are three kinds of subject, and so of
rules: a line that is not a JSON object, an example, and the file as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tui.core.checks.findings import (
    SEVERITIES,
    BadLine,
    FileFacts,
    Finding,
    Issue,
    PairFindings,
    RowFacts,
    RowReport,
    Severity,
)
from tui.core.checks.rules import RULES, Rule, issue, register, told_of_foreign

if TYPE_CHECKING:
    from tui.core.checks.row import Row
    from tui.core.checks.whole_file.file_view import WholeFile

__all__ = [  # what a module of rules needs
    "RULES",
    "SEVERITIES",
    "BadLine",
    "FileFacts",
    "Finding",
    "Issue",
    "PairFindings",
    "RowFacts",
    "RowReport",
    "Rule",
    "Severity",
    "always",
    "closed_to_tidy",
    "file_rule",
    "issue",
    "line_rule",
    "row_rule",
    "told_of_foreign",
]

LineFunction = Callable[[BadLine], Finding | None]
RowFunction = Callable[["Row"], Iterable[Finding]]
Gate = Callable[["Row"], bool]
Count = Callable[["Row"], int]
FileFunction = Callable[["WholeFile"], Iterable[Finding]]

LINE_RULES: list[tuple[Rule, LineFunction]] = []
# By the gate that says whether an example can have what the rules are about at all: most
# examples have no tools and no images, and asking once is cheaper than asking in each rule.
ROW_RULES: dict[Gate, list[tuple[Rule, RowFunction]]] = {}
CLOSED_TO_TIDY: set[Gate] = set()
# For rules that find much: how many findings there are, without making them.
COUNTS: dict[str, Count] = {}
FILE_RULES: list[tuple[Rule, FileFunction]] = []


def line_rule(
    rule_id: str, severity: Severity, title: str, explanation: str, *, fixable: bool = False
) -> Callable[[LineFunction], LineFunction]:
    """Register a rule on lines that are not a JSON object. The first that finds something wins."""
    rule = register(Rule(rule_id, severity, title, explanation, fixable, "line"))

    def keep(function: LineFunction) -> LineFunction:
        LINE_RULES.append((rule, function))
        return function

    return keep


def always(_row: Row) -> bool:
    """Let every example through: the gate of rules that concern all."""
    return True


def closed_to_tidy(gate: Gate) -> Gate:
    """Mark a gate that lets no tidy chat through (see `Row.tidy`): it need not be asked then."""
    CLOSED_TO_TIDY.add(gate)
    return gate


def row_rule(
    rule_id: str,
    severity: Severity,
    title: str,
    explanation: str,
    *,
    fixable: bool = False,
    gate: Gate = always,
    count: Count | None = None,
) -> Callable[[RowFunction], RowFunction]:
    """Register a rule on those single examples that `gate` lets through.

    `count` says how many findings the function would return.
    """
    rule = register(Rule(rule_id, severity, title, explanation, fixable, "row"))
    if count is not None:
        COUNTS[rule_id] = count

    def keep(function: RowFunction) -> RowFunction:
        ROW_RULES.setdefault(gate, []).append((rule, function))
        return function

    return keep


def file_rule(
    rule_id: str, severity: Severity, title: str, explanation: str, *, fixable: bool = False
) -> Callable[[FileFunction], FileFunction]:
    """Register a rule on the file as a whole."""
    rule = register(Rule(rule_id, severity, title, explanation, fixable, "file"))

    def keep(function: FileFunction) -> FileFunction:
        FILE_RULES.append((rule, function))
        return function

    return keep
