"""Regular expressions from people: compiled with limits, searched with a time limit.

The `regex` module is used for what `re` cannot do: give up after a time, and let other
threads run meanwhile. An expression that never ends would stop the whole program otherwise.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tui.core.filtering.nodes import FilterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.filtering.nodes import Pattern

LETTERS = ("i", "m", "s")  # any case; ^ $ at every line; . also for line breaks
_SECONDS = 0.5  # how long matching one text may take
_MOST_REPEATS = 20_000  # each repeat takes memory when the expression is compiled
_REPEAT = re.compile(r"\{\s*([0-9]+)")


def compiled(pattern: Pattern, at: int | None = None) -> Callable[[str], bool]:
    """Return what tells whether the expression finds something in a text.

    Raises FilterError for a wrong expression; what it returns raises one when a text takes
    too long. `at` is where the expression stands in the filter.
    """
    try:
        return _compiled(pattern.source, pattern.flags)
    except _WrongError as error:
        raise FilterError(str(error), None if at is None else at + error.offset) from None


@lru_cache(maxsize=64)
def _compiled(source: str, flags: str) -> Callable[[str], bool]:
    import regex  # 30 ms: only for those who write one

    repeats = [n[:9] for n in _REPEAT.findall(source)]
    if math.prod(max(int(n), 1) for n in repeats) > _MOST_REPEATS:
        raise _WrongError("this expression repeats too much")
    letters = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL}
    try:
        expression: Any = regex.compile(source, sum(letters[c] for c in flags))
    except regex.error as error:
        raise _WrongError(f"this expression is wrong: {error.msg}", error.pos or 0) from None
    except (RecursionError, OverflowError, ValueError, MemoryError):
        raise _WrongError("this expression is too complicated") from None

    def found(text: str) -> bool:
        try:
            return expression.search(text, timeout=_SECONDS, concurrent=True) is not None
        except TimeoutError:
            raise FilterError(f"/{source}/ takes too long; make it simpler") from None

    return found


class _WrongError(Exception):
    """What is wrong with an expression, and at which of its characters."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset
