"""The format of a file to be written, by the ending of its name."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from tui.core.text.text import one_line
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def by_ending(path: PurePath | str, known: Mapping[str, T], default: T) -> T:
    """Return what `known` has for a file's ending, such as ".csv"; `default` for one without.

    Raises InputError for an ending that is none of them: its file would hold something else.
    """
    ending = PurePath(path).suffix.lower()
    if not ending or ending in known:
        return known.get(ending, default)
    cause = f"no format here ends in {one_line(ending, 20)}"
    raise InputError("Usage", f"{one_line(str(path), 200)}: {cause}", f"One of {', '.join(known)}.")
