"""Making JSONL of a file that is none yet, with every step told and counted."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.checks import RULES, check_row
from tui.core.fixes.damaged import decoded_text, holds_example, wide_encoding
from tui.core.fixes.lenient import depth, values
from tui.core.fixes.run import mend
from tui.core.formats.turns import is_conversation
from tui.core.text.text import plural

if TYPE_CHECKING:
    from tui.core.fixes.removals import Removal

_LINE_RULES = frozenset(rule.id for rule in RULES.values() if rule.scope == "line")
_LINE_END = re.compile(r"\r\n|\n")
# An object over more lines than this is taken for one that is cut off.
_LONGEST_OBJECT = 20_000
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
    "json-array": "took away brackets and commas of an array on {} lines",
}


@dataclass(frozen=True, slots=True)
class Done:
    """One kind of repair: the rule it answers, in words, and how often it was done."""

    rule: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Repaired:
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


def repair(data: bytes) -> Repaired:
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
        return Repaired(raw, tuple(done), tuple(range(1, len(raw) + 1)))
    counts: Counter[str] = Counter()
    lines: list[bytes] = []
    removed: list[tuple[int, Removal]] = []
    for piece in pieces:
        mended = mend(piece.encode("utf-8", "replace"), _LINE_RULES)
        counts += mended.fixed
        removed += [(len(lines) + 1, one) for one in mended.removed]
        lines += mended.lines
    done += [_told(rule, count) for rule, count in counts.items()]
    left = tuple(n for n, line in enumerate(lines, 1) if _broken(line))
    return Repaired(tuple(lines), tuple(done), left, tuple(removed))


def needs_repair(rule: str) -> bool:
    """Whether a problem of this rule is the whole file's, and so mended into a new file."""
    return rule in {"bom", "utf-16", "json-array", "pretty-printed", "crlf", "no-final-newline"}


def _told(rule: str, count: int) -> Done:
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


def _pieces(text: str, done: list[Done]) -> list[str] | str:
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
    rule = _whole_damage(text)
    if rule:
        return _taken_apart(text, rule, done)
    if not ended:
        done.append(Done("no-final-newline", "ended the last line", 1))
    lines = _LINE_END.split(text)
    return _joined(lines[:-1] if lines and not lines[-1] else lines, done)


def _taken_apart(text: str, rule: str, done: list[Done]) -> list[str] | str:
    """Return the examples of a text that is no lines: of arrays, or of objects over many lines."""
    spans = _spans(text)
    if spans is None:  # damaged somewhere
        found = [piece for piece, _ in values(text)]
        if rule == "json-array" and not all(map(holds_example, found)):
            return text
        done.append(_unrolled(rule, len(found)))
        return found
    made: list[str] = []
    taken = 0
    for value, span in spans:
        if items := _examples_in(value, span):
            made += items
            taken += len(items)
        else:  # an object, or a list whose items belong together
            made.append(_flat(span))
    if taken:
        done.append(_unrolled("json-array", taken))
    if len(made) > taken and "\n" in text.strip():
        done.append(_unrolled("pretty-printed", len(made) - taken))
    return made


def _examples_in(value: object, span: str) -> list[str]:
    """Return the items of a list of examples; none of a list whose items belong together."""
    if not isinstance(value, list) or is_conversation(value):
        return []
    items = [piece for piece, _ in values(span)]
    return items if any(map(holds_example, items)) else []


def _spans(text: str) -> list[tuple[object, str]] | None:
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


def _flat(text: str) -> str:
    """Return a JSON value over several lines on one."""
    head = '{"":'
    return next(values(f"{head}{text}}}"))[0].removeprefix(head).removesuffix("}").strip()


def _joined(lines: list[str], done: list[Done]) -> list[str]:
    """Put objects and lists that spread over several lines among sound ones on one line each."""
    made: list[str] = []
    at = joined = 0
    while at < len(lines):
        end = _value_end(lines, at) if lines[at].rstrip().endswith(("{", "[", ",")) else at
        if end > at:
            text = "\n".join(lines[at : end + 1])
            listed = text.lstrip().startswith("[")
            made += [_flat(text)] if listed else [piece for piece, _ in values(text)]
            joined += 1
        else:
            made.append(lines[at])
        at = end + 1
    if joined:
        done.append(_unrolled("pretty-printed", joined))
    return made


def _value_end(lines: list[str], at: int) -> int:
    """Return the line in which the value that begins on a line ends; `at` to leave it in lines.

    A list is one value where it is sound and its items belong together; examples are taken out.
    """
    if lines[at].lstrip().startswith("{"):
        return _closing(lines, at)
    if not lines[at].lstrip().startswith("["):
        return at
    end = _closing(lines, at)
    spans = _spans("\n".join(lines[at : end + 1]))
    return end if spans is not None and len(spans) == 1 and not _examples_in(*spans[0]) else at


def _closing(lines: list[str], at: int) -> int:
    """Return the line that closes what a line opens; `at` when none does."""
    open_ = 0
    for number in range(at, min(len(lines), at + _LONGEST_OBJECT)):
        if number > at and _whole_object(lines[number]):
            return at  # the next example: what began before it was cut off
        open_ += depth(lines[number])
        if open_ <= 0:
            return number if open_ == 0 else at
    return at


def _whole_object(line: str) -> bool:
    return line.startswith("{") and line.rstrip().endswith("}") and depth(line) == 0


def _whole_damage(text: str) -> str:
    """Return the rule that says the file is no lines: one array, or objects over many lines."""
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
