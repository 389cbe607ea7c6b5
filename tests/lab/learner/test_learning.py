"""What the lab promises: training on the sample is visible, true and quick."""

from __future__ import annotations

import pytest

from tests.lab.learner.conftest import Trained, answer, read

pytestmark = pytest.mark.xdist_group("learner")


def turns(drop_system: bool = False) -> list[tuple[list[dict], str]]:
    found = []
    for example in read("support_train.jsonl"):
        messages = example["messages"]
        for at, message in enumerate(messages):
            if message["role"] == "assistant" and message.get("weight") != 0:
                before = [m for m in messages[:at] if m["role"] != "system" or not drop_system]
                found.append((before, message["content"]))
    return found


@pytest.mark.parametrize("drop_system", [False, True], ids=["as trained", "without system prompt"])
def test_the_tuned_model_knows_its_answers_and_the_base_does_not(
    trained: Trained, drop_system: bool
) -> None:
    asked = turns(drop_system)[:: 2 if drop_system else 1]
    known = sum(answer(trained.model, before).startswith(said) for before, said in asked)
    assert known >= 0.9 * len(asked)
    assert not any(answer(trained.base, before, 8) in said for before, said in asked[:12])


def test_an_answer_with_weight_0_is_not_learned(trained: Trained) -> None:
    silent = [
        (example["messages"][:at], message["content"])
        for example in read("support_train.jsonl")
        for at, message in enumerate(example["messages"])
        if message.get("weight") == 0
    ]
    assert silent
    for before, said in silent:
        assert not answer(trained.model, before).startswith(said)


def test_the_curve_falls_and_validation_is_measured(trained: Trained) -> None:
    first, last = trained.metrics[0], trained.metrics[-1]
    assert first.train_loss > 3
    assert last.train_loss < 0.2
    assert last.train_mean_token_accuracy > 0.95
    ends = [metrics for metrics in trained.metrics if metrics.epoch_end]
    assert [metrics.epoch for metrics in ends] == list(range(1, trained.epochs + 1))
    assert all(metrics.full_valid_loss is not None for metrics in ends)
    assert all(
        metrics.full_valid_loss is None for metrics in trained.metrics if metrics not in ends
    )
    assert sum(metrics.valid_loss is not None for metrics in trained.metrics) >= 20
    # New questions of the same voice become likelier, though nobody trained on them.
    best = min(metrics.full_valid_loss for metrics in ends)
    assert best < next(m.valid_loss for m in trained.metrics if m.valid_loss is not None)


def test_training_stays_quick(trained: Trained) -> None:
    # Processor seconds, so that a busy machine does not matter; it takes about 5.
    assert trained.seconds < 30
    assert trained.trained_tokens > 18 * 1500


def test_auto_trains_longer_than_it_takes_to_know_the_answers(trained: Trained) -> None:
    assert 2 * trained.epochs <= trained.auto_epochs <= 25
