"""Applying fixes: one problem, or all problems of some rules on a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.checks import check_row
from tui.core.fixes.model import LINE_FIXES, ROW_FIXES, CannotFix, decoded, encoded
from tui.core.fixes.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from tui.core.checks import Issue
    from tui.core.fixes.model import Fixed

# One fix may bring the next problem to light; more rounds than this would go in circles.
_MOST_ROUNDS = 60
# Any but the first: there a byte order mark is the file's.
_SOME_LINE = 2
_NO_PARTS = "it cannot be told where one example ends and the next begins"


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of one line: the lines in its place, problems fixed by rule, and reasons.

    `stuck` holds, by rule, why a problem stayed.
    """

    lines: tuple[bytes, ...]
    fixed: Counter[str]
    stuck: dict[str, str]


def can_fix(rule: str) -> bool:
    """Whether single lines can be mended of a rule's problems."""
    return rule in LINE_FIXES or rule in ROW_FIXES


def fix(line: bytes, issue: Issue) -> Fixed:
    """Return the line without this one problem. Raises CannotFix, saying why."""
    if (line_fix := LINE_FIXES.get(issue.rule)) is not None:
        return line_fix(line, issue)
    return _fix_row(line, [issue])


def _fix_row(line: bytes, issues: list[Issue]) -> bytes:
    """Fix problems of one rule at once; from the last to the first, so that places stay true."""
    raw = decoded(line)
    for issue in reversed(issues):
        function = ROW_FIXES.get(issue.rule)
        if function is None:
            raise CannotFix("there is no fix for this")
        raw = function(raw, issue) or raw
    return encoded(raw, line)


def mend(line: bytes, rules: Container[str]) -> Mended:
    """Fix all problems of `rules` on one line, again until none is left that can be fixed."""
    # All secrets of a line at once: there may be hundreds.
    private = redact(line.rstrip(b"\r\n"), rules)
    line, fixed = private.data, private.counts
    stuck: dict[str, str] = {}
    for _ in range(_MOST_ROUNDS):
        issues = [
            one
            for one in check_row(_SOME_LINE, line).issues
            if one.rule in rules and one.rule not in stuck and can_fix(one.rule)
        ]
        if not issues:
            break
        rule = issues[0].rule
        same = [one for one in issues if one.rule == rule]
        try:
            result, count = _fix_all(line, same)
        except CannotFix as error:
            stuck[rule] = str(error)
            continue
        fixed[rule] += count
        if not isinstance(result, bytes):
            several = result or []
            if any(len(one) >= len(line) for one in several):  # it would never come to an end
                return Mended((line,), fixed - Counter({rule: count}), {rule: _NO_PARTS, **stuck})
            return _mend_several(several, rules, fixed, stuck)
        if result == line:
            stuck[rule] = "the fix changes nothing"
        line = result
    return Mended((line,), fixed, stuck)


def mender(rules: Container[str]) -> Callable[[bytes], Fixed]:
    """Return the change of one line that fixes all problems of `rules` on it.

    It raises CannotFix where nothing can be fixed but something should be.
    """

    def change(line: bytes) -> Fixed:
        mended = mend(line, rules)
        if mended.stuck and not mended.fixed:
            raise CannotFix(next(iter(mended.stuck.values())))
        return list(mended.lines) if mended.fixed else line

    return change


def _fix_all(line: bytes, same: list[Issue]) -> tuple[Fixed, int]:
    if same[0].rule in LINE_FIXES:
        return fix(line, same[0]), 1
    try:
        return _fix_row(line, same), len(same)
    except CannotFix:
        # One of them cannot be fixed; the others still may.
        return _fix_some(line, same)


def _fix_some(line: bytes, same: list[Issue]) -> tuple[bytes, int]:
    count, reason = 0, CannotFix("there is no fix for this")
    for issue in reversed(same):
        try:
            line = _fix_row(line, [issue])
            count += 1
        except CannotFix as error:
            reason = error
    if not count:
        raise reason
    return line, count


def _mend_several(
    lines: list[bytes], rules: Container[str], fixed: Counter[str], stuck: dict[str, str]
) -> Mended:
    mended = [mend(one, rules) for one in lines]
    for one in mended:
        fixed += one.fixed
        stuck = {**one.stuck, **stuck}
    return Mended(tuple(line for one in mended for line in one.lines), fixed, stuck)
