"""Homes to run the app in, and one lab with quickly trained models for those who need it.

Whoever uses `tuned_lab` belongs to the xdist group of that name, so that it is made once. It is
only looked at: whoever deletes a model takes `own_tuned_lab`.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.lab_process import LabProcess, chat_lines, finished

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIXES = ("fern", "moss", "ivy")


@dataclass(frozen=True)
class TunedLab:
    """A running lab and its fine-tuned models, oldest first."""

    process: LabProcess
    models: tuple[str, ...]


@contextmanager
def trained(folder: Path) -> Iterator[TunedLab]:
    """Run a lab with one fine-tuned model a suffix."""
    with LabProcess(folder, "--max-active", "30") as lab, lab.client() as client:
        train = client.files.create(file=("train.jsonl", chat_lines(12)), purpose="fine-tune")
        few = {"n_epochs": 1, "batch_size": 16}
        jobs = [
            client.fine_tuning.jobs.create(
                model="lab-micro",
                training_file=train.id,
                suffix=suffix,
                method={"type": "supervised", "supervised": {"hyperparameters": few}},
            )
            for suffix in SUFFIXES
        ]
        models = [finished(client, job.id).fine_tuned_model for job in jobs]
        yield TunedLab(lab, tuple(model for model in models if model))


@pytest.fixture(scope="session")
def tuned_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TunedLab]:
    """Give the lab that is shared: its models stay."""
    with trained(tmp_path_factory.mktemp("tuned") / "lab") as lab:
        yield lab


@pytest.fixture
def own_tuned_lab(tmp_path: Path) -> Iterator[TunedLab]:
    """Give a lab whose models may be deleted."""
    with trained(tmp_path / "lab") as lab:
        yield lab


def use_profile(home: Path, base_url: str, key: str = "any", extra: str = "") -> None:
    """Make a provider the default profile of a home."""
    config = home / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        f'default_profile = "test"\n[profiles.test]\nbase_url = "{base_url}"\n'
        f'api_key = "{key}"\n{extra}\n'
    )
    config.chmod(0o600)
