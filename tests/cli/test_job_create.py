"""`finetui jobs create` says what it would do, keeps to a budget, and makes one job."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import ACT_AND_DROP, FaultServer, page, problem, reply
from tests.home import Home
from tests.lab_process import chat_lines

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("job-create")
MODEL = "gpt-4.1-mini-2025-04-14"
JOB = "POST /fine_tuning/jobs"


@pytest.fixture
def server(server: FaultServer) -> FaultServer:
    server.lists["/models"] = lambda q: page([{"id": MODEL}], q)
    return server


@pytest.fixture
def home_of(tmp_path: Path, server: FaultServer) -> Home:
    home = Home(tmp_path / "home")
    folder = home.path / "config"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        f'default_profile = "far"\n[profiles.far]\nbase_url = "{server.url}"\napi_key = "k"\n'
        'bills = true\ncurrency = "EUR"\nbudget = 0.05\n'
        f'[profiles.far.prices]\n"{MODEL}" = "10"\n'
    )
    return home


@pytest.fixture
def create(tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "train.jsonl"
    path.write_bytes(chat_lines(60))
    return ("jobs", "create", "--training-file", str(path), "--model", MODEL)


def test_a_dry_run_sends_nothing_and_ends_as_the_real_one_would(
    home_of: Home, create: tuple[str, ...], server: FaultServer, tmp_path: Path
) -> None:
    told = home_of.json(*create, "--epochs", "1", "--dry-run", code=4)
    assert (told["would_exit"], told["examples"], told["epochs"]) == (4, 60, 1)
    assert told["cost"]["currency"] == "EUR"
    assert told["budget"]["left"] == 0.05
    assert "which bills" in told["error"]["cause"]
    said = home_of.run(*create, "--epochs", "1", "--dry-run", "--yes")
    assert said.returncode == 0
    assert "✓ checks" in said.stdout
    assert "left after this job" in said.stdout
    (tmp_path / "train.jsonl").write_bytes(b'{"messages": []}\n')
    assert home_of.json(*create, "--dry-run", code=1)["blocked"]
    assert {seen.method for seen in server.seen} == {"GET"}


def test_above_the_budget_only_an_amount_goes_on(
    home_of: Home, create: tuple[str, ...], server: FaultServer
) -> None:
    fifty = (*create, "--epochs", "50", "--json")
    above = home_of.run(*fifty, "--yes")
    assert above.returncode == 4
    amount = json.loads(above.stdout)["error"]["next_step"].split()[1]
    assert home_of.run(*fifty, "--spend", "0.01").returncode == 4
    assert server.count("POST /files") == 0
    assert home_of.run(*fifty, "--spend", amount).returncode == 0
    assert len(server.jobs) == 1
    # What it was expected to cost counts from now on.
    next_one = home_of.json(*create, "--dry-run", "--epochs", "1", code=4)
    assert next_one["budget"]["above"]
    assert home_of.run(*create, "--spend", "lots").returncode == 2


def test_presets_clones_and_every_option(
    home_of: Home, create: tuple[str, ...], server: FaultServer
) -> None:
    job = home_of.json(
        *create, "--yes", "--epochs", "2", "--suffix", "fern", "--metadata", "team=a",
        "--wandb-project", "moss", "--set", "batch_size=4", "--save-preset", "mine",
    )  # fmt: skip
    sent = server.jobs[0]
    assert sent["metadata"]["team"] == "a"
    assert sent["integrations"][0]["wandb"] == {"project": "moss"}
    inner = {"n_epochs": 2, "batch_size": 4}
    assert sent["method"]["supervised"]["hyperparameters"] == inner
    assert home_of.json("jobs", "presets")["presets"]["mine"]["suffix"] == "fern"
    again: Any = (*create[:4], "--preset", "mine", "--epochs", "1", "--dry-run", "--yes")
    assert home_of.json(*again)["epochs"] == 1
    like = home_of.json("jobs", "create", "--like", job["id"], "--dry-run", "--yes")
    assert like["files"][0]["file_id"] == sent["training_file"]
    home_of.json("jobs", "presets", "--delete", "mine")
    assert home_of.run(*again).returncode == 2
    wrong = home_of.json(*create, "--set", "lora_r=8", "--beta", "3", code=2)
    assert "lora_r is not offered here" in wrong["error"]["cause"]


def test_lost_answers_and_closed_training(
    home_of: Home, create: tuple[str, ...], server: FaultServer
) -> None:
    server.fault(JOB, reply(403, problem("No more", code="training_not_available")))
    closed = home_of.json(*create, "--yes", "--epochs", "1", code=3)
    assert "finetui files delete file-1 --yes" in closed["error"]["next_step"]
    server.fault(JOB, ACT_AND_DROP)
    done = home_of.run(*create, "--yes", "--epochs", "1", "--json")
    assert done.returncode == 0
    assert "looking for the job" in done.stderr
    assert "exists, once" in done.stderr
    assert [one["id"] for one in server.jobs] == [json.loads(done.stdout)["id"]]


def test_a_pipe_is_checked_uploaded_and_trained_on(home_of: Home, server: FaultServer) -> None:
    given = chat_lines(60).decode()
    words = ("jobs", "create", "--model", MODEL, "--training-file", "-")
    done = home_of.spawn(*words, "--epochs", "1", "--yes", stdin=given)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ftjob-")
    assert server.count(JOB) == 1
    twice = home_of.spawn(*words, "--validation-file", "-", stdin=given)
    assert twice.returncode == 2
    assert "only once" in twice.stderr
    assert server.count(JOB) == 1
