"""Making the shipped tokenizer and bases from the bundled corpus.

`python -m tui.lab.learner.training.pretrain` writes all of them into `tui/lab/data`; on one machine
with one BLAS thread (OMP_NUM_THREADS=1) it gives the same bytes each time. It takes about a
minute and is never run at training time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tui.lab.learner import bpe, template, tokenizer
from tui.lab.learner.model import transformer
from tui.lab.learner.model.sizes import BASES, Sizes
from tui.lab.learner.model.weights import Model
from tui.lab.learner.shipped import CORPUS, TOKENIZER, base_path
from tui.lab.learner.training import batches, optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.lab.learner.model.layers import Ints

_BATCH_SIZE: Final = 16
_EPOCHS: Final = 7
_PEAK: Final = 4e-3
_DECAY: Final = 0.1
_NOISE: Final = 0.1
_MERGES: Final = 1275
_SEED: Final = 20_261_122


def read_corpus() -> list[Mapping[str, Any]]:
    """Return the bundled conversations."""
    return [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]


def corpus_hash() -> str:
    """Return the corpus' SHA-256, which every shipped base records."""
    return hashlib.sha256(CORPUS.read_bytes()).hexdigest()


def learn_tokenizer() -> None:
    """Write the tokenizer that fits the corpus."""
    texts = [message["content"] for item in read_corpus() for message in item["messages"]]
    merges = bpe.learn_merges("\n".join(texts), _MERGES)
    TOKENIZER.write_text(json.dumps({"merges": merges}) + "\n", "utf-8")
    tokenizer.shared.cache_clear()


def sizes_of(base_id: str) -> Sizes:
    """Return the shape of a base."""
    vocabulary = tokenizer.shared().size
    if base_id == "lab-micro":
        return Sizes(vocabulary, width=96, layers=2, heads=4, hidden=288)
    return Sizes(vocabulary, width=144, layers=2, heads=4, hidden=432)


def train_base(base_id: str) -> Model:
    """Return a base trained from nothing on every message of the corpus."""
    rng = np.random.default_rng([_SEED, len(base_id)])
    model = Model(base_id, transformer.initial(sizes_of(base_id), rng))
    examples = [template.encode(item["messages"], every_turn=True) for item in read_corpus()]
    lengths = np.array([len(example) for example in examples])
    gradient = transformer.Parameters(model.parameters.sizes)
    adam = optimizer.Adam(gradient.flat.size, _DECAY)
    total = _EPOCHS * -(-len(examples) // _BATCH_SIZE)
    step = 0
    for epoch in range(_EPOCHS):
        losses = []
        for chosen in batches.plan_epoch(lengths, _BATCH_SIZE, rng):
            step += 1
            gradient.flat.fill(0)
            batch = batches.pad([examples[at] for at in chosen])
            ids = _disturbed(batch.ids, _NOISE, model.parameters.sizes.vocabulary, rng)
            run = transformer.Pass(model.parameters, ids, batch.layout, batch.rows)
            losses.append(-float(run.logprobs(batch.targets).mean()))
            weights = np.full(len(batch.rows), 1 / len(batch.rows), np.float32)
            run.backward(batch.targets, weights, gradient)
            optimizer.clip(gradient.flat)
            rate = optimizer.learning_rate(step, total, _PEAK)
            adam.update(model.parameters.flat, gradient.flat, step, rate)
        sys.stderr.write(f"{base_id}: epoch {epoch + 1}/{_EPOCHS}, loss {np.mean(losses):.3f}\n")
    return model


def _disturbed(ids: Ints, share: float, vocabulary: int, rng: np.random.Generator) -> Ints:
    """Replace some tokens by any others, so that unknown words do not throw the base."""
    hit = (rng.random(len(ids)) < share) & (ids >= tokenizer.FIRST_BYTE)
    return np.where(hit, rng.integers(tokenizer.FIRST_BYTE, vocabulary, len(ids)), ids)


def ship(model: Model) -> None:
    """Write a base into the package: half precision, compressed."""
    description = model.describe(corpus=corpus_hash())
    text = np.frombuffer(json.dumps(description).encode(), np.uint8)
    weights = model.parameters.flat.astype(np.float16)
    with base_path(model.base_id).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, description=text, weights=weights)


def main() -> None:
    """Make the tokenizer and every base again."""
    learn_tokenizer()
    for base_id in BASES:
        ship(train_base(base_id))


if __name__ == "__main__":
    main()
