"""Repair a file that is not JSONL yet; every step is counted and reported."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from tui.core.checks import RULES, check_row
from tui.core.fixes import lenient
from tui.core.fixes.damaged import decoded_text, holds_example, wide_encoding
from tui.core.fixes.lenient import values
from tui.core.fixes.multiline import examples_in, spans, value_end
from tui.core.fixes.registry import FILE_REPAIRS
from tui.core.fixes.removals import Removal
from tui.core.fixes.run import mend
from tui.core.text.nearly_json import COMMENTS, without_code
from tui.core.text.text import plural

_LINE_RULES = frozenset(rule.id for rule in RULES.values() if rule.scope == "line")
_LINE_END = re.compile(r"\r\n|\n")
# How a fix on single lines is told; others by the title of their rule.
_WORDS = {
    "blank-line": "removed {} blank lines",
    "bom-inside": "removed byte order marks inside the file: {}",
    "lone-surrogate": "replaced halves of characters in {} lines",
    "trailing-comma": "removed commas after the last item in {} lines",
    "not-a-number": "wrote null for NaN or Infinity in {} lines",
    "python-literal": "wrote True, False and None as JSON in {} lines",
    "single-quotes": "put straight double quotes in {} lines",
    "comment": "removed comments from {} lines",
    "concatenated": "put objects that shared a line on lines of their own: {} lines",
    "control-character": "escaped raw control characters in {} lines",
    "bare-messages": 'put {{"messages": …}} around the messages of {} lines',
    "odd-space": "wrote blanks for other spaces between values in {} lines",
    "text-around": "removed what stood around the example in {} lines",
    "missing-comma": "put commas between items in {} lines",
    "javascript": "wrote JSON for JavaScript in {} lines",
    "invalid-escape": "wrote backslashes twice that escape nothing in {} lines",
    "json-array": "took away brackets and commas of an array on {} lines",
}


@dataclass(frozen=True, slots=True)
class Done:
    """One kind of repair: the rule it answers, in words, and how often it was done."""

    rule: str
    text: str
    count: int


class Piece(NamedTuple):
    """A value or line of the file as it is to stand on one line, and the comments it had."""

    text: str
    comments: tuple[str, ...] = ()
    code: tuple[str, ...] = ()  # that stood around all values


@dataclass(frozen=True, slots=True)
class RepairedFile:
    """The lines of the new file, what was done, and the lines (1-based) that are still no JSON.

    `removed` are the texts taken out, each with the number of its new line.
    """

    lines: tuple[bytes, ...]
    done: tuple[Done, ...]
    left: tuple[int, ...]
    removed: tuple[tuple[int, Removal], ...] = ()

    @property
    def data(self) -> bytes:
        """The new file: UTF-8, LF after every line."""
        return b"".join(line + b"\n" for line in self.lines)


def repair(data: bytes) -> RepairedFile:
    """Return a file's content as JSONL: one object a line, in UTF-8, with LF.

    What cannot be read stays as it is, on its line, and is named in `left`. Contents of
    examples are not judged here: that is what the fixes of single rules are for.
    """
    done: list[Done] = []
    text = _decoded(data, done)
    pieces = _pieces(text, done)
    if isinstance(pieces, str):
        raw = tuple(
            line.encode("utf-8", "replace") for line in pieces.removesuffix("\n").split("\n")
        )
        return RepairedFile(raw, tuple(done), tuple(range(1, len(raw) + 1)))
    counts: Counter[str] = Counter()
    lines: list[bytes] = []
    removed: list[tuple[int, Removal]] = []
    for piece in pieces:
        mended = mend(piece.text.encode("utf-8", "replace"), _LINE_RULES)
        counts += mended.fixed
        counts["comment"] += bool(piece.comments)
        removed += [(len(lines) + 1, Removal("comment", "", text)) for text in piece.comments]
        removed += [(len(lines) + 1, Removal("javascript", "", text)) for text in piece.code]
        removed += [(len(lines) + 1, one) for one in mended.removed]
        lines += mended.lines
    done += [_done_of(rule, count) for rule, count in (+counts).items()]
    left = tuple(n for n, line in enumerate(lines, 1) if _broken(line))
    return RepairedFile(tuple(lines), tuple(done), left, tuple(removed))


def needs_repair(rule: str) -> bool:
    """Whether a problem of this rule is the whole file's, and so mended into a new file."""
    return rule in FILE_REPAIRS | {"utf-16", "json-array"}


def _done_of(rule: str, count: int) -> Done:
    words = _WORDS.get(rule, f"{RULES[rule].title}: {{}} lines")
    text = words.format(f"{count:,}")
    if count == 1:
        text = text.replace("1 lines", "1 line").replace("1 blank lines", "1 blank line")
    return Done(rule, text, count)


