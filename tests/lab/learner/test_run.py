"""Runs are exact: steps, seeds, weights, and going on after an interruption."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.lab.learner.conftest import read
from tui.lab.learner import (
    Hyperparameters,
    TrainingRun,
    load_model,
    resolve_hyperparameters,
)
from tui.lab.learner.model.sizes import CONTEXT_WINDOW


def chat(question: str, said: str, **more) -> dict:
    answer = {"role": "assistant", "content": said, **more}
    return {"messages": [{"role": "user", "content": question}, answer]}


TRAIN = [chat(f"What is {n}?", f"{n} is {n * n} in square.") for n in range(11)]
VALID = [chat(f"And {n}?", f"{n} is {n * n} in square.") for n in range(20, 40)]
PAIRS = read("preferences.jsonl")[:6]
HYPER = Hyperparameters(2, 4, 1.0, None)


def run_of(base, method: str = "supervised", seed: int = 3, **hyper) -> TrainingRun:
    if method == "dpo":
        return TrainingRun(base, "dpo", PAIRS, PAIRS[:2], Hyperparameters(2, 2, 1.0, 0.1), seed)
    chosen = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 1.0, "beta": None} | hyper
    return TrainingRun(base, "supervised", TRAIN, VALID, Hyperparameters(**chosen), seed)


def finish(run: TrainingRun) -> list:
    return [run.run_step() for _ in range(run.total_steps - run.step)]


@pytest.mark.parametrize("method", ["supervised", "dpo"])
def test_a_resumed_run_goes_on_bit_for_bit(base, tmp_path: Path, method: str) -> None:
    whole = run_of(base, method)
    expected = finish(whole)
    first = run_of(base, method)
    shown = [first.run_step() for _ in range(4)]
    first.save_state(tmp_path / "state")
    hyper = Hyperparameters(2, 2, 1.0, 0.1) if method == "dpo" else HYPER
    data = (PAIRS, PAIRS[:2]) if method == "dpo" else (TRAIN, VALID)
    second = TrainingRun.resume(tmp_path / "state", base, method, *data, hyper, 3)
    assert second.step == 4
    assert shown + finish(second) == expected
    assert second.trained_tokens == whole.trained_tokens
    assert np.array_equal(second.model.parameters.flat, whole.model.parameters.flat)
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_steps_and_epochs_are_as_asked(base) -> None:
    run = run_of(base, n_epochs=3, batch_size=5)
    assert (run.steps_per_epoch, run.total_steps) == (3, 9)
    metrics = finish(run)
    assert [m.epoch_end for m in metrics] == [False, False, True] * 3
    assert [m.step for m in metrics] == list(range(1, 10))
    with pytest.raises(IndexError):
        run.run_step()


def test_a_seed_decides_the_run(base) -> None:
    assert finish(run_of(base)) == finish(run_of(base))
    assert finish(run_of(base)) != finish(run_of(base, seed=4))
    assert finish(run_of(base, seed=-1))[0].train_loss > 0


def test_the_multiplier_scales_the_rate(base) -> None:
    def moved(multiplier: float) -> float:
        run = run_of(base, learning_rate_multiplier=multiplier)
        run.run_step()
        return float(np.abs(run.model.parameters.flat - base.parameters.flat).max())

    assert moved(2.0) == pytest.approx(2 * moved(1.0), rel=1e-2)


def test_the_base_is_left_as_it_was(base) -> None:
    before = base.parameters.flat.copy()
    finish(run_of(base))
    assert np.array_equal(base.parameters.flat, before)


def test_weight_0_is_the_same_as_saying_it_as_context(base) -> None:
    silent = {"role": "assistant", "content": "Wrong!", "weight": 0}
    told = chat("What is 1?", "One.")
    told["messages"][1:1] = [silent, {"role": "user", "content": "Really?"}]
    other = chat("What is 1?", "One.")
    other["messages"][1:1] = [{**silent, "weight": 1}, {"role": "user", "content": "Really?"}]
    runs = [TrainingRun(base, "supervised", [example], None, HYPER, 1) for example in (told, other)]
    losses = [run.run_step().train_loss for run in runs]
    assert losses[0] != losses[1]
    assert runs[0].trained_tokens < runs[1].trained_tokens
    quiet = TrainingRun(base, "supervised", [chat("a", "b", weight=0)], None, HYPER, 1)
    assert quiet.run_step().train_loss == 0
    assert np.array_equal(quiet.model.parameters.flat, base.parameters.flat)


def test_overlong_and_empty_examples_are_trained_as_far_as_they_go(base) -> None:
    examples = [chat("q", "zq " * 3000), chat("q " * 3000, "never reached"), chat("q", "")]
    run = TrainingRun(base, "supervised", examples, None, Hyperparameters(1, 8, 1.0, None), 1)
    run.run_step()
    assert run.trained_tokens < 2 * CONTEXT_WINDOW


def test_nothing_to_train_on_is_refused(base) -> None:
    with pytest.raises(ValueError, match="nothing to train on"):
        TrainingRun(base, "supervised", [], None, HYPER, 1)


def test_a_damaged_state_or_another_runs_is_refused(base, tmp_path: Path) -> None:
    run = run_of(base)
    run.run_step()
    path = tmp_path / "state"
    run.save_state(path)
    with pytest.raises(ValueError, match="belongs to another run"):
        TrainingRun.resume(path, base, "supervised", TRAIN, VALID, HYPER, 4)
    whole = path.read_bytes()
    run.model.save(tmp_path / "model")
    with pytest.raises(ValueError, match="is a finetui model"):
        TrainingRun.resume(tmp_path / "model", base, "supervised", TRAIN, VALID, HYPER, 3)
    for damaged in (b"", whole[: len(whole) // 2], whole[:5000] + b"\0\1\2\3" + whole[5004:]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="state is damaged"):
            TrainingRun.resume(path, base, "supervised", TRAIN, VALID, HYPER, 3)


def test_a_saved_model_is_the_same_and_a_damaged_one_refused(base, tmp_path: Path) -> None:
    run = run_of(base)
    run.run_step()
    path = tmp_path / "tuned.model"
    run.model.save(path)
    again = load_model(path)
    assert again.base_id == "lab-micro"
    assert np.array_equal(again.parameters.flat, run.model.parameters.flat)
    whole = path.read_bytes()
    for damaged in (b"", b"{}", whole[:-100], whole[: len(whole) // 3], b"PK" + whole[9:]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="damaged"):
            load_model(path)
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "none")


def test_auto_follows_the_number_of_examples_and_respects_what_is_asked() -> None:
    few = resolve_hyperparameters("supervised", 10, {"n_epochs": "auto"})
    many = resolve_hyperparameters("supervised", 30_000, {})
    assert few.n_epochs > resolve_hyperparameters("supervised", 200, {}).n_epochs > many.n_epochs
    assert many.n_epochs <= 2
    assert few.batch_size < many.batch_size
    assert few.beta is None
    asked = {"n_epochs": 3, "batch_size": 7, "learning_rate_multiplier": 0.5, "beta": 0.3}
    assert resolve_hyperparameters("dpo", 10, asked) == Hyperparameters(3, 7, 0.5, 0.3)
    assert resolve_hyperparameters("dpo", 10, {"beta": "auto"}).beta == 0.1
