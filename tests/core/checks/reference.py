"""The checks in their plainest form, which what is fast must agree with."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.core.checks import RULES, ReportColumns, RowReport, check_row, columns_of
from tui.core.checks.private_data.secrets import PATTERNS
from tui.core.checks.registry import SEVERITIES
from tui.core.checks.rules import issue
from tui.core.checks.run import WHOLE_DAMAGE, findings_of_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.core.checks import FileFacts, Issue


def check_columns(columns: ReportColumns, source: FileFacts) -> list[Issue]:
    """Return the issues that only the file as a whole shows; lines are in order."""
    found = findings_of_file(columns, source)
    return [issue(rule, one, one.line) for rule, findings in found for one in findings]


_report_of = lru_cache(4096)(check_row)  # the same rows are checked again after each edit


def check_source(rows: Iterable[bytes], source: FileFacts) -> list[Issue]:
    """Check every line and the file; issues by line and severity."""
    return collect([_report_of(number, row) for number, row in enumerate(rows, 1)], source)


def check_whole(reports: Iterable[RowReport], source: FileFacts) -> list[Issue]:
    """Return the issues that only the file as a whole shows; reports are in line order."""
    return check_columns(columns_of(reports), source)


def collect(reports: Sequence[RowReport], source: FileFacts) -> list[Issue]:
    """Return all issues by line and severity, lines numbered by the order of the reports.

    In a file that is not JSONL at all, such as one array or UTF-16, only the first line says so.
    """
    rows = [
        replace(one, line=line) for line, report in enumerate(reports, 1) for one in report.issues
    ]
    damaged = next((one for one in rows if RULES[one.rule].scope == "line"), None)
    first = next((n for n, r in enumerate(reports, 1) if r.facts.kind != "blank"), 0)
    if damaged is not None and damaged.rule in WHOLE_DAMAGE and first == damaged.line:
        rows = [one for one in rows if one is damaged or one.rule in PATTERNS]
    found = [*rows, *check_whole(reports, source)]
    return sorted(found, key=lambda one: (one.line, SEVERITIES.index(one.severity)))
