"""The problems of a dataset as a sequence: counted at once, worded when looked at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol, overload

from tui.core.arrays import counted, places_of, running_sums
from tui.core.checks import (
    RULES,
    FileFacts,
    ReportColumns,
    issue_for,
    severity_of,
)
from tui.core.checks.findings import SEVERITY_RANK
from tui.core.checks.private_data.secrets import PATTERNS
from tui.core.checks.registry import Finding, PairFindings, issue
from tui.core.checks.report_columns import is_example
from tui.core.checks.rules import rule_numbers
from tui.core.checks.run import WHOLE_DAMAGE, findings_of_file, issues_of
from tui.core.checks.whole_file.reinforcement import GRADED, REINFORCEMENT, is_graded

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Mapping, Set

    from tui.core.catalog.providers import FileLimits
    from tui.core.checks import Issue, Rule, Severity

_SPREAD = "pretty-printed"
_MOST_SPREAD = 50_000  # lines looked at for the ends of values, each time problems are gathered


class CheckedRows(Protocol):
    """The rows that were checked, each with an id that stays when it moves: a `Snapshot`."""

    version: int

    @property
    def ids(self) -> Sequence[int]:
        """The ids of all rows, by position."""

    def __getitem__(self, position: int, /) -> bytes:
        """Return a row without its line ending."""


class Problems(Sequence["Issue"]):
    """All problems of rows that do not change, by line and by severity at one provider.

    The one report of checks: of an open dataset's snapshot, and of a file that is to be sent.

    Going through all of a large file's problems checks its lines again; `counts`, `worst` and
    `rules_at` cost nothing. `ready` are the issues of rows (by id) too long to check again.
    """

    def __init__(
        self,
        snapshot: CheckedRows,
        columns: ReportColumns,
        facts: FileFacts,
        ready: Mapping[int, Sequence[Issue]] | None = None,
        limits: FileLimits | None = None,
    ) -> None:
        self.version = snapshot.version
        self._snapshot = snapshot
        self._ready = {} if ready is None else ready
        self._limits = limits
        self._rules = [*RULES.values()]
        self.spans = _spread(columns, snapshot)
        if self.spans:
            private = {n for n, rule in enumerate(self._rules) if rule.id in PATTERNS}
            columns = columns.with_broken(self.spans.items(), rule_numbers()[_SPREAD], private)
        self.columns = columns
        self._signs, self._signatures = _signs(columns, self.spans)
        self._of_file: dict[int, list[Issue]] = {}
        self._pairs: list[tuple[Rule, PairFindings]] = []
        of_file = findings_of_file(columns, facts)
        if graded := is_graded(of_file):
            numbers = {number for number, rule in enumerate(self._rules) if rule.id in GRADED}
            self._signatures = [_without(one, numbers) for one in self._signatures]
        for rule, findings in of_file:
            if graded and rule.id in GRADED - {REINFORCEMENT}:
                continue
            if isinstance(findings, PairFindings):
                self._pairs.append((rule, findings))
                continue
            for one in findings:
                self._of_file.setdefault(one.line, []).append(issue(rule, one, one.line))
        # Of the rows alone: where the problems of each line end. Few lines have problems that
        # only the file shows; where those of each end is kept beside.
        self._row_ends = running_sums(self._signs, [*map(len, self._signatures)])
        self._file_lines = sorted(self._of_file)
        self._file_ends = [*accumulate(len(self._of_file[line]) for line in self._file_lines)]
        self.by_rule = self._count()
        self._at = lru_cache(maxsize=256)(self._issues_at)

    def _count(self) -> Counter[str]:
        found: Counter[str] = Counter()
        times = counted(self._signs, len(self._signatures))
        for signature, count in zip(self._signatures, times, strict=True):
            for number in signature if count else b"":
                found[self._rules[number].id] += count
        for issues in self._of_file.values():
            found.update(issue.rule for issue in issues)
        found.update({rule.id: len(pairs) for rule, pairs in self._pairs if len(pairs)})
        return found

    @property
    def counts(self) -> Counter[Severity]:
        """How many problems there are of each severity."""
        found: Counter[Severity] = Counter()
        for rule, times in self.by_rule.items():
            found[self.severity(rule)] += times
        return found

    def severity(self, rule: str) -> Severity:
        """Return how grave the problems of a rule are."""
        return severity_of(rule, self._limits)

    def worst(self, line: int) -> Severity | None:
        """Return the worst severity found at a line (1-based; 0 is the file as a whole)."""
        found = map(self.severity, self.rules_at(line))
        return min(found, key=SEVERITY_RANK.__getitem__, default=None)

    def rules_at(self, line: int) -> list[str]:
        """Return the ids of the rules that found something at a line (1-based; 0 is the file)."""
        found = [self._rules[number].id for number in self._signature(line)]
        return found + [issue.rule for issue in self._issues_of_file(line)]

    def at(self, line: int) -> tuple[Issue, ...]:
        """Return the problems of one line (1-based; 0 is the file as a whole)."""
        return self._at(line)

    def lines_of(self, rule: str) -> list[int]:
        """Return the numbers of the lines at which a rule found something, in order."""
        number = rule_numbers().get(rule, -1)
        having = {n for n, signature in enumerate(self._signatures) if number in signature}
        lines = [at + 1 for at in places_of(self._signs, having)]
        if RULES[rule].scope == "file":
            lines += [
                n for n, issues in self._of_file.items() if any(i.rule == rule for i in issues)
            ]
            lines += [at + 1 for r, pairs in self._pairs if r.id == rule for at in pairs.lines]
        return sorted(lines)

    def __len__(self) -> int:
        """Count problems."""
        return self._before(len(self._signs) + 2)

    def _before(self, line: int) -> int:
        """Count the problems of all lines before a line."""
        count = len(self._row_ends)
        of_rows = self._row_ends[min(line - 1, count) - 1] if line > 1 and count else 0
        at = bisect_left(self._file_lines, line)
        of_pairs = sum(pairs.before(line) for _, pairs in self._pairs)
        return of_rows + of_pairs + (self._file_ends[at - 1] if at else 0)

    @overload
    def __getitem__(self, index: int) -> Issue: ...
    @overload
    def __getitem__(self, index: slice) -> list[Issue]: ...
    def __getitem__(self, index: int | slice) -> Issue | list[Issue]:
        """Return a problem, or several. Raises IndexError."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        line = bisect_right(range(len(self._signs) + 2), index, key=self._before) - 1
        return self._at(line)[index - self._before(line)]

    def first(self, severity: Severity) -> Issue | None:
        """Return the first problem of a severity, None without any."""
        rules = {rule for rule in self.by_rule if self.severity(rule) == severity}
        line = min((self.lines_of(rule)[0] for rule in rules), default=None)
        if line is None:
            return None
        return next(one for one in self.at(line) if one.severity == severity)

    def __iter__(self) -> Iterator[Issue]:
        """Yield all problems in order."""
        return (issue for line in self.lines() for issue in self.at(line))

    def lines(self) -> list[int]:
        """Return the numbers of the lines that have problems, in order; 0 is the file."""
        having = {n for n, signature in enumerate(self._signatures) if signature}
        lines = {at + 1 for at in places_of(self._signs, having)} if having else set()
        lines.update(self._file_lines)
        for _, pairs in self._pairs:
            lines.update(at + 1 for at in pairs.lines)
        return sorted(lines)

    def _signature(self, line: int) -> bytes:
        if not 0 < line <= len(self._signs):
            return b""
        return self._signatures[self._signs[line - 1]]

    def _issues_at(self, line: int) -> tuple[Issue, ...]:
        of_row: Sequence[Issue] = ()
        if signature := self._signature(line):
            rules = {self._rules[number].id for number in signature}
            known = self._ready.get(self._snapshot.ids[line - 1])
            if (last := self.spans.get(line - 1)) is not None:
                rules.discard(_SPREAD)
                finding = Finding(_spread_words(line, last + 1))
                of_row = [
                    issue(RULES[_SPREAD], finding, line),
                    *issues_of(line, self._snapshot[line - 1], rules),
                ]
            elif known is None:
                of_row = issues_of(line, self._snapshot[line - 1], rules)
            else:  # the row may have moved since
                of_row = [replace(issue, line=line) for issue in known if issue.rule in rules]
        found = [*of_row, *self._issues_of_file(line)]
        told = (issue_for(issue, self._limits) for issue in found)
        return tuple(sorted(told, key=lambda issue: SEVERITY_RANK[issue.severity]))

    def _issues_of_file(self, line: int) -> list[Issue]:
        """Return what only the file shows of a line, in the order of the rules."""
        found = [*self._of_file.get(line, ())]
        for rule, pairs in self._pairs:
            if (one := pairs.at(line)) is not None:
                found.append(issue(rule, one, line))
        numbers = rule_numbers()
        return sorted(found, key=lambda issue: numbers[issue.rule])


