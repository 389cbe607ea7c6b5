"""Issues that recur in every line of a file: reported once, with their count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.checks.registry import RULES, Finding, issue
from tui.core.checks.run import issues_of
from tui.core.formats.detection.foreign import foreign_lines
from tui.core.formats.supported.completion_logs import TOGETHER
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.core.checks.registry import Issue
    from tui.core.dataset.lines import Lines
    from tui.core.formats.detection.foreign import Foreign


# Rules that find something in every line of a file in another format: one issue stands for all.
FORMATS = frozenset({"foreign-format", "legacy-completion", "unknown-format", "bare-messages"})


def gathered(
    found: Mapping[str, Sequence[int]], lines: Lines, written: int, path: str
) -> dict[tuple[int, str], Issue]:
    """Return for each format the one issue that stands for all, by its line and rule.

    `found` has the numbers of the lines in which each rule of `FORMATS` finds something, in
    order. The issue counts its lines and stands at the first of them; it names the command
    that converts the file at `path`, of which `written` lines are not blank.
    """
    firsts: list[Issue] = []
    for rule, numbers in found.items():
        if rule == "unknown-format":  # whatever its keys, what is of no format is one group
            firsts += [
                replace(_issue_at(rule, at, lines), lines=len(numbers)) for at in numbers[:1]
            ]
        else:
            firsts += _by_message(rule, numbers, lines)
    return {(one.line, one.rule): _reworded(one, found, lines, written, path) for one in firsts}


def _by_message(rule: str, numbers: Sequence[int], lines: Lines) -> list[Issue]:
    """Return the first issue of each format, which its message names, with how many there are."""
    firsts: dict[str, Issue] = {}
    counts: dict[str, int] = {}
    for number in numbers:
        one = _issue_at(rule, number, lines)
        firsts.setdefault(one.message, one)
        counts[one.message] = counts.get(one.message, 0) + 1
    return [replace(one, lines=counts[message]) for message, one in firsts.items()]


def _issue_at(rule: str, number: int, lines: Lines) -> Issue:
    (one,) = issues_of(number, lines[number - 1], {rule})
    return one


def _reworded(
    first: Issue, by_rule: Mapping[str, Sequence[int]], lines: Lines, written: int, path: str
) -> Issue:
    found = None
    if first.rule in {"foreign-format", "legacy-completion"}:
        alike = first.lines == written  # else only the first is known to be of this format
        found = foreign_lines(lines, by_rule[first.rule] if alike else [first.line])
    command = "" if found is None else found.command(path, mixed=first.lines < written)
    return replace(first, message=_words(first, found, command))


def format_issue(found: Foreign, path: str, line: int = 0) -> Issue:
    """Return the one issue of a file that is another format's as a whole."""
    about = f" ({found.about})" if found.about else ""
    text = f"The file looks like {found.words}. {_convert(found.command(path), about)}"
    if found.problem:
        text = f"The file looks like {found.words}, but {found.problem}."
    return issue(RULES["foreign-format"], Finding(text), line)


def _words(one: Issue, found: Foreign | None, command: str) -> str:
    if found is not None:
        looks = "looks" if one.lines == 1 else "look"
        but = f", but {found.problem}" if found.problem else ""
        words = f"{found.words}{but}"
        if found.problem.endswith(TOGETHER):
            return f"{plural(one.lines, 'line')} {looks} like {words}."
        about = f" ({found.about})" if found.about else ""
        return f"{plural(one.lines, 'line')} {looks} like {words}. {_convert(command, about)}"
    if one.lines == 1:
        return one.message
    return f"{one.message} The same goes for {plural(one.lines - 1, 'more line')}."


def _convert(command: str, about: str = "") -> str:
    return f"To convert: `{command}`{about}."
