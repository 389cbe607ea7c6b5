"""Rules on lines that are not a JSON object: which kind of damage it is. The first match wins."""

from __future__ import annotations

import re
from codecs import BOM_UTF8

from tui.core.checks.registry import BadLine, Finding, line_rule
from tui.core.checks.row import json_type, quoted
from tui.core.formats.turns import is_conversation
from tui.core.text import nearly_json

_LOOKS_LIKE = 'An example looks like {"messages": […]}.'
_NUMBERS = re.compile(r"[+-]?(NaN|nan|Infinity|Inf|inf)\b")
_WORDS = re.compile(r"(True|False|None|TRUE|FALSE|NULL|Null|undefined)\b")
_PYTHON = re.compile(r"[uUrRbB]{1,2}['\"]|\(")
_MEMBER = re.compile(r'\s*"[^"]*"\s*:')


def _finding(line: BadLine, text: str) -> Finding:
    return Finding(f"Column {line.column + 1}: {text}")


@line_rule(
    "blank-line",
    "warning",
    "Blank line",
    "JSONL holds one example a line. Blank lines are skipped by some servers, refused by others.",
    fixable=True,
)
def blank_line(line: BadLine) -> Finding | None:
    """Find lines of nothing but spaces."""
    if line.data.strip():
        return None
    return Finding("This line is blank. Remove it.")


@line_rule(
    "utf-16",
    "error",
    "UTF-16 or UTF-32 text",
    "Fine-tuning files must be UTF-8. Windows programs often save “Unicode” as UTF-16.",
    fixable=True,
)
def utf_16(line: BadLine) -> Finding | None:
    """Find text in 2- or 4-byte units: a byte order mark, or every other byte zero."""
    data = line.data
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not data.strip(b"\0 \t\r"):
        return None  # nothing but zeros, as a crash leaves them
    if not marked and data.count(0) * 3 < len(data):
        return None
    return Finding("Column 1: this is UTF-16 or UTF-32 text. Save the file as UTF-8.")


@line_rule(
    "nul-byte",
    "error",
    "NUL byte",
    "A NUL byte is not JSON. It is usually left by a crash or a failed copy.",
)
def nul_byte(line: BadLine) -> Finding | None:
    """Find zero bytes."""
    at = line.data.find(0)
    if at < 0:
        return None
    if not line.data.strip(b"\0 \t\r"):
        return Finding("This line is nothing but NUL bytes, as a crash leaves them. Delete it.")
    return Finding(
        f"Column {at + 1}: there is a NUL byte. Remove it, or restore the line from its source."
    )


@line_rule(
    "not-utf8",
    "error",
    "Not UTF-8",
    "Fine-tuning files must be UTF-8; a file in Latin-1 or Windows-1252 has to be converted.",
    fixable=True,
)
def not_utf8(line: BadLine) -> Finding | None:
    """Find bytes that are no UTF-8."""
    try:
        line.data.decode()
    except UnicodeDecodeError as error:
        column = len(line.data[: error.start].decode()) + 1
        byte = line.data[error.start]
        return Finding(f"Column {column}: the byte 0x{byte:02X} is not UTF-8. Convert to UTF-8.")
    return None


@line_rule(
    "bom-inside",
    "error",
    "Byte order mark inside the file",
    "Files that were joined carry the mark of each; in front of an object it is not JSON.",
    fixable=True,
)
def bom_inside(line: BadLine) -> Finding | None:
    """Find a byte order mark in front of a line."""
    if not line.data.startswith(BOM_UTF8):
        return None
    return Finding("Column 1: the line starts with a byte order mark (BOM). Remove it.")


@line_rule(
    "lone-surrogate",
    "error",
    "Half a character",
    "An escape such as \\ud83d stands for half of an emoji; alone it is not text.",
    fixable=True,
)
def lone_surrogate(line: BadLine) -> Finding | None:
    """Find an escaped surrogate without its partner."""
    if "surrogate" not in line.reason:
        return None
    return _finding(
        line, "a \\ud… escape is only half of a character. Complete it, or replace it by \\ufffd."
    )


@line_rule(
    "bare-messages",
    "error",
    "Messages without an example",
    "An example is an object: the list of its messages stands under “messages”.",
    fixable=True,
)
def bare_messages(line: BadLine) -> Finding | None:
    """Find a conversation that is a bare list of messages."""
    if not is_conversation(line.value):
        return None
    return Finding('This is a list of messages. Write it as {"messages": […]}.')


