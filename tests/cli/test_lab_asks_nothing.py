"""On the lab nothing is billed, so nothing is asked: what would be a question is a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab_process import chat_lines
from tests.rows import says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

pytestmark = pytest.mark.xdist_group("cli")
LEAKED = "sk-proj-4f9AexampleNotARealKey0000"


def test_a_small_leaking_file_with_a_key_trains(home: Home, tmp_path: Path) -> None:
    data, held_out = tmp_path / "train.jsonl", tmp_path / "valid.jsonl"
    data.write_bytes(says(LEAKED) + b"\n" + chat_lines(9))
    held_out.write_bytes(chat_lines(4))
    words = (
        *("jobs", "create", "--training-file", str(data), "--validation-file", str(held_out)),
        *("--model", "lab-micro", "--epochs", "1", "--batch-size", "16"),
    )
    dry = home.run(*words, "--dry-run")
    assert dry.returncode == 0
    marks = {line.split()[1]: line.split()[0] for line in dry.stdout.splitlines()}
    assert {marks[topic] for topic in ("checks", "secrets", "leakage")} == {"·"}
    done = home.run(*words, "--wait")
    assert done.returncode == 0, done.stderr
    assert "succeeded" in done.stdout or "ft:lab-micro" in done.stdout
    for topic, said in (
        ("checks", "Fewer than 50 examples"),
        ("leakage", "4 of 4 validation examples stand in the training file too"),
        ("secrets", "1 × API key; they stay on this machine"),
    ):
        notes = [line for line in done.stderr.splitlines() if f"note: {topic}: " in line]
        assert len(notes) == 1
        assert said in notes[0]
    assert LEAKED[9:] not in done.stderr


def test_the_exit_code_is_the_jobs(home: Home, tmp_path: Path) -> None:
    data = tmp_path / "train.jsonl"
    data.write_bytes(chat_lines(10))
    job = home.json("jobs", "create", "--training-file", str(data), "--model", "lab-micro",
                    "--epochs", "50")  # fmt: skip
    home.run("jobs", "cancel", job["id"])
    assert home.run("jobs", "watch", job["id"]).returncode in {0, 1}
    # A budget means nothing where nothing is billed, also for a file that cannot be counted.
    config = home.path / "config" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text("[profiles.lab]\nbudget = 0\n")
    try:
        data.unlink()
        again = home.run("jobs", "create", "--like", job["id"], "--dry-run")
    finally:
        config.unlink()
    assert again.returncode == 0, again.stdout
    assert "cost     free" in again.stdout
