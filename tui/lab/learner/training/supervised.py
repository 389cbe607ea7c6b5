"""The supervised objective: cross-entropy of the assistant's tokens."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from tui.lab.learner import template
from tui.lab.learner.model.transformer import Parameters, Pass
from tui.lab.learner.training import batches
from tui.lab.learner.training.objective import Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.lab.learner.training.batches import Batch


class SupervisedObjective:
    """The mean of −log p over every assistant token that carries loss."""

    def __init__(self, examples: Sequence[Mapping[str, Any]]) -> None:
        """Encode examples in chat format. Raises KeyError if one has no messages."""
        self._encoded = [template.encode(example["messages"]) for example in examples]
        self.lengths = np.array([len(example) for example in self._encoded], np.int64)

    def fingerprint(self) -> str:
        """Return a hash over all tokens and which of them are trained."""
        digest = hashlib.sha256()
        for example in self._encoded:
            digest.update(example.to_bytes())
        return digest.hexdigest()

    def evaluate(self, parameters: Parameters, chosen: Iterable[int]) -> Score:
        """Return the score on the chosen examples."""
        score = Score()
        for batch in self._batches(chosen):
            score += _score(_run(parameters, batch), batch)
        return score

    def train(self, parameters: Parameters, chosen: Iterable[int], into: Parameters) -> Score:
        """As `evaluate`, and add the gradient of the mean loss to `into`."""
        cut = list(self._batches(chosen))
        total = sum(len(batch.rows) for batch in cut)
        score = Score()
        for batch in cut:
            run = _run(parameters, batch)
            score += _score(run, batch)
            weights = np.full(len(batch.rows), 1 / total, np.float32)
            run.backward(batch.targets, weights, into)
        return score

    def _batches(self, chosen: Iterable[int]) -> Iterable[Batch]:
        examples = [self._encoded[number] for number in chosen]
        examples = [example for example in examples if any(example.trained)]
        prefix = batches.common_prefix(examples)
        for portion in batches.portions([len(example) for example in examples], prefix):
            yield batches.pad([examples[at] for at in portion])


def _run(parameters: Parameters, batch: Batch) -> Pass:
    return Pass(parameters, batch.ids, batch.layout, batch.rows)


def _score(run: Pass, batch: Batch) -> Score:
    loss = -float(run.logprobs(batch.targets).sum(dtype=np.float64))
    count = len(batch.rows)
    return Score(loss, run.hits(batch.targets), count, count)