def _decoded(data: bytes, done: list[Done]) -> str:
    if data.startswith(codecs.BOM_UTF8):
        data = data.removeprefix(codecs.BOM_UTF8)
        done.append(Done("bom", "removed the byte order mark", 1))
    elif encoding := wide_encoding(data):
        text = data.decode(encoding, "replace").removeprefix("\ufeff")
        done.append(Done("utf-16", f"converted {encoding.upper()[:6]} to UTF-8", 1))
        return text
    text, strange = decoded_text(data)
    if strange:
        words = f"read {plural(strange, 'byte')} that {'is' if strange == 1 else 'are'} no UTF-8"
        done.append(Done("not-utf8", f"{words} as Windows-1252", strange))
    return text


def _pieces(text: str, done: list[Done]) -> list[Piece] | str:
    """Cut the text into its lines, or, where it is no lines at all, into its values.

    A damaged array whose items belong together is given back whole: nothing is cut there.
    """
    ended = text.endswith(("\n", "\r")) or not text
    crlf = text.count("\r\n")
    if crlf:
        done.append(Done("crlf", f"wrote LF for CR LF after {plural(crlf, 'line')}", crlf))
    elif "\r" in text and "\n" not in text:
        done.append(Done("crlf", f"wrote LF for CR after {plural(text.count(chr(13)), 'line')}", 1))
        text = text.replace("\r", "\n")
    bare, code = without_code(text)
    rule = _whole_damage(bare)
    if rule:
        pieces = _taken_apart(bare, rule, done)
        if not code or not pieces:
            return pieces
        return text if isinstance(pieces, str) else [pieces[0]._replace(code=code), *pieces[1:]]
    if not ended:
        done.append(Done("no-final-newline", "ended the last line", 1))
    lines = _LINE_END.split(text)
    return _joined(lines[:-1] if lines and not lines[-1] else lines, done)


def _taken_apart(text: str, rule: str, done: list[Done]) -> list[Piece] | str:
    """Return the examples of a text that is no lines: of arrays, or of objects over many lines."""
    found = spans(text)
    if found is None:  # damaged somewhere
        pieces = _values(text)
        if rule == "json-array" and not all(holds_example(piece.text) for piece in pieces):
            return text
        done.append(_unrolled(rule, len(pieces)))
        return pieces
    made: list[str] = []
    taken = spread = 0
    for value, span in found:
        if items := examples_in(value, span):
            made += items
            taken += len(items)
        else:  # an object, or a list whose items belong together
            made.append(_flat(span))
            spread += "\n" in span
    if taken:
        done.append(_unrolled("json-array", taken))
    if spread:
        done.append(_unrolled("pretty-printed", spread))
    return [Piece(one) for one in made]


def _flat(text: str) -> str:
    """Return a JSON value over several lines on one."""
    head = '{"":'
    return next(values(f"{head}{text}}}"))[0].removeprefix(head).removesuffix("}").strip()


def _joined(lines: list[str], done: list[Done]) -> list[Piece]:
    """Put objects and lists that spread over several lines among sound ones on one line each."""
    made: list[Piece] = []
    at = joined = 0
    while at < len(lines):
        end = value_end(lines.__getitem__, len(lines), at)
        if end > at:
            text = "\n".join(lines[at : end + 1])
            listed = text.lstrip().startswith("[")
            made += [Piece(_flat(text))] if listed else _values(text)
            joined += 1
        else:
            made.append(Piece(lines[at]))
        at = end + 1
    if joined:
        done.append(_unrolled("pretty-printed", joined))
    return made


def _values(text: str) -> list[Piece]:
    """Return the values of a text, each with the comments in it and before it."""
    found = [Piece(text, comments) for text, _, comments in lenient.commented_values(text)]
    if len(found) > 1 and not found[-1].text:  # comments behind the last value
        last = found.pop()
        found[-1] = Piece(found[-1].text, (*found[-1].comments, *last.comments))
    return found


def _whole_damage(text: str) -> str:
    """Return the rule that says the file is no lines: one array, or objects over many lines."""
    if (behind := COMMENTS.match(text)) and text.startswith("[", behind.end()):
        text = text[behind.end() :]
    first = next((line for line in _LINE_END.split(text[:65536]) if line.strip()), "")
    if first.lstrip().startswith("["):
        return "" if _is_list(first) and _LINE_END.search(text.strip()) else "json-array"
    found = {issue.rule for issue in check_row(2, first.strip().encode()).issues}
    return "pretty-printed" if "pretty-printed" in found else ""


def _is_list(line: str) -> bool:
    """Whether a text is a JSON list."""
    try:
        return isinstance(json.loads(line), list)
    except (ValueError, RecursionError):
        return False


def _unrolled(rule: str, count: int) -> Done:
    examples = plural(count, "example")
    if rule == "json-array":
        return Done(rule, f"took {examples} out of a JSON array, each on a line", count)
    return Done(rule, f"put {examples} that spread over several lines on one line each", count)


def _broken(line: bytes) -> bool:
    return any(RULES[one.rule].scope == "line" for one in check_row(2, line).issues)
