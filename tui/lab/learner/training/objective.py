"""The interface of a training objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.lab.learner.model.layers import Ints
    from tui.lab.learner.model.transformer import Parameters


@dataclass(frozen=True, slots=True)
class Score:
    """Sums over some examples; divided by `count` they are the loss and the accuracy.

    `count` is of tokens or of pairs, as the method counts; `tokens` of tokens that carried loss.
    """

    loss: float = 0.0
    hits: int = 0
    count: int = 0
    tokens: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.loss + other.loss,
            self.hits + other.hits,
            self.count + other.count,
            self.tokens + other.tokens,
        )

    @property
    def mean_loss(self) -> float:
        """The loss a unit; 0.0 where nothing was counted."""
        return self.loss / self.count if self.count else 0.0

    @property
    def accuracy(self) -> float:
        """The share of units that were right; 0.0 where nothing was counted."""
        return self.hits / self.count if self.count else 0.0


class Objective(Protocol):
    """A loss over a list of examples, numbered from 0."""

    lengths: Ints
    """Tokens of each example."""

    def fingerprint(self) -> str:
        """Return a hash that another list of examples would not have."""

    def evaluate(self, parameters: Parameters, chosen: Iterable[int]) -> Score:
        """Return the score on the chosen examples."""

    def train(self, parameters: Parameters, chosen: Iterable[int], into: Parameters) -> Score:
        """As `evaluate`, and add the gradient of the mean loss to `into`."""
