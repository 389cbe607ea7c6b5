"""Problems that are a whole file's, found in each of its lines: named once, with their number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.checks.registry import RULES, Finding, issue
from tui.core.formats.foreign import foreign_line
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.core.checks.registry import Issue
    from tui.core.formats.foreign import Foreign

# Who has a file in another format has it in every line.
_FORMATS = ("foreign-format", "legacy-completion", "unknown-format", "bare-messages")


def named_once(issues: Iterable[Issue], lines: Sequence[bytes], path: str) -> list[Issue]:
    """Return issues with those on the format gathered into one for each format.

    Such an issue counts its lines and stands at the first of them; it names the command that
    converts the file at `path`.
    """
    kept: list[Issue] = []
    places: dict[object, int] = {}
    formats: dict[object, Foreign | None] = {}
    for one in issues:
        if one.rule not in _FORMATS:
            kept.append(one)
            continue
        # The message names the format. What is of none is told by the first, whatever its keys.
        key = (one.rule, "" if one.rule == "unknown-format" else one.message)
        if key not in places:
            places[key] = len(kept)
            formats[key] = _format(one, lines)
            kept.append(one)
        else:
            before = kept[places[key]]
            kept[places[key]] = replace(before, lines=before.lines + 1)
    for group, at in places.items():
        first, found = kept[at], formats[group]
        mixed = first.lines < sum(map(bool, lines))
        command = "" if found is None else found.command(path, mixed=mixed)
        kept[at] = replace(first, message=_words(first, found, command))
    return kept


def format_issue(found: Foreign, path: str, line: int = 0) -> Issue:
    """Return the one issue of a file that is another format's as a whole."""
    text = f"The file looks like {found.words}. {_convert(found.command(path))}"
    return issue(RULES["foreign-format"], Finding(text), line)


def _format(one: Issue, lines: Sequence[bytes]) -> Foreign | None:
    if one.rule not in {"foreign-format", "legacy-completion"}:
        return None
    return foreign_line(lines[one.line - 1])


def _words(one: Issue, found: Foreign | None, command: str) -> str:
    if found is not None:
        looks = "looks" if one.lines == 1 else "look"
        but = f", but {found.problem}" if found.problem else ""
        words = f"{found.words}{but}"
        return f"{plural(one.lines, 'line')} {looks} like {words}. {_convert(command)}"
    if one.lines == 1:
        return one.message
    return f"{one.message} The same goes for {plural(one.lines - 1, 'more line')}."


def _convert(command: str) -> str:
    return f"To convert: `{command}`."
