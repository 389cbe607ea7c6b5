"""Patterns of text that is nearly JSON: what programs, shells and web pages put around it."""

from __future__ import annotations

import re

import orjson

# No-break, zero-width and other spaces; JSON itself has four.
SPACES = (
    "\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff"
)
ODD_SPACE = re.compile(f"[{SPACES}]")
COLOUR = re.compile(r"\x1b\[[\d;]*m")  # as `jq -C` writes for a terminal
_TEXT_OR_COLOUR = re.compile(rf'("(?:[^"\\]|\\.)*")|{COLOUR.pattern}')
# A value that a program assigns, exports or gives a function: `export const data = [`.
CODE = re.compile(
    r"""\s*(?:
        export\s+default
      | (?:export\s+)?(?:const|let|var)\s+[\w$]+(?:\s*:\s*[\w$.<>\[\]]+)?\s*=
      | [A-Za-z_$][\w$.]*\s*[=(]
    )\s*(?=[\[{])""",
    re.VERBOSE,
)
CODE_END = re.compile(r"(?:\s+as\s+const)?\s*\)?\s*;?(?:\s*export\s+default\s+[\w$]+\s*;?)?\s*\Z")
COMMENTS = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/|\#[^\n]*|--[^\n]*)*", re.DOTALL)
# Behind an item of an array: a comma and the next one, or brackets, and no more but a comment.
AFTER_ITEM = re.compile(r"\s*(?:[\]}]+\s*(?:,\s*)?(?:\Z|//|/\*|#|--)|,\s*(?:\Z|//|/\*|#|--|[\[{]))")
LITERAL_ENDS = re.compile(
    r"(?:\\[nr]|\s)*"
)  # line ends as a shell writes them that does not know \n
FENCE = re.compile(r"```\w*")  # of Markdown
BARE_KEY = re.compile(r"(?:[A-Za-z_$][\w$]*|\d+)\s*:")
# As shells, logs and lists begin lines: a number, a time, a level, a bullet, a file's name.
_BEFORE = re.compile(
    r"\s*(?:[\[(#]?(?:\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) )[^{}\"']{0,120}"
    r"|(?:DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|TRACE)[:\s][^{}\"']{0,80}"
    r"|[\w./-]{1,80}\.(?:jsonl?|ndjson|log|txt):(?:\d+:)?|(?:[-*•] +|[|,)> ])+)\s*(?=\{)"
)
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F]+|(?:[1-9](?:_?\d)*|0)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])"
)
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


def without_code(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text without the code around its value, and that code, before and behind it."""
    at = COMMENTS.match(text)
    start = CODE.match(text, at.end() if at else 0)
    if start is None:
        return text, ()
    end = CODE_END.search(text, start.end())
    last = end.start() if end else len(text)
    found = (start[0].strip(), text[last:].strip())
    return f"{text[: start.start()]}{text[start.end() : last]}", found


def without_colours(text: str) -> str:
    """Return a text without the colour codes of terminals that stand between its values."""
    return _TEXT_OR_COLOUR.sub(lambda found: found[1] or "", text)


def before_object(text: str) -> str | None:
    """Return what stands before the one whole object of a line; None where nothing does."""
    found = _BEFORE.match(text)
    if found is None:
        return None
    try:
        value = orjson.loads(text[found.end() :].encode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        return None
    return found[0] if isinstance(value, dict) else None


def program_number(text: str, column: int) -> bool:
    """Whether a number that only programs write stands at a column, or ends there."""
    start = max(text.rfind(mark, 0, column) for mark in " :,[") + 1
    found = _NUMBER.match(text, start)
    return found is not None and found.end() >= column and json_number(found[0]) != found[0]


def json_number(text: str) -> str:
    """Return a number of a program as JSON writes it; any other text as it is."""
    if _JSON_NUMBER.fullmatch(text) or _NUMBER.fullmatch(text) is None:
        return text
    sign = "-" if text.startswith("-") else ""
    digits = text.lstrip("+-").replace("_", "")
    if digits[:2] in {"0x", "0X"}:
        return f"{sign}{int(digits, 16)}"
    whole, mark, power = digits.lower().partition("e")
    before, point, after = whole.partition(".")
    return f"{sign}{before or '0'}{point}{after or ('0' if point else '')}{mark}{power}"
