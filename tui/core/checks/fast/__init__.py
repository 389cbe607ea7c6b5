"""Shortcuts of the checks: the same findings as the plain rules, for many lines, sooner.

`check_batch` in `fast/batch.py` is the way in; gates of rules that are a quick look are its part
for single lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Whether shortcuts are taken. Without them every rule is asked of every line.
ENABLED = True
# Gates of rules that only save asking them: behind a closed one they would find nothing.
GATES: set[Callable[[Any], bool]] = set()


def shortcut(gate: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Mark a gate of rules that would find nothing in what it does not let through."""
    GATES.add(gate)
    return gate
