"""Pairs of similar lines that a search has found, as the rules on near duplicates get them."""

from __future__ import annotations

from dataclasses import dataclass

# A line, and one that it is like; both 0-based, rising by the first, no line twice.
Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class NearPairs:
    """The pairs found, as far as they were searched for.

    `near` leads from a line to the first of its group, `leaked` to a line of the file named
    `against`.
    """

    near: Pairs = ()
    leaked: Pairs = ()
    against: str = ""
