"""From an edit of a decoded example to an edit of its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.dataset.example import writer
from tui.core.fixes.registry import CannotFix, Object, opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.fixes import Fixed


def edited(apply: Callable[[Object], Object | None]) -> Callable[[bytes], Fixed]:
    """Return a change of lines: `apply` edits an example in place, or returns another for it.

    A line whose example comes out equal, keys in the same order, stays byte for byte.
    """

    def change(line: bytes) -> Fixed:
        try:
            write_like = writer(line)
            raw, before = opened(line, write_like)
            after = apply(raw)
            # What is written tells 1, 1.0 and true apart, and the order of keys.
            made = write_like(raw if after is None else after)
        except RecursionError:
            raise CannotFix("it is nested too deeply to be written anew") from None
        return line if made == before else made

    return change
