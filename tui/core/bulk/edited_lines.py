"""Apply a function on decoded examples to lines of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.dataset.example import kind_of, writer
from tui.core.fixes.registry import CannotFix, Object, opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.fixes import Fixed


def edited(
    apply: Callable[[Object], Object | None], *, any_format: bool = False
) -> Callable[[bytes], Fixed]:
    """Return a change of lines: `apply` edits an example in place, or returns another for it.

    A line whose example comes out equal, keys in the same order, stays byte for byte. `apply`
    finds no texts in a row of another format: that is refused, not taken for done, unless it
    works on `any_format`.
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
        if made == before:
            if not any_format:
                _refuse_foreign(raw)
            return line
        return made

    return change


def _refuse_foreign(raw: Object) -> None:
    """Raise CannotFix for a row whose texts are not where those of an example are."""
    kind = kind_of(raw)
    if kind in {"chat", "preference"}:
        return
    if kind == "completion" and all(isinstance(raw[key], str) for key in ("prompt", "completion")):
        return
    from tui.core.formats.detection.foreign import foreign_format

    found = foreign_format(raw)
    what = f"it is {found.words}" if found else "it is of no format that is known here"
    raise CannotFix(f"{what}; convert it first")
