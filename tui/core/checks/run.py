"""Running the rules: on one line, on the whole file, on both."""

from __future__ import annotations

from codecs import BOM_UTF8
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from tui.core.checks import fast
from tui.core.checks.findings import SEVERITY_RANK
from tui.core.checks.fingerprints import facts_of
from tui.core.checks.private_data.secrets import PATTERNS, private_findings
from tui.core.checks.registry import (
    FILE_RULES,
    LINE_RULES,
    ROW_RULES,
    RULES,
    BadLine,
    FileFacts,
    Finding,
    Issue,
    RowFacts,
    RowReport,
    Rule,
    issue,
    told_of_foreign,
)
from tui.core.checks.report_columns import ReportColumns
from tui.core.checks.row import Row
from tui.core.checks.rules import rule_numbers
from tui.core.checks.whole_file.file_view import WholeFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tui.core.checks.registry import RowFunction

# A file with this damage is not JSONL at all: its other lines only repeat it.
WHOLE_DAMAGE = {"utf-16", "json-array", "pretty-printed"}


def check_row(number: int, line: bytes) -> RowReport:
    """Check one line (1-based `number`), with or without its line ending. Never raises."""
    row = read(number, line)
    if isinstance(row, BadLine):
        rule, finding = damage(row)
        found = [(rule, finding), *private_findings(row.data)]
        bad = [issue(rule, finding, number) for rule, finding in found]
        return RowReport(tuple(sorted(bad, key=_order_in_row)), facts_of_bad(rule))
    issues = [issue(rule, finding, number) for rule, finding in _findings(row)]
    if len(issues) > 1:
        issues.sort(key=_order_in_row)
    return RowReport(tuple(issues), facts_of(row))


def issues_of(number: int, line: bytes, rules: Collection[str]) -> list[Issue]:
    """Return the issues that only these rules find in a line: those it is known to break.

    For putting into words what `check_batch` has found; every other rule is left out.
    """
    row = read(number, line)
    if isinstance(row, BadLine):
        told = [damage(row), *private_findings(row.data, PATTERNS.keys() & {*rules})]
        found = [issue(rule, finding, number) for rule, finding in told if rule.id in rules]
        return sorted(found, key=_order_in_row)
    functions = _row_functions()
    found = [
        issue(RULES[rule], finding, number)
        for rule in rules
        if rule in functions
        for finding in functions[rule](row)
    ]
    return sorted(found, key=_order_in_row)


@lru_cache(maxsize=1)
def _row_functions() -> dict[str, RowFunction]:
    return {rule.id: check for rules in ROW_RULES.values() for rule, check in rules}


def read(number: int, line: bytes) -> Row | BadLine:
    """Return a line (1-based `number`) as the rules look at it."""
    line = line.rstrip(b"\r\n")
    if number == 1:
        line = line.removeprefix(BOM_UTF8)  # the rule bom reports it, from the file's head
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        text = line.decode("utf-8", "replace")
        return BadLine(line, text, str(error).split(": line 1")[0], error.pos)
    if not isinstance(value, dict):
        return BadLine(line, line.decode(), "", 0, value)
    return Row(line, value)


def _findings(row: Row) -> list[tuple[Rule, Finding]]:
    return [
        (rule, finding)
        for gate, rules in ROW_RULES.items()
        if gate(row) or (gate in fast.GATES and not fast.ENABLED)
        for rule, check in rules
        if row.foreign is None or told_of_foreign(rule.id)
        for finding in check(row)
    ]


def damage(line: BadLine) -> tuple[Rule, Finding]:
    """Return which rule says what is wrong with a line that is not an object, and what it says."""
    for rule, check in LINE_RULES:
        if (finding := check(line)) is not None:
            return rule, finding
    raise AssertionError("the last rule takes every line")


def facts_of_bad(rule: Rule) -> RowFacts:
    """Return the facts of a line that is not an object, by the rule that says so."""
    return RowFacts("blank" if rule.id == "blank-line" else "broken")


def columns_of(reports: Iterable[RowReport]) -> ReportColumns:
    """Return the reports packed."""
    columns = ReportColumns()
    for report in reports:
        columns.append(report)
    return columns


def findings_of_file(
    columns: ReportColumns, source: FileFacts
) -> list[tuple[Rule, Iterable[Finding]]]:
    """Return what each rule on the file as a whole finds; `PairFindings` may be very many."""
    file = WholeFile(columns, source)
    return [(rule, check(file)) for rule, check in FILE_RULES]


def _order_in_row(one: Issue) -> tuple[int, int]:
    return SEVERITY_RANK[one.severity], rule_numbers()[one.rule]
