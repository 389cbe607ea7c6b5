"""From an edit of a decoded example to an edit of its line."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from tui.core.fixes.model import Object, decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.fixes import Fixed


def edited(apply: Callable[[Object], Object | None]) -> Callable[[bytes], Fixed]:
    """Return a change of lines: `apply` edits an example in place, or returns another for it.

    A line whose example comes out equal, keys in the same order, stays byte for byte.
    """

    def change(line: bytes) -> Fixed:
        raw = decoded(line)
        before = deepcopy(raw)
        after = apply(raw)
        after = raw if after is None else after
        return line if _same(before, after) else encoded(after, line)

    return change


def _same(one: object, other: object) -> bool:
    """Tell whether two values are equal down to the order of keys and 1, 1.0 and true apart."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        if [*one] != [*other]:
            return False
        return all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other
