"""Group repeated answers to one prompt: equal ones are counted as one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.compare.answers import Answer


def collapsed(answers: Sequence[Answer]) -> list[tuple[int, Answer]]:
    """Return each answer once with how often it came, the most frequent first.

    Those that came equally often stand in the order of their first coming.
    """
    return [(count, answer) for answer, count in Counter(answers).most_common()]


def repeats_words(answers: Sequence[Answer]) -> str:
    """Return how often the answers agree, such as "7 × the same, 2 × another, 1 once"."""
    counts = [count for count, _ in collapsed(answers)]
    if len(counts) <= 1:
        return f"{len(answers)} × the same" if len(answers) > 1 else ""
    if counts[0] == 1:
        return f"{plural(len(counts), 'answer')}, all different"
    told = [f"{counts[0]} × the same", *(f"{count} ×" for count in counts[1:] if count > 1)]
    singles = counts.count(1)
    return ", ".join([*told, *([f"{singles} once"] if singles else [])])
