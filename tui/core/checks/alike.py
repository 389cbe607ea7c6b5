"""What a search has found alike in a file: pairs of lines, for the rules on likeness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.near import Group

# A line, and one that it is like; both 0-based, rising by the first, no line twice.
Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """What is alike, as far as it was looked for.

    `near` leads from a line to the first of its group, `leaked` to a line of the file named
    `against`.
    """

    near: Pairs = ()
    leaked: Pairs = ()
    against: str = ""


def pairs_of(groups: Iterable[Group]) -> Pairs:
    """Return the pairs in groups of one file, or of two; no row may be in two groups."""
    return tuple(
        sorted(
            (row, (group.others or group.rows)[0])
            for group in groups
            for row in (group.rows if group.others else group.rows[1:])
        )
    )
