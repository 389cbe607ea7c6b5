"""One lab for all tests of a worker, and clients of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab_process import LabProcess, chat_lines, finished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai import OpenAI
    from openai.types.fine_tuning import FineTuningJob


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabProcess]:
    with LabProcess(tmp_path_factory.mktemp("lab") / "data", "--max-active", "30") as process:
        yield process


@pytest.fixture
def client(lab: LabProcess) -> Iterator[OpenAI]:
    with lab.client() as one:
        yield one


@pytest.fixture(scope="session")
def tuned(lab: LabProcess) -> FineTuningJob:
    """A succeeded job on the shared lab, with a validation file."""
    with lab.client() as one:
        train = one.files.create(file=("train.jsonl", chat_lines(12)), purpose="fine-tune")
        valid = one.files.create(file=("valid.jsonl", chat_lines(4)), purpose="fine-tune")
        job = one.fine_tuning.jobs.create(
            model="lab-micro",
            training_file=train.id,
            validation_file=valid.id,
            suffix="pirate",
            seed=7,
            metadata={"purpose": "shared"},
            method={
                "type": "supervised",
                "supervised": {"hyperparameters": {"n_epochs": 5, "batch_size": 4}},
            },
        )
        return finished(one, job.id)
