"""One model, trained once on the shipped sample, for every test that needs a learned one.

It is trained for half of the epochs that "auto" stands for: what is learned by then, more of them
only make surer, and the training is most of what these tests cost.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import tui
from tests.rows import rows_of
from tui.lab.learner import (
    Model,
    StepMetrics,
    TrainingRun,
    generate,
    load_base,
    prompt_tokens,
    resolve_hyperparameters,
)

EPOCHS = 11
SAMPLES = Path(tui.__file__).parent / "data" / "samples"


def read(name: str) -> list[dict[str, Any]]:
    return rows_of(SAMPLES / name)


def answer(model: Model, messages: list[dict[str, Any]], most: int = 120) -> str:
    pieces = generate(model, prompt_tokens(messages), max_tokens=most, temperature=0)
    return "".join(piece.text for piece in pieces)


@dataclass(frozen=True, slots=True)
class Trained:
    base: Model
    model: Model
    metrics: list[StepMetrics]
    epochs: int
    auto_epochs: int
    seconds: float
    trained_tokens: int


@pytest.fixture(scope="session")
def base() -> Model:
    return load_base("lab-micro")


@pytest.fixture(scope="session")
def trained() -> Trained:
    train, valid = read("support_train.jsonl"), read("support_valid.jsonl")
    base = load_base("lab-small")
    auto = resolve_hyperparameters("supervised", len(train), {"n_epochs": "auto"}).n_epochs
    hyper = resolve_hyperparameters("supervised", len(train), {"n_epochs": EPOCHS})
    began = time.process_time()
    run = TrainingRun(base, "supervised", train, valid, hyper, seed=7)
    metrics = [run.run_step() for _ in range(run.total_steps)]
    seconds = time.process_time() - began
    return Trained(base, run.model, metrics, EPOCHS, auto, seconds, run.trained_tokens)
