"""The whole circle of a fine-tune by headless commands against a real lab."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lab_process import ROOT, chat_lines

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

SAMPLES = ROOT / "tui" / "data" / "samples"
TRAIN = str(SAMPLES / "support_train.jsonl")
VALID = str(SAMPLES / "support_valid.jsonl")


@pytest.mark.xdist_group("cli")
def test_from_a_file_to_a_model_and_back(home: Home, tmp_path: Path) -> None:
    checked = home.json("check", TRAIN, VALID)
    assert [file["path"] for file in checked["files"]] == [TRAIN, VALID]
    assert checked["files"][0]["format"] == "chat"
    assert checked["files"][0]["errors"] == 0
    assert checked["files"][0]["examples"] >= 60

    counted = home.json("tokens", TRAIN)["files"][0]
    assert counted["model"] == "gpt-4.1-mini-2025-04-14"
    assert counted["exact"] is True
    assert counted["billed_tokens"] == counted["context_tokens"] * counted["epochs"]
    assert counted["cost"]["amount"] > 0

    uploaded = home.json("files", "upload", TRAIN)
    assert uploaded["object"] == "file"
    done = home.run(
        "jobs", "create", "--training-file", TRAIN, "--validation-file", VALID,
        "--model", "lab-micro", "--suffix", "circle", "--seed", "1", "--epochs", "2",
        "--wait", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    job = json.loads(done.stdout)
    assert job["status"] == "succeeded"
    assert job["training_file"] == uploaded["id"]  # the same content is not sent again
    assert job["hyperparameters"]["n_epochs"] == 2
    assert "Step 1/" in done.stderr

    events = home.json("jobs", "events", job["id"])["events"]
    assert events[-1]["message"].startswith("The job has successfully completed")
    points = home.json("jobs", "checkpoints", job["id"])["checkpoints"]
    steps = [point["step_number"] for point in points]
    assert steps == sorted(steps)
    assert len(steps) == 2
    assert home.run("jobs", "result", job["id"]).stdout.startswith("step,train_loss,")

    question = "Where is my parcel?"
    greedy = ("--temperature", "0", "--max-tokens", "20")
    base = home.json("chat", "--model", "lab-micro", *greedy, question)
    model = job["fine_tuned_model"]
    tuned = home.json("chat", "--model", model, *greedy, "--seed", "1", question)
    assert tuned["text"] != base["text"]
    assert tuned["finish_reason"] in {"stop", "length"}
    assert 0 < tuned["usage"]["completion_tokens"] <= 20
    assert tuned["latency"] > 0
    spoken = home.spawn("chat", "--model", model, *greedy, "-", stdin=question + "\n")
    assert spoken.returncode == 0
    assert spoken.stdout == tuned["text"] + "\n"

    unsure = home.run("models", "delete", model)
    assert unsure.returncode == 4
    assert unsure.stdout.startswith(
        f"Deletes 1 model for good, with profile lab:\n  {model}, made "
    )
    assert "What stays: " in unsure.stdout
    deleted = home.json("models", "delete", model, "--yes")["deleted"]
    assert deleted == [{"id": model, "deleted": True, "outcome": "deleted"}]


@pytest.mark.xdist_group("cli")
def test_lists_and_single_records(home: Home, tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(chat_lines(12))
    job = home.json(
        "jobs", "create", "--training-file", str(data), "--model", "lab-micro", "--suffix", "one",
        "--epochs", "1", "--wait", "--yes",
    )  # fmt: skip
    model = job["fine_tuned_model"]
    assert (
        sum(file["filename"] == "data.jsonl" for file in home.json("files", "list")["files"]) == 1
    )
    assert home.json("jobs", "list", "--limit", "1")["jobs"][0]["id"] == job["id"]
    assert home.json("jobs", "show", job["id"])["fine_tuned_model"] == model
    shown = home.run("jobs", "show", job["id"]).stdout
    assert model in shown
    assert "succeeded" in shown
    watched = home.run("jobs", "watch", job["id"])
    assert watched.returncode == 0
    events = home.json("jobs", "events", job["id"])["events"]
    assert len(watched.stdout.splitlines()) == len(events)
    mine = [row for row in home.json("models", "list", "--tuned")["models"] if row["id"] == model]
    assert [(row["base"], row["job_id"]) for row in mine] == [("lab-micro", job["id"])]
    assert home.json("models", "show", model)["id"] == model
    [point] = home.json("jobs", "checkpoints", job["id"])["checkpoints"]
    checkpoint = point["fine_tuned_model_checkpoint"]
    assert home.run("chat", "--model", checkpoint, "--max-tokens", "2", "hi").returncode == 0

    free = home.json("tokens", str(data), "--epochs", "1", "--model", "lab-micro")["files"][0]
    assert free["cost"]["amount"] == 0
    assert home.json("models", "delete", model, "--yes")["deleted"][0]["deleted"]
    assert home.json("models", "delete", model, "--yes", code=3)["error"]["cause"]

    target = tmp_path / "back.jsonl"
    file_id = job["training_file"]
    home.json("files", "download", file_id, "--output", str(target))
    assert target.read_bytes() == data.read_bytes()
    assert home.json("files", "delete", file_id, code=4)["error"]["title"] == "Not done"
    both = home.json("files", "delete", "file-none", file_id, "--yes", code=3)
    assert [one["deleted"] for one in both["deleted"]] == [False, True]


@pytest.mark.xdist_group("cli")
def test_a_job_that_fails_or_is_cancelled(home: Home, tmp_path: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_bytes(chat_lines(3))
    create = ("jobs", "create", "--model", "lab-micro", "--wait", "--training-file")
    assert "at least 10" in home.json(*create, str(few), code=1)["error"]["cause"]
    with home.client() as client:  # sent by something else, so nothing here has checked it
        sent = client.files.create(file=few, purpose="fine-tune")
    failed = home.json(*create, sent.id, code=1)
    assert failed["status"] == "failed"
    assert failed["error"]["message"]
    long = tmp_path / "long.jsonl"
    long.write_bytes(chat_lines(60))
    made = home.json(
        "jobs", "create", "--training-file", str(long), "--model", "lab-small", "--epochs", "50"
    )
    assert home.json("jobs", "pause", made["id"])["status"] == "paused"
    resumed = home.json("jobs", "resume", made["id"])
    assert resumed["status"] in {"validating_files", "queued", "running"}
    assert home.json("jobs", "cancel", made["id"])["status"] == "cancelled"
    unknown = home.run("jobs", "cancel", "ftjob-none")
    assert unknown.returncode == 3
    assert len(unknown.stderr.splitlines()) == 1
    watched = home.json("jobs", "watch", made["id"], code=1)
    assert watched["job"]["status"] == "cancelled"
    assert home.run("jobs", "result", made["id"]).returncode == 2
