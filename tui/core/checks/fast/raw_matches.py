"""Match a pattern of a text in the line as it is written, before the texts are taken out of it.

Taking a line apart into its texts, with their escapes undone, costs ten times as much as looking
at its bytes; and of a hundred lines with long numbers one has a card or a telephone in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# What is looked at around a match: a sign or two, any of which may be an escape.
_AROUND = 16
_ESCAPE = re.compile(rb"\\+(?:u[0-9a-fA-F]{4}|[bfnrt\"/])")
# Stands for an escaped character: no letter, digit or sign to a pattern of bytes.
_ANY = b"\x80"


def in_some_text(
    whole: str,
    exact: tuple[str, ...],
    longest: int,
    possible: Callable[[str], bool] | None = None,
) -> Callable[[bytes, bytes], bool]:
    """Return a look at a line and its figures: whether a text of it may match `whole`.

    Any match has one of `exact` in itself, with 0 for each digit and A for each capital.

    `whole` matches at most `longest` capitals, digits and signs, which stand in the line as they
    do in the text (see `hides_ascii` for the others). What stands around a match may be an escape,
    whose last letter or digit is not of the text; and a pattern of bytes takes only ASCII for
    letters. So `whole` may look around only for what must not be there: this look finds too much
    then, never too little. `possible` says whether a match may be one.
    """
    pattern = re.compile((whole if possible is None else f"(?=({whole}))").encode())
    rough = [re.compile(one.encode()) for one in exact]
    margin = longest + _AROUND

    def found(part: bytes) -> bool:
        if b"\\" in part:
            if b"\\\\u" in part:  # in a string in a string: which digits are its own?
                return True
            part = _ESCAPE.sub(_ANY, part)
        if possible is None:
            return pattern.search(part) is not None
        return any(possible(one[1].decode()) for one in pattern.finditer(part))

    def matches(line: bytes, seen: bytes) -> bool:
        places = [match.span() for one in rough for match in one.finditer(seen)]
        if 2 * margin * len(places) > len(line):
            return bool(places) and found(line)
        return any(found(line[max(start - margin, 0) : end + margin]) for start, end in places)

    return matches
