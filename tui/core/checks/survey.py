"""The checks of very many lines: which rules find something, but not in which words."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tui.core.checks.columns import rule_numbers
from tui.core.checks.facts import facts_of
from tui.core.checks.model import (
    CLOSED_TO_TIDY,
    COUNTS,
    ROW_RULES,
    RULES,
    SEVERITIES,
    BadLine,
)
from tui.core.checks.run import damage, facts_of_bad, read
from tui.core.checks.sieve import RARE

if TYPE_CHECKING:
    from tui.core.checks.model import Count, Gate, RowFacts, RowFunction
    from tui.core.checks.row import Row

# A gate, and the rules behind it: the byte that stands for each, and how to count its findings.
Group = tuple["Gate", list[tuple[bytes, "Count"]]]


def survey_row(number: int, line: bytes) -> tuple[bytes, RowFacts]:
    """Return which rules find something in a line, as a signature of `Columns`, and its facts.

    The same as `check_row` says, without wording it.
    """
    row = read(number, line)
    if isinstance(row, BadLine):
        rule, _ = damage(row)
        return bytes([rule_numbers()[rule.id]]), facts_of_bad(rule)
    signature = b""
    for gate, rules in _groups(row):
        if gate(row):
            for mark, count in rules:
                signature += mark * count(row)
    if len(signature) > signature.count(signature[:1]):
        signature = bytes(sorted(signature, key=_plan().order.__getitem__))
    return signature, facts_of(row)


class _Plan(NamedTuple):
    """Which groups of rules are to be asked of which lines; `rests` are those of rare marks."""

    all: list[Group]
    tidy: list[Group]
    tidy_without_marks: list[Group]
    rests: re.Pattern[bytes]
    order: list[tuple[int, int]]  # by rule: where its problems stand among those of a line


@cache
def _plan() -> _Plan:
    numbers = rule_numbers()
    groups: list[Group] = [
        (gate, [(bytes([numbers[r.id]]), COUNTS.get(r.id) or _counting(f)) for r, f in rules])
        for gate, rules in ROW_RULES.items()
    ]
    tidy = [group for group in groups if group[0] not in CLOSED_TO_TIDY]
    return _Plan(
        all=groups,
        tidy=tidy,
        tidy_without_marks=[group for group in tidy if group[0] not in RARE],
        rests=re.compile(b"|".join(re.escape(rest) for rests in RARE.values() for rest in rests)),
        order=[(SEVERITIES.index(rule.severity), n) for n, rule in enumerate(RULES.values())],
    )


def _groups(row: Row) -> list[Group]:
    """Return the groups of rules that may find something: most lines need few of them."""
    plan = _plan()
    if not row.tidy:
        return plan.all
    if row.hides_ascii:
        return plan.tidy
    if plan.rests.search(row.sieve) is None:
        return plan.tidy_without_marks
    return plan.tidy


def _counting(check: RowFunction) -> Count:
    def count(row: Row) -> int:
        return sum(1 for _ in check(row))

    return count
