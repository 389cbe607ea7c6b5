"""Match a pattern of a text in the line as it is written, before the texts are taken out of it.

Taking a line apart into its texts, with their escapes undone, costs ten times as much as looking
at its bytes; and of a hundred lines with long numbers one has a card or a telephone in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# No match is longer, with what is looked at around it; so far an escape may reach as well.
_LONGEST = 60
# With more places than these the line is looked at in one piece.
_FEW = 8
_ESCAPE = re.compile(rb"\\+(?:u[0-9a-fA-F]{4}|[bfnrt\"/])")
# Stands for an escaped character: no letter, digit or sign to a pattern of bytes.
_ANY = b"\x80"


def in_some_text(
    whole: re.Pattern[bytes],
) -> Callable[[bytes, re.Pattern[bytes]], bool]:
    """Return a look: whether a text of a line may match `whole`, given what a match has in it.

    `whole` matches at most 50 capitals, digits and signs, which stand in the line as they do in
    the text (see `hides_ascii` for the others). What stands around a match may be an escape, whose
    last letter or digit is none of the text; and what is not ASCII is no letter to a pattern of
    bytes. So `whole` may look around only for what must not be there: this look finds too much
    then, never too little.
    """

    def matches(line: bytes, within: re.Pattern[bytes]) -> bool:
        places = [found.span() for found in within.finditer(line)]
        if len(places) > _FEW:
            places = [(0, len(line))]
        for start, end in places:
            part = line[max(start - _LONGEST, 0) : end + _LONGEST]
            if b"\\" in part:
                if b"\\\\u" in part:  # in a string in a string: which digits are its own?
                    return True
                part = _ESCAPE.sub(_ANY, part)
            if whole.search(part) is not None:
                return True
        return False

    return matches
