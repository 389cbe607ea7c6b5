"""Rows of the list of problems: a heading for each rule, which opens to its problems."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.text import Text

from tui.commands import key_hint
from tui.core.text.text import plural
from tui.screens.datasets.panes.example_text import SEVERITY, issue_row

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tui.core.checks import Issue, Rule
    from tui.services.checks.problems import Problems

# Counting the examples of each rule goes through all lines: in larger files only when asked.
_COUNTED = 50_000
_LOOKED_AT = 3  # examples of a rule, for whether its fix knows what is meant


class ProblemRows:
    """The rows of the problems' list. A rule with one problem is that problem's row."""

    def __init__(self, problems: Problems | None, opened: Collection[str], lines: int) -> None:
        self._problems = problems
        self._opened = opened
        self._counts_examples = lines <= _COUNTED
        self.rules = _rules_of(problems) if problems is not None else []
        self._lines: dict[str, Sequence[int]] = {}

    @cached_property
    def _tops(self) -> list[int]:
        """The row each group begins at, and the number of rows."""
        return [*accumulate((self._height(rule.id) for rule in self.rules), initial=0)]

    def __len__(self) -> int:
        """Count rows."""
        return self._tops[-1]

    def _height(self, rule: str) -> int:
        return 1 + len(self.lines(rule)) if self.is_open(rule) else 1

    def is_open(self, rule: str) -> bool:
        """Whether a rule's problems are listed below it."""
        return rule in self._opened and self.count(rule) > 1

    def count(self, rule: str) -> int:
        """Return how many problems of a rule there are."""
        return self._problems.by_rule[rule] if self._problems is not None else 0

    def lines(self, rule: str) -> Sequence[int]:
        """Return the numbers of the lines (0 is the file) with problems of a rule."""
        if rule not in self._lines and self._problems is not None:
            self._lines[rule] = self._problems.lines_of(rule)
        return self._lines.get(rule, ())

    def rule_at(self, row: int) -> Rule | None:
        """Return the rule a row belongs to."""
        return self.rules[bisect_right(self._tops, row) - 1] if 0 <= row < len(self) else None

    def is_heading(self, row: int) -> bool:
        """Whether a row is a rule's heading, which opens and closes."""
        rule = self.rule_at(row)
        return rule is not None and self.count(rule.id) > 1 and row in self._tops

    def issue_at(self, row: int) -> Issue | None:
        """Return the problem a row stands for: for a heading the rule's first."""
        rule = self.rule_at(row)
        if rule is None:
            return None
        lines = self.lines(rule.id)
        within = row - self._tops[bisect_right(self._tops, row) - 1]
        return self.first_issue(rule.id, lines[max(within - 1, 0)]) if lines else None

    def first_issue(self, rule: str, line: int) -> Issue | None:
        """Return the first problem of a rule in a line."""
        issues = self._problems.at(line) if self._problems is not None else ()
        return next((one for one in issues if one.rule == rule), None)

    def text(self, row: int, width: int) -> Text:
        """Return a row as it is shown."""
        rule = self.rule_at(row)
        if rule is None:
            return Text()
        if self.is_heading(row):
            return self._heading(rule)
        issue = self.issue_at(row)
        text = issue_row(issue, width) if issue is not None else Text()
        return Text("  ").append_text(text) if self.count(rule.id) > 1 else text

    def _heading(self, rule: Rule) -> Text:
        worst = rule.severity if self._problems is None else self._problems.severity(rule.id)
        glyph, colour = SEVERITY[worst]
        text = Text("▾ " if self.is_open(rule.id) else "▸ ")
        text.append(f"{glyph} ", style=f"bold {colour}")
        text.append(rule.title, style="bold")
        count = self.count(rule.id)
        said = f"{count:,}"
        if self._counts_examples or self.is_open(rule.id):
            lines = len([line for line in self.lines(rule.id) if line])
            said = f"{count:,} in {plural(lines, 'example')}" if lines else said
        text.append(f" — {said}", style="dim")
        if rule.fixable:
            text.append(f" · {self._fix_words(rule)}", style="dim")
        elif rule.id == "foreign-format":
            text.append(f" · {key_hint('datasets.import_data', 'imports them')}", style="dim")
        return text

    def _fix_words(self, rule: Rule) -> str:
        """Say what fixing all of a rule would do, by the first examples that have the problem."""
        if asks := _asked_of_file(rule.id):
            return key_hint("datasets.fix_all", asks)
        found = [self.first_issue(rule.id, line) for line in self.lines(rule.id)[:_LOOKED_AT]]
        fixed = {one.fixable for one in found if one is not None}
        if fixed == {False}:
            return "by hand"
        return key_hint("datasets.fix_all", "fixes what it can" if False in fixed else "fixes all")


def _asked_of_file(rule: str) -> str:
    """Return what is asked where the file as a whole is mended of a rule; "" for all others."""
    from tui.core.fixes import PLAIN_SAVES, RENAMES, needs_repair

    if rule in RENAMES:
        return "asks for a better name"
    if rule in PLAIN_SAVES:
        return "asks how to save it"
    if rule == "json-array":  # one that is whole on its line is mended there
        return "fixes them, or asks where to"
    return "asks where to repair it" if needs_repair(rule) else ""


def rule_of(rule_id: str) -> Rule:
    """Return a rule. They are loaded when the first is asked for, not at the start."""
    from tui.core.checks import RULES

    return RULES[rule_id]


def all_rules() -> set[str]:
    """Return the ids of all rules."""
    from tui.core.checks import RULES

    return {*RULES}


def _rules_of(problems: Problems) -> list[Rule]:
    from tui.core.checks import RULES
    from tui.core.checks.registry import SEVERITIES

    found = [rule for rule in RULES.values() if problems.by_rule.get(rule.id)]
    return sorted(found, key=lambda rule: SEVERITIES.index(problems.severity(rule.id)))