@line_rule(
    "json-array",
    "error",
    "JSON array instead of lines",
    "JSONL has no brackets around the file and no commas between examples.",
    fixable=True,
)
def json_array(line: BadLine) -> Finding | None:
    """Find an array of examples, or a line that is part of one."""
    text = nearly_json.without_code(line.text)[0].strip() if line.reason else ""
    part = text.rstrip("; ") in {"[", "]"} or text.startswith("[")
    more = "after document" in line.reason and nearly_json.AFTER_ITEM.match(line.rest)
    if not part and not isinstance(line.value, list) and not more:
        return None
    return _finding(
        line,
        "this is a JSON array, not one object a line. "
        "Remove the brackets and the commas between the examples.",
    )


@line_rule(
    "pretty-printed",
    "error",
    "Object over several lines",
    "JSONL needs each example on one line; indented JSON spreads it over many.",
    fixable=True,
)
def pretty_printed(line: BadLine) -> Finding | None:
    """Find a line that holds a piece of an indented object."""
    text = nearly_json.without_code(line.text)[0].strip()
    if text.rstrip(",[;") not in {"{", "}", "]"} and not _MEMBER.match(text):
        return None
    return _finding(
        line, "this is part of an object on several lines. Put each example on one line."
    )


@line_rule(
    "odd-space",
    "error",
    "Space that JSON does not know",
    "Between values JSON has blanks and tabs; others come from web pages and editors.",
    fixable=True,
)
def odd_space(line: BadLine) -> Finding | None:
    """Find no-break, zero-width and other spaces outside of texts, and colours of terminals."""
    if nearly_json.COLOUR.match(line.rest):
        return _finding(line, "the code of a terminal's colour stands here. Remove it.")
    if "control character" in line.reason or not nearly_json.ODD_SPACE.match(line.rest):
        return None
    code = f"U+{ord(line.rest[0]):04X}"
    return _finding(line, f"a space that JSON does not know stands here ({code}). Remove it.")


@line_rule(
    "text-around",
    "error",
    "Text around the example",
    "A line of JSONL is the object; numbers, times and fences of Markdown come from other tools.",
    fixable=True,
)
def text_around(line: BadLine) -> Finding | None:
    """Find a number, time or name of a file in front of a whole object, and Markdown's fences."""
    if nearly_json.FENCE.fullmatch(line.text.strip()):
        return Finding("This is a fence of Markdown, not an example. Delete the line.")
    if not line.reason or (before := nearly_json.before_object(line.text)) is None:
        return None
    return Finding(f"Column 1: {quoted(before.strip())} stands before the example. Remove it.")


@line_rule(
    "trailing-comma",
    "error",
    "Trailing comma",
    "JSON allows no comma after the last item.",
    fixable=True,
)
def trailing_comma(line: BadLine) -> Finding | None:
    """Find a comma before a closing bracket."""
    if "trailing comma" not in line.reason:
        return None
    return _finding(line, "there is a comma after the last item. Remove it.")


@line_rule(
    "missing-comma",
    "error",
    "Missing comma",
    "JSON has a comma between two items of a list and two keys of an object.",
    fixable=True,
)
def missing_comma(line: BadLine) -> Finding | None:
    """Find an object, a list or a key behind a value, with nothing between them."""
    if not line.reason.endswith(("expected ',' or '}'", "expected ',' or ']'")):
        return None
    before = line.text[: line.column].rstrip()[-1:]
    listed = before in {"}", "]"} and line.rest[:1] in {"{", "["} and line.reason.endswith("']'")
    if not listed and not (_MEMBER.match(line.rest) and line.reason.endswith("'}'")):
        return None
    return _finding(line, "there is no comma between two items. Add one.")


@line_rule(
    "javascript",
    "error",
    "JavaScript instead of JSON",
    "JSON has no keys without quotes, no hexadecimal numbers and no semicolons.",
    fixable=True,
)
def javascript(line: BadLine) -> Finding | None:
    """Find keys without quotes, numbers as only programs write them, and semicolons."""
    if "after document" in line.reason and line.rest.startswith(";"):
        return _finding(line, "JSON has no semicolons. Remove it.")
    inside = line.text[: line.column].rstrip().endswith(("{", ","))
    if inside and nearly_json.BARE_KEY.match(line.rest):
        return _finding(line, "a key stands without quotes. Put it in double quotes.")
    if nearly_json.program_number(line.text, line.column):
        return _finding(line, "a number is not written as JSON has it. Write it in digits.")
    return None


@line_rule(
    "not-a-number",
    "error",
    "NaN or Infinity",
    "JSON has no NaN and no Infinity. Python writes them, others refuse them.",
    fixable=True,
)
def not_a_number(line: BadLine) -> Finding | None:
    """Find NaN and Infinity as Python writes them."""
    if (match := _NUMBERS.match(line.rest)) is None:
        return None
    return _finding(line, f"{match[0]} is not JSON. Write null or a number.")


