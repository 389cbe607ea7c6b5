"""What fixes remove from a line: every text that is in none of the lines they make of it.

It is found by comparing, whatever the fix: so none can take a text out that nobody is told of.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.fixes import lenient
from tui.core.text.nearly_json import LITERAL_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# That a message is gone is told by its words.
_ROLE = re.compile(r"\]\.role\Z")
_PLACE = re.compile(r"\[\d+\]")
# Texts up to this length are no more than a label: told, but no reason to ask.
SHORT = 4
# They rewrite a text in its own place; what stands there afterwards is what became of it.
_REWRITES = (
    "special-token", "mojibake", "answer-whitespace", "name-pattern", "role-", "weight-value",
    "secret-", "personal-", "lone-surrogate", "arguments-type", "not-utf8", "utf-16",
)  # fmt: skip
# They leave all that was said: "1" becomes 1, and a text the example that was written into it.
_ONLY_WRITTEN_ANEW = ("weight-value", "not-an-object")
_MARKS = " \t\r\n,;[]"  # between the values of a line
# They cut marks off the end of a text.
_CUTS = ("legacy-completion",)


@dataclass(frozen=True, slots=True)
class Removal:
    """A text that a fix of `rule` takes out; `where` is its path in the line, or ""."""

    rule: str
    where: str
    text: str

    @property
    def long(self) -> bool:
        """Whether it is a text of more than a few characters."""
        return len(self.text.strip()) > SHORT

    @property
    def key(self) -> str:
        """The path without the numbers in it, such as `messages[].id`: alike in many lines."""
        return _PLACE.sub("[]", self.where)


def removals(rule: str, before: bytes, after: Sequence[bytes]) -> list[Removal]:
    """Return the texts that a fix of `rule` takes out of a line by making `after` of it.

    None for work that is not a fix, whose rule is "".
    """
    if not rule:
        return []
    value = _decoded(before)
    if value is None:
        return [] if rule.startswith(_REWRITES) else _cut_out(rule, before, after)
    rewritten = rule.startswith(_REWRITES)
    made = [leaf for line in after for leaf in _leaves(_decoded(line))]
    places = {where for where, _ in made}
    if rule in _ONLY_WRITTEN_ANEW:
        return []
    left = Counter(text for _, text in made)
    found: list[Removal] = []
    for where, text in _leaves(value):
        if left[text]:
            left[text] -= 1
        elif (
            not (rewritten and where in places)
            and not _ROLE.search(where)
            and (rest := _missing_from(rule, text, left))
        ):
            found.append(Removal(rule, where, rest))
    return found


def _missing_from(rule: str, text: str, left: Counter[str]) -> str:
    """Return what of a text is in none of the texts left: it may be joined to another, or cut."""
    bare = text.strip()
    if not bare or any(bare in other for other in left):
        return ""
    if rule not in _CUTS:
        return text
    kept = max((o for o in left if o.strip() and o.strip() in bare), key=len, default="").strip()
    return bare.replace(kept, "", 1).strip() if kept else text


def _leaves(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text in a JSON value with its path, in order."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        path, one = stack.pop()
        if isinstance(one, str):
            yield path, one
        elif isinstance(one, dict):
            inner = [(f"{path}.{key}" if path else str(key), item) for key, item in one.items()]
            stack += reversed(inner)
        elif isinstance(one, list):
            stack += reversed([(f"{path}[{at}]", item) for at, item in enumerate(one)])


def _decoded(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _cut_out(rule: str, before: bytes, after: Sequence[bytes]) -> list[Removal]:
    """Return what was cut off around the new lines of one that was not JSON, or its comments."""
    text = before.decode("utf-8", "replace")
    gone, at = [], 0
    for piece in (line.decode("utf-8", "replace") for line in after):
        start = text.find(piece, at)
        if start < 0:
            left = Counter(_comments(piece for piece in map(bytes.decode, after)))
            gone = [*(Counter(_comments([text])) - left).elements()]
            break
        gone.append(text[at:start])
        at = start + len(piece)
    else:
        gone.append(text[at:])
    words = (LITERAL_ENDS.sub("", one, 1).strip(_MARKS) for one in gone)
    return [Removal(rule, "", one) for one in words if any(map(str.isalnum, one))]


def _comments(texts: Iterable[str]) -> list[str]:
    return [t.text.rstrip() for one in texts for t in lenient.tokens(one) if t.kind == "comment"]
