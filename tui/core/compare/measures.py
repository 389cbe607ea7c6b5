"""Measures of an answer against the reference of its prompt.

Every measure of one answer is a share from 0 to 1 (yes is 1), and None where it does not apply:

- `exact`: the text is the reference's, character by character, and so are the tool calls.
- `normalised`: as exact, after Unicode NFKC, case folding, runs of white space made one blank,
  and quotes and closing punctuation cut off both ends.
- `similarity`: 1 minus the insertions and deletions that turn one text into the other, over the
  length of both (normalised Indel similarity of rapidfuzz), of the first 100,000 characters.
- `json_valid`: the whole answer is JSON. This and the next two apply where the reference is a
  JSON object or array.
- `json_keys_equal`: the same keys at the same places; all elements of an array are one place.
- `json_equal`: the same value, whatever the order of the keys.
- `tool_calls_equal`: the same calls in any order, names and arguments compared as parsed JSON;
  applies where the reference makes calls.
- `judge`: the score that a judge gave, over the best there is; where one was asked.
- `picked`: 1 for the answer that the user picked as the best to its prompt, 0 for the others.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.compare.answers import Answer, canonical
from tui.core.text.json_text import refuse_constant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Those where more is better, in the order in which they are shown.
QUALITY = (
    "exact", "normalised", "similarity", "json_valid", "json_keys_equal", "json_equal",
    "tool_calls_equal", "judge", "picked",
)  # fmt: skip
ASKED_FOR = ("judge", "picked")  # told only of answers that have them
YES_NO = frozenset(QUALITY) - {"similarity", "judge"}
LONGEST = 100_000  # characters of each text that similarity looks at
_ENDS = " .,;:!?…\"'`“”„‘’‚«»‹›。！？"


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one answer; see the module for each."""

    exact: float | None = None
    normalised: float | None = None
    similarity: float | None = None
    json_valid: float | None = None
    json_keys_equal: float | None = None
    json_equal: float | None = None
    tool_calls_equal: float | None = None
    judge: float | None = None
    picked: float | None = None

    def of(self, name: str) -> float | None:
        """Return the measure of that name. Raises AttributeError for another name."""
        found: float | None = getattr(self, name)
        return found

    def as_json(self) -> dict[str, float | None]:
        """Return the measures by name; a judge's and a pick only where there was one."""
        found = {name: self.of(name) for name in QUALITY}
        return {n: v for n, v in found.items() if v is not None or n not in ASKED_FOR}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Measures:
        """Read what `as_json` wrote; what is not a number is None."""
        found = {name: value.get(name) for name in QUALITY}
        return cls(**{n: float(v) for n, v in found.items() if isinstance(v, int | float)})


def measure(answer: Answer, reference: Answer | None) -> Measures:
    """Return the measures of an answer; none apply without a reference. Never raises."""
    if reference is None or reference.empty:
        return Measures()
    calls = _same_calls(answer, reference)
    same_text = answer.text == reference.text
    as_read = same_text or normalised(answer.text) == normalised(reference.text)
    expected = parsed(reference.text)
    structured = isinstance(expected, dict | list)
    return Measures(
        exact=float(same_text and calls),
        normalised=float(as_read and calls),
        similarity=similarity(answer.text, reference.text) if reference.text.strip() else None,
        tool_calls_equal=float(calls) if reference.calls else None,
        **(_of_json(parsed(answer.text), expected) if structured else {}),
    )


def normalised(text: str) -> str:
    """Return a text without differences of spelling that say nothing; see the module."""
    flat = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return flat.strip(_ENDS)


def similarity(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1."""
    from rapidfuzz.distance import Indel  # 17 ms, when the first answer is measured

    return Indel.normalized_similarity(one[:LONGEST], other[:LONGEST])


class NotJson:
    """Stands for a text that is not JSON."""


NOT_JSON = NotJson()


def parsed(text: str) -> object:
    """Return the JSON value that a text is, or NOT_JSON."""
    try:
        value = json.loads(text, parse_constant=refuse_constant)
        canonical(value)  # what is nested too deeply to be compared counts as no JSON
    except (ValueError, RecursionError):
        return NOT_JSON
    return value


def _of_json(value: object, expected: object) -> dict[str, float]:
    if value is NOT_JSON:
        return {"json_valid": 0.0, "json_keys_equal": 0.0, "json_equal": 0.0}
    keys = set(_key_paths(value)) == set(_key_paths(expected))
    return {
        "json_valid": 1.0,
        "json_keys_equal": float(keys),
        "json_equal": float(canonical(value) == canonical(expected)),
    }


def _key_paths(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield where each key stands; the path says also whether it leads to an object or array."""
    if isinstance(value, dict):
        yield (*path, "{}")
        for key, inner in value.items():
            yield (*path, "{}", key)
            yield from _key_paths(inner, (*path, "{}", key))
    elif isinstance(value, list):
        yield (*path, "[]")
        for inner in value:
            yield from _key_paths(inner, (*path, "[]"))


def _same_calls(answer: Answer, reference: Answer) -> bool:
    return Counter(map(_call_key, answer.calls)) == Counter(map(_call_key, reference.calls))


def _call_key(call: tuple[str, str]) -> tuple[str, str]:
    name, arguments = call
    value = parsed(arguments.strip() or "{}")  # no arguments are written in both ways
    return name, f"text:{arguments}" if value is NOT_JSON else canonical(value)
