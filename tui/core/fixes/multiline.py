"""Find where a JSON value ends that is written over several lines, among others on one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import orjson

from tui.core.fixes.damaged import holds_example
from tui.core.fixes.lenient import Token, depth, escaped_control, rewrite, tokens, values
from tui.core.formats.turns import is_conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# An object over more lines than this is taken for one that is cut off.
_LONGEST_OBJECT = 20_000
_LONGEST_TEXT = 500
_FEW_LINES = 2
_ALIKE = 12  # characters with which rows of one file begin, such as {"messages":
_COMMENTS = ("//", "/*", "#", "--")


def value_end(line_at: Callable[[int], str], count: int, at: int) -> int:
    """Return the line (0-based) in which the value that begins on line `at` of `count` ends.

    That is `at` itself for a value on one line, and for what is to be left in its lines: an
    object that nothing closes, and a list of examples, which are taken out of it one by one.
    """
    first = line_at(at)
    if (end := _end_of_text(line_at, count, at)) > at:
        return end
    if not opens(first):
        return at
    end = _closing(line_at, count, at)
    if first.lstrip().startswith("{") or end == at:
        return end
    found = spans("\n".join(line_at(n) for n in range(at, end + 1)))
    whole = found is not None and len(found) == 1 and not examples_in(*found[0])
    return end if whole else at


def spread_objects(
    line_at: Callable[[int], str], count: int, starts: Iterable[int], most: int
) -> list[tuple[int, int]]:
    """Return the first and last line of each value over several lines that begins at a start.

    `starts` are in order; those within a value found before are passed over. No more than about
    `most` lines are looked at.
    """
    found: list[tuple[int, int]] = []
    done = -1
    for at in starts:
        if at <= done or most <= 0:
            continue
        end = value_end(line_at, count, at)
        most -= max(end - at, 1)
        if end > at:
            found.append((at, end))
            done = end
    return found


def opens(line: str) -> bool:
    """Whether a line begins a value that goes on in the next one."""
    text = line.strip()
    if not text.startswith(("{", "[")):
        return False
    if any(mark in text for mark in _COMMENTS):
        text = "".join(t.text for t in tokens(text) if t.kind != "comment").rstrip()
    return text.endswith(("{", "[", ",")) or _opens_round(text)


def _opens_round(text: str) -> bool:
    """Whether a round bracket is open at the end, as where Python prints a long text."""
    return text.count("(") > text.count(")") and "(" in {t.text for t in tokens(text)}


def _end_of_text(line_at: Callable[[int], str], count: int, at: int) -> int:
    """Return the line that completes an object whose text holds raw line ends; `at` for others.

    Only where the lines together are JSON, but for those line ends: nothing else was meant.
    """
    first = line_at(at)
    if not first.lstrip().startswith("{") or not _is_in_text(first):
        return at
    lines = [first]
    for number in range(at + 1, min(count, at + _LONGEST_TEXT)):
        line = line_at(number)
        if line.startswith(first[:_ALIKE]) or _is_whole_object(line):
            return at  # the next example
        lines.append(line)
        if '"' in line and line.rstrip().rstrip(",;").endswith("}"):
            text = "\n".join(lines).rstrip().rstrip(",;")
            if _is_json(rewrite(text, _on_one_line)):
                return at if _is_wrapped(text, lines) else number
    return at


def _is_wrapped(text: str, lines: list[str]) -> bool:
    """Whether lines may have been cut by their length, so that their ends are in no text."""
    if any(t.kind == "space" and "\n" in t.text for t in tokens(text)):
        return True
    return len(lines) > _FEW_LINES and len({*map(len, lines[:-1])}) == 1


def _is_in_text(line: str) -> bool:
    """Whether a line ends within a text."""
    if _is_json(line):
        return False
    return any(token.text == '"' for token in tokens(line))


def _on_one_line(token: Token) -> str:
    if token.kind != "string":
        return token.text
    return "".join(char if char >= " " else escaped_control(char) for char in token.text)


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text.encode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        return False
    return True


def _closing(line_at: Callable[[int], str], count: int, at: int) -> int:
    """Return the line that closes what a line opens; `at` when none does."""
    open_ = 0
    for number in range(at, min(count, at + _LONGEST_OBJECT)):
        line = line_at(number)
        if number > at and _is_whole_object(line):
            return at  # the next example: what began before it was cut off
        open_ += depth(line)
        if open_ <= 0:
            return number if open_ == 0 else at
    return at


def _is_whole_object(line: str) -> bool:
    return line.startswith("{") and line.rstrip().endswith("}") and depth(line) == 0


def spans(text: str) -> list[tuple[object, str]] | None:
    """Return the values that follow each other in a text, as they stand; None if it is damaged."""
    decoder, made, at = json.JSONDecoder(), [], _skipped(text, 0)
    try:
        while at < len(text):
            value, end = decoder.raw_decode(text, at)
            made.append((value, text[at:end]))
            at = _skipped(text, end)
    except (ValueError, RecursionError):
        return None
    return made


def _skipped(text: str, at: int) -> int:
    """Return where the next value begins, behind spaces and commas."""
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def examples_in(value: object, span: str) -> list[str]:
    """Return the items of a list of examples; none of a list whose items belong together."""
    if not isinstance(value, list) or is_conversation(value):
        return []
    items = [piece for piece, _ in values(span)]
    return items if any(map(holds_example, items)) else []