def _without(signature: bytes, numbers: Set[int]) -> bytes:
    return bytes(number for number in signature if number not in numbers)


def _spread(columns: ReportColumns, rows: CheckedRows) -> dict[int, int]:
    """Return the last line of each value that spreads over several, by its first (both 0-based).

    None where not a single line is an example, and the first says what the whole file is.
    """
    rules = [*RULES.values()]
    damaged = {
        sign
        for sign, signature in enumerate(columns.signatures)
        if any(rules[number].scope == "line" and rules[number].id != "blank-line"
               for number in signature[:1])
    }  # fmt: skip
    starts = places_of(columns.signs, damaged) if damaged else []
    if not starts:
        return {}
    first = rules[columns.signatures[columns.signs[starts[0]]][0]].id
    if first in WHOLE_DAMAGE and not any(map(is_example, {*columns.kinds})):
        return {}
    from tui.core.fixes.multiline import spread_objects

    def line_at(position: int) -> str:
        return rows[position].decode("utf-8", "replace")

    return dict(spread_objects(line_at, len(columns), starts, _MOST_SPREAD))


def _spread_words(line: int, last: int) -> str:
    return f"Lines {line:,} to {last:,} are one object or list. Put each example on one line."


def _signs(columns: ReportColumns, spans: Mapping[int, int]) -> tuple[array[int], list[bytes]]:
    """Return which signature each line has, and the signatures.

    In a file that is not JSONL at all, such as one array or UTF-16, only the first line has
    what is wrong with it; of the others only secrets and personal data are told.
    """
    signatures = [*columns.signatures]
    rules = [*RULES.values()]
    damages = {
        sign: rules[signature[0]].id
        for sign, signature in enumerate(signatures)
        if signature and rules[signature[0]].scope == "line"
    }
    if not damages:
        return columns.signs, signatures
    first = next((at for at, sign in enumerate(columns.signs) if sign in damages), None)
    if first is None or first in spans or damages[columns.signs[first]] not in WHOLE_DAMAGE:
        return columns.signs, signatures
    kinds = columns.kinds
    if len(kinds) - len(kinds.lstrip(b"\0")) != first:  # kind 0 is a blank line
        return columns.signs, signatures
    private = [bytes(n for n in one if rules[n].id in PATTERNS) for one in signatures]
    signs = columns.signs[:]
    signs[first] = len(private)
    return signs, [*private, signatures[columns.signs[first]]]
