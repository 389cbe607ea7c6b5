"""Applying fixes: one problem, or all problems of some rules on a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.checks import check_row
from tui.core.fixes.redaction.redaction import redact
from tui.core.fixes.registry import LINE_FIXES, ROW_FIXES, CannotFix, decoded, encoded
from tui.core.fixes.removals import Removal, removals
from tui.core.formats.detection.foreign import foreign_format, foreign_line

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from tui.core.checks import Issue
    from tui.core.fixes.registry import Fixed
    from tui.core.formats.detection.foreign import Foreign

# Fixing one problem may reveal the next; the limit only ends fixes that undo each other.
_MOST_ROUNDS = 60
# Any but the first: there a byte order mark is the file's.
_SOME_LINE = 2
_NO_PARTS = "it cannot be told where one example ends and the next begins"


@dataclass(frozen=True, slots=True)
class FixedLine:
    """What became of one line: the lines in its place, problems fixed by rule, and reasons.

    `stuck` holds, by rule, why a problem stayed; `removed` the texts that are gone; `foreign`
    the format of each line that is another program's, or the old one, and is left for convert.
    `left` are the rules of errors that stay although nothing was to be done about them here.
    """

    lines: tuple[bytes, ...]
    fixed: Counter[str]
    stuck: dict[str, str]
    removed: tuple[Removal, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    left: frozenset[str] = frozenset()


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
    if not _may_touch_foreign(issues[0].rule) and (found := foreign_format(raw)) is not None:
        raise CannotFix(f"this looks like {found.words}; import it instead")
    for issue in reversed(issues):
        function = ROW_FIXES.get(issue.rule)
        if function is None:
            raise CannotFix("there is no fix for this")
        raw = function(raw, issue) or raw
    return encoded(raw, line)


def _may_touch_foreign(rule: str) -> bool:
    """Whether a fix takes nothing of another format's example for a fault, but a secret."""
    return rule == "legacy-completion" or rule.startswith(("secret-", "personal-"))


def mend(line: bytes, rules: Container[str]) -> FixedLine:
    """Fix all problems of `rules` on one line, again until none is left that can be fixed."""
    # All secrets of a line at once: there may be hundreds.
    private = redact(line.rstrip(b"\r\n"), rules)
    line, fixed = private.data, private.counts
    stuck: dict[str, str] = {}
    removed: list[Removal] = []
    for _ in range(_MOST_ROUNDS):
        found = check_row(_SOME_LINE, line).issues
        issues = [
            one
            for one in found
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
        gone = removals(rule, line, _lines(result))
        if not isinstance(result, bytes):
            several = result or []
            if any(len(one) >= len(line) for one in several):  # it would never come to an end
                left = fixed - Counter({rule: count})
                return FixedLine((line,), left, {rule: _NO_PARTS, **stuck}, tuple(removed))
            return _mend_several(several, rules, FixedLine((), fixed, stuck, (*removed, *gone)))
        removed += gone
        if result == line:
            stuck[rule] = "the fix changes nothing"
        line = result
    if "unknown-format" in rules and any(one.rule == "unknown-format" for one in found):
        stuck["unknown-format"] = "it is of no format that is known here"
    stays = _left(found, stuck)
    return FixedLine((line,), fixed, stuck, tuple(removed), _foreign(line, found), stays)


def _left(found: Iterable[Issue], stuck: Container[str]) -> frozenset[str]:
    told = {"foreign-format", "legacy-completion"}  # as `foreign`
    errors = {one.rule for one in found if one.severity == "error"} - told
    return frozenset(rule for rule in errors if rule not in stuck)


def _foreign(line: bytes, found: Iterable[Issue]) -> tuple[Foreign, ...]:
    """Return the format of a line that the checks take for another's."""
    if not any(one.rule in {"foreign-format", "legacy-completion"} for one in found):
        return ()
    format_ = foreign_line(line)
    return (format_,) if format_ is not None else ()


def _lines(result: Fixed) -> list[bytes]:
    return [result] if isinstance(result, bytes) else result or []


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


def _mend_several(lines: list[bytes], rules: Container[str], so_far: FixedLine) -> FixedLine:
    """Mend each of the lines that took the place of one, of which `so_far` was done."""
    fixed, stuck, removed = so_far.fixed, so_far.stuck, so_far.removed
    mended = [mend(one, rules) for one in lines]
    foreign = tuple(format_ for one in mended for format_ in one.foreign)
    for one in mended:
        fixed += one.fixed
        stuck = {**one.stuck, **stuck}
        removed += one.removed
    made = tuple(line for one in mended for line in one.lines)
    left = frozenset(rule for one in mended for rule in one.left if rule not in stuck)
    return FixedLine(made, fixed, stuck, removed, foreign, left)