@line_rule(
    "python-literal",
    "error",
    "Python instead of JSON",
    "JSON writes true, false and null. Printing a Python dict gives something else.",
    fixable=True,
)
def python_literal(line: BadLine) -> Finding | None:
    """Find True, False, None and undefined, and the texts and tuples of Python."""
    if (match := _WORDS.match(line.rest)) is not None:
        return _finding(line, f"{match[0]} is not JSON. Write true, false or null.")
    if _PYTHON.match(line.rest) is None:
        return None
    return _finding(line, "this is written as Python writes it. Write it as JSON.")


@line_rule(
    "single-quotes",
    "error",
    "Wrong quotes",
    "JSON wants straight double quotes. Python's repr and word processors write others.",
    fixable=True,
)
def single_quotes(line: BadLine) -> Finding | None:
    """Find single and typographic quotes in the place of double ones."""
    if line.text.startswith('"{""'):
        return Finding("Column 1: the quotes are doubled, as in a table. Write each once.")
    if line.rest[:1] not in {"'", "‘", "’", "“", "”", "`"}:
        return None
    return _finding(line, f'{line.rest[0]} is not a JSON quote. Use straight double quotes ".')


@line_rule(
    "comment", "error", "Comment", "JSON has no comments; no server skips them.", fixable=True
)
def comment(line: BadLine) -> Finding | None:
    """Find comments in the style of C, Python and SQL."""
    if not line.rest.startswith(("//", "/*", "#", "--")):
        return None
    return _finding(line, "JSON has no comments. Remove it.")


@line_rule(
    "concatenated",
    "error",
    "Several objects on one line",
    "JSONL needs a line break between two examples.",
    fixable=True,
)
def concatenated(line: BadLine) -> Finding | None:
    """Find a second value after the end of the first."""
    ends = nearly_json.LITERAL_ENDS.match(line.rest)
    behind = line.rest[ends.end() if ends else 0 :]
    if "after document" not in line.reason or (behind[:1] not in {"{", "["} and behind):
        return None
    return _finding(line, "a second object starts on the same line. Put each on its own line.")


@line_rule(
    "control-character",
    "error",
    "Raw control character",
    "In JSON a tab or another control character inside a text has to be escaped.",
    fixable=True,
)
def control_character(line: BadLine) -> Finding | None:
    """Find raw control characters inside a string."""
    if "control character" not in line.reason:
        return None
    return _finding(
        line, "a text holds a raw control character. Write it as an escape, such as \\t or \\n."
    )


@line_rule(
    "invalid-escape",
    "error",
    "Backslash that escapes nothing",
    'In JSON a backslash is written twice, except before one of "\\/bfnrtu.',
    fixable=True,
)
def invalid_escape(line: BadLine) -> Finding | None:
    r"""Find escapes that JSON does not have, such as \d and \'."""
    if "invalid escaped sequence" not in line.reason:
        return None
    return _finding(line, "a backslash stands before what it cannot escape. Write it twice.")


@line_rule(
    "truncated",
    "error",
    "Line cut off",
    "The line ends before its object does: an interrupted download, or a raw line break in a text.",
)
def truncated(line: BadLine) -> Finding | None:
    """Find lines that end too early."""
    if "end of data" not in line.reason:
        return None
    return _finding(
        line, "the line ends in the middle of its object. Restore the rest, or delete the line."
    )


@line_rule(
    "too-deep",
    "error",
    "Nested too deeply",
    "Objects nested over a thousand levels are refused by every reader.",
)
def too_deep(line: BadLine) -> Finding | None:
    """Find lines nested deeper than the decoder goes, mostly by brackets nothing closes."""
    if "depth limit" not in line.reason:
        return None
    return _finding(line, "arrays or objects are nested too deeply. Remove the nesting.")


@line_rule(
    "not-an-object",
    "error",
    "Not an object",
    "Every line has to be one JSON object, in braces.",
    fixable=True,
)
def not_an_object(line: BadLine) -> Finding | None:
    """Find JSON of another type."""
    if line.reason:
        return None
    twice = isinstance(line.value, str) and line.value.lstrip().startswith(("{", "["))
    return Finding(
        f"This line is {json_type(line.value)}, not an object. "
        + ("Its example was written as JSON twice." if twice else _LOOKS_LIKE),
        by_hand=not twice,
    )


@line_rule("invalid-json", "error", "Invalid JSON", "The line cannot be read as JSON.")
def invalid_json(line: BadLine) -> Finding | None:
    """Report whatever no other rule recognised, in the decoder's words."""
    near = f" near {quoted(line.rest)}" if line.rest else ""
    return _finding(line, f"{line.reason}{near}. Correct the JSON here.")
