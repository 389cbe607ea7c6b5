"""From an edit of a decoded example to an edit of its line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tui.core.fixes.model import CannotFix, Object, decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.fixes import Fixed


def edited(apply: Callable[[Object], Object | None]) -> Callable[[bytes], Fixed]:
    """Return a change of lines: `apply` edits an example in place, or returns another for it.

    A line whose example comes out equal, keys in the same order, stays byte for byte.
    """

    def change(line: bytes) -> Fixed:
        try:
            raw = decoded(line)
            before = json.dumps(raw)  # tells 1, 1.0 and true apart, and the order of keys
            after = apply(raw)
            after = raw if after is None else after
            return line if json.dumps(after) == before else encoded(after, line)
        except RecursionError:
            raise CannotFix("it is nested too deeply to be written anew") from None

    return change
