"""Compare two models on the same prompts: wins, losses, ties, and an exact test of them.

Ties say nothing about who is better and are left out. If neither were better, each remaining
prompt would fall to either side like a fair coin: the exact two-sided binomial test. Over a
measure of numbers this is the sign test, over yes or no it is McNemar's exact test.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CHANCE = 0.05
# With fewer differing prompts than this not even a clean sweep is unlikely enough: 2 / 2**5 > 0.05.
FEWEST = 6
# Measures are computed in floating point: less of a difference is none.
_ALIKE = 1e-9


@dataclass(frozen=True, slots=True)
class PairedResult:
    """On how many prompts the first is better, worse, equal; `p_value` is two-sided."""

    wins: int
    losses: int
    ties: int

    @property
    def p_value(self) -> float:
        """How likely so uneven a result is if neither is better; 1 without a difference."""
        return binomial_p(self.wins, self.losses)

    @property
    def clear(self) -> bool:
        """Whether the difference is not chance."""
        return self.wins + self.losses >= FEWEST and self.p_value < CHANCE

    @property
    def words(self) -> str:
        """The result in a sentence."""
        if not self.wins + self.losses + self.ties:
            return "nothing to compare"
        if not self.wins + self.losses:
            return f"equal on all {self.ties:,}"
        told = f"better on {self.wins:,}, worse on {self.losses:,}, equal on {self.ties:,}"
        if self.wins + self.losses < FEWEST:
            return f"{told}: too few to tell"
        return f"{told}: {'not' if self.clear else 'may be'} chance ({p_words(self.p_value)})"


def paired(values: Iterable[tuple[float, float]]) -> PairedResult:
    """Count wins, losses and ties over pairs of one measure, of which more is better."""
    wins = losses = ties = 0
    for one, other in values:
        if abs(one - other) <= _ALIKE:
            ties += 1
        elif one > other:
            wins += 1
        else:
            losses += 1
    return PairedResult(wins, losses, ties)


@lru_cache(maxsize=1024)
def binomial_p(wins: int, losses: int) -> float:
    """Return the exact two-sided p-value of a fair coin that fell so. Raises ValueError below 0."""
    if wins < 0 or losses < 0:
        raise ValueError("counts cannot be negative")
    tosses, rarer = wins + losses, min(wins, losses)
    if wins == losses:
        return 1.0
    # Whole numbers throughout; the one division at the end is rounded correctly.
    ways = term = 1
    for falls in range(rarer):
        term = term * (tosses - falls) // (falls + 1)
        ways += term
    return min(1.0, 2 * ways / (1 << tosses))


def p_words(p_value: float) -> str:
    """Return a p-value as it is written, such as `p = 0.005`, `p < 0.001`."""
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.3f}" if p_value < 0.1 else f"p = {p_value:.2f}"
