"""Names of speakers and of functions: the characters that servers take in them."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 64
VALID_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{MOST_CHARACTERS}}}")
_OTHER_CHARACTERS = re.compile(r"[^A-Za-z0-9_-]+")


def valid_name(name: str) -> str:
    """Return a valid name made of another: without accents, _ for what else is not allowed.

    Empty when nothing of it is left.
    """
    letters = unicodedata.normalize("NFKD", name)
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    return _OTHER_CHARACTERS.sub("_", letters).strip("_")[:MOST_CHARACTERS]


def has_other_characters(name: str) -> bool:
    """Whether a name has characters that no name may have, whatever its length."""
    return _OTHER_CHARACTERS.search(name) is not None
