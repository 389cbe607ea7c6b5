"""The preference objective: direct preference optimisation against the starting model."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tui.lab.learner import template
from tui.lab.learner.model.transformer import Parameters, Pass
from tui.lab.learner.training import batches
from tui.lab.learner.training.objective import Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tui.lab.learner.model.layers import Floats
    from tui.lab.learner.template import EncodedConversation

# A margin below this may come from the order of additions alone.
_ROUNDING: Final = 1e-3


class Preference:
    """−log σ(β · ((log π − log ref) of the preferred − the same of the other answer))."""

    def __init__(
        self, examples: Sequence[Mapping[str, Any]], reference: Parameters, beta: float
    ) -> None:
        """Encode pairs and ask the reference, which is not changed, for its log-probabilities.

        Raises KeyError if a pair lacks its input or an answer.
        """
        self._pairs = [_encode_pair(example) for example in examples]
        self._beta = beta
        self.lengths = np.array([max(map(len, pair)) for pair in self._pairs], np.int64)
        self._reference = np.zeros((len(self._pairs), 2))
        for numbers in self._portions(range(len(self._pairs))):
            batch, run = self._run(reference, numbers)
            self._reference[numbers] = _answers(run.logprobs(batch.targets), batch.owner, numbers)

    def fingerprint(self) -> str:
        """Return a hash over all tokens of all pairs."""
        digest = hashlib.sha256()
        for pair in self._pairs:
            for answer in pair:
                digest.update(answer.to_bytes())
        return digest.hexdigest()

    def evaluate(self, parameters: Parameters, chosen: Iterable[int]) -> Score:
        """Return the score on the chosen pairs; a hit is a pair with a positive margin."""
        return self._score(parameters, list(chosen), None)

    def train(self, parameters: Parameters, chosen: Iterable[int], into: Parameters) -> Score:
        """As `evaluate`, and add the gradient of the mean loss to `into`."""
        return self._score(parameters, list(chosen), into)

    def _score(self, parameters: Parameters, chosen: list[int], into: Parameters | None) -> Score:
        score = Score()
        for numbers in self._portions(chosen):
            batch, run = self._run(parameters, numbers)
            answers = _answers(run.logprobs(batch.targets), batch.owner, numbers)
            margin = self._margin(answers, numbers)
            loss = float(np.logaddexp(0, -self._beta * margin).sum())
            score += Score(loss, int((margin > _ROUNDING).sum()), len(numbers), len(batch.rows))
            if into is not None:
                # d loss / d log π of the preferred answer; the other's is its opposite.
                slope = self._beta / (1 + np.exp(np.minimum(self._beta * margin, 700)))
                signed = np.stack([slope, -slope], 1).reshape(-1) / len(chosen)
                run.backward(batch.targets, signed[batch.owner].astype(np.float32), into)
        return score

    def _margin(self, answers: np.ndarray[Any, Any], numbers: list[int]) -> np.ndarray[Any, Any]:
        gained = answers - self._reference[numbers]
        return gained[:, 0] - gained[:, 1]

    def _portions(self, chosen: Iterable[int]) -> Iterator[list[int]]:
        listed = list(chosen)
        for portion in batches.portions([2 * int(self.lengths[number]) for number in listed]):
            yield [listed[at] for at in portion]

    def _run(self, parameters: Parameters, numbers: list[int]) -> tuple[batches.Batch, Pass]:
        batch = batches.pad([answer for number in numbers for answer in self._pairs[number]])
        return batch, Pass(parameters, batch.ids, batch.layout, batch.rows)


def _answers(logprobs: Floats, owner: Any, numbers: list[int]) -> np.ndarray[Any, Any]:
    """Return the log-probability of each pair's two answers, (pairs, 2) in float64."""
    return np.bincount(owner, logprobs.astype(np.float64), 2 * len(numbers)).reshape(-1, 2)


def _encode_pair(example: Mapping[str, Any]) -> tuple[EncodedConversation, EncodedConversation]:
    given = [{**message, "weight": 0} for message in example["input"]["messages"]]
    preferred = example.get("preferred_output") or example["preferred_completion"]
    other = example.get("non_preferred_output") or example["non_preferred_completion"]
    return template.encode([*given, *preferred]), template.encode([*given, *other])
