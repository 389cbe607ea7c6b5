"""Pairs of similar lines that a search has found, as the rules on likeness are given them."""

from __future__ import annotations

from dataclasses import dataclass

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
