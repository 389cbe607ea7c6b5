"""Making the shipped tokenizer and bases from the bundled corpus.

`python -m tui.lab.learner.pretrain` writes all of them into `tui/lab/data`; on one machine
it gives the same bytes each time. It takes some minutes and is never run at training time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from . import batches, bpe, optimizer, tokenizer, transformer
from .model import Model
from .shipped import CORPUS, TOKENIZER, base_path
from .sizes import BASES, Sizes
from .supervised import Supervised

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def train_base(
    base_id: str, epochs: int, batch_size: int = 16, peak: float = 4e-3, decay: float = 0.1
) -> Model:
    """Return a base trained from nothing on every message of the corpus."""
    rng = np.random.default_rng([_SEED, len(base_id)])
    model = Model(base_id, transformer.initial(sizes_of(base_id), rng))
    objective = Supervised(read_corpus(), every_turn=True)
    gradient = transformer.Parameters(model.parameters.sizes)
    adam = optimizer.Adam(gradient.flat.size, decay)
    total = epochs * -(-len(objective.lengths) // batch_size)
    step = 0
    for epoch in range(epochs):
        loss = 0.0
        plan = batches.plan_epoch(objective.lengths, batch_size, rng)
        for chosen in plan:
            step += 1
            gradient.flat.fill(0)
            loss += objective.train(model.parameters, chosen.tolist(), gradient).mean_loss
            optimizer.clip(gradient.flat)
            rate = optimizer.learning_rate(step, total, peak)
            adam.update(model.parameters.flat, gradient.flat, step, rate)
        sys.stderr.write(f"{base_id}: epoch {epoch + 1}/{epochs}, loss {loss / len(plan):.3f}\n")
    return model


def ship(model: Model) -> None:
    """Write a base into the package: half precision, compressed."""
    description = model.describe(corpus=corpus_hash())
    text = np.frombuffer(json.dumps(description).encode(), np.uint8)
    weights = model.parameters.flat.astype(np.float16)
    with base_path(model.base_id).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, description=text, weights=weights)


def main() -> None:
    """Make the tokenizer and every base anew."""
    learn_tokenizer()
    for base_id in BASES:
        ship(train_base(base_id, epochs=_EPOCHS))


_EPOCHS: Final = 20

if __name__ == "__main__":
    main()
