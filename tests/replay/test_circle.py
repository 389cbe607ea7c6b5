"""Each provider through the whole circle, headless, at a server that behaves as its sheet says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.replay.azure import TOKEN, AzureReplay
from tests.replay.base import KEY, Replay
from tests.replay.bedrock import BedrockReplay
from tests.replay.circle import dataset, profile
from tests.replay.crusoe import CrusoeReplay
from tests.replay.nebius import NebiusReplay
from tests.replay.portkey import PortkeyReplay
from tests.served import each_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

SERVERS = [Replay, AzureReplay, NebiusReplay, BedrockReplay, CrusoeReplay, PortkeyReplay]
GRADER = {"type": "lambda", "function": "arn:aws:lambda:us-west-2:1:function:grade"}
CONSENT = ("--yes", "--spend", "9", "--accept", "warnings,model,leakage")


pytestmark = pytest.mark.usefixtures("polls_at_once")
far = each_of(*SERVERS)


def words_for(far: Replay, path: Path) -> list[str]:
    """Return what a job of this provider is asked for with, beside its training file."""
    words = ["--model", far.base, *CONSENT]
    if far.takes_suffix:
        words += ["--suffix", "pirate"]
    if isinstance(far, BedrockReplay):
        grader = path / "grader.json"
        grader.write_text(json.dumps(GRADER))
        data = dataset(path / "valid.jsonl", graded=True, rows=6)
        words += ["--method", "reinforcement", "--grader", str(grader)]
        words += ["--validation-file", str(data)]
    if isinstance(far, AzureReplay):
        words += ["--set", "training_type=GlobalStandard"]
    if isinstance(far, NebiusReplay):
        words += ["--learning-rate", "2e-5", "--set", "lora=yes", "--set", "lora_r=16"]
    return words


def data_for(far: Replay, path: Path) -> Path:
    graded, bom = isinstance(far, BedrockReplay), isinstance(far, AzureReplay)
    return dataset(path / "train.jsonl", graded=graded, bom=bom)


def asked_of(far: Replay) -> dict[str, Any]:
    [seen] = [one for one in far.seen if (one.method, one.path) == ("POST", "/fine_tuning/jobs")]
    body: dict[str, Any] = json.loads(seen.body)
    return body


def test_the_circle(far: Replay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    data = data_for(far, tmp_path)
    file_id = home.json("files", "upload", str(data), "--accept", "warnings")["id"]
    assert far.contents[file_id] == data.read_bytes()
    words = words_for(far, tmp_path)
    job = home.json("jobs", "create", "--training-file", file_id, *words)
    done = home.run("jobs", "watch", job["id"])
    assert done.returncode == 0, done.stderr
    assert "The job is succeeded" in done.stdout
    check_what_was_sent(far)
    listed = home.json("jobs", "list")["jobs"]
    assert [(one["id"], one["status"]) for one in listed] == [(job["id"], "succeeded")]
    assert home.run("jobs", "result", job["id"]).stdout.startswith("step,train_loss")
    points = home.json("jobs", "checkpoints", job["id"])["checkpoints"]
    assert len(points) == 1
    chat(far, home, listed[0]["fine_tuned_model"], done.stderr)
    delete(home, listed[0]["fine_tuned_model"], file_id)
    assert far.wrong_keys == 0
    assert KEY not in done.stdout + done.stderr


def check_what_was_sent(far: Replay) -> None:
    body = asked_of(far)
    assert ("suffix" in body) == far.takes_suffix
    if isinstance(far, AzureReplay):
        assert body["trainingType"] == "GlobalStandard"
        assert "trainingType" not in json.dumps(body.get("method", {}))
    if isinstance(far, NebiusReplay):
        assert body["hyperparameters"] == {
            "learning_rate_multiplier": 2e-5, "lora": True, "lora_r": 16,
        }  # fmt: skip
        assert "method" not in body
    if isinstance(far, BedrockReplay):
        assert body["method"]["reinforcement"]["grader"] == GRADER


def chat(far: Replay, home: Home, model: str | None, watched: str) -> None:
    """Chat with the model, or be told that it needs a deployment, and how that is made."""
    needs = isinstance(far, AzureReplay | NebiusReplay | CrusoeReplay)
    done = home.run("chat", "--model", model or "my-model", "hello")
    if not needs:
        assert (done.returncode, done.stdout) == (0, f"Ahoy from {model}\n"), done.stderr
        assert "does not answer by its name" not in watched
        return
    assert done.returncode == 3
    how = {"azure": "portal", "nebius": "/v0/models", "crusoe": "Deploy the model"}[far.kind]
    for told in (done.stderr, watched):
        assert "does not answer by its name here" in told
        assert how in told
    if isinstance(far, AzureReplay):
        far.deployed["pirate-one"] = str(model)
        done = home.run("chat", "--model", "pirate-one", "hello")
        assert (done.returncode, done.stdout) == (0, "Ahoy from pirate-one\n")


def delete(home: Home, model: str | None, file_id: str) -> None:
    if model is not None:
        done = home.run("models", "delete", model, "--yes")
        assert done.returncode == 0, done.stderr
    assert home.json("files", "delete", file_id, "--yes")["deleted"][0]["deleted"]
    again = home.run("files", "delete", file_id, "--yes")  # gone is said, not hidden
    assert (again.returncode, "not there any more" in again.stdout) == (0, True)
    assert home.run("files", "delete", "of-nobody", "--yes").returncode == 3


def test_what_is_known_not_to_be_taken_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    far = BedrockReplay()
    try:
        home = profile(far, tmp_path)
        data = dataset(tmp_path / "train.jsonl", graded=True)
        words = [*words_for(far, tmp_path), "--suffix", "pirate"]
        done = home.run("jobs", "create", "--training-file", str(data), *words)
        assert done.returncode == 2
        assert "Suffixes are not offered here" in done.stderr
        done = home.run(
            "jobs", "create", "--training-file", str(data), "--model", far.base, *CONSENT
        )
        assert done.returncode == 2
        assert "reinforcement" in done.stderr
        assert not [one for one in far.seen if one.method == "POST"]
    finally:
        far.close()


def test_a_token_of_entra_goes_as_bearer(tmp_path: Path) -> None:
    far = AzureReplay()
    try:
        home = profile(far, tmp_path)
        config = tmp_path / "config" / "config.toml"
        config.write_text(config.read_text().replace(KEY, TOKEN))
        assert home.run("jobs", "list").returncode == 0
        assert far.wrong_keys == 0
    finally:
        far.close()


def test_the_dates_are_those_of_the_provider(tmp_path: Path) -> None:
    far = AzureReplay()
    try:
        home = profile(far, tmp_path)
        data = data_for(far, tmp_path)
        words = ["jobs", "create", "--training-file", str(data), "--model", far.base, "--dry-run"]
        unknown, old_customer, newcomer, wrong = (
            home.run(*words, *(("--setting", f"account_kind={kind}") if kind else ()))
            for kind in ("", "existing", "new", "old")
        )
    finally:
        far.close()
    told, existing, new = (one.stdout for one in (unknown, old_customer, newcomer))
    assert wrong.returncode == 2
    assert "must be one of: existing, new" in wrong.stderr
    assert "until 2027-04-14" in existing
    assert "newcomers" not in existing
    assert "until when it takes new jobs is not known" in new
    assert "they may get only open models" in new
    assert "2027-" not in new
    assert "until 2027-04-14" in told
    assert "Azure OpenAI's dates: 2027-04-14 for existing customers; for newcomers" in told
    assert "OpenAI's dates" in told
    assert "2027-01-06" not in told


def test_the_tokens_of_a_file_tell_the_providers_own_dates(tmp_path: Path) -> None:
    far = AzureReplay()
    try:
        home = profile(far, tmp_path, more='account_kind = "existing"')
        told = home.run("tokens", str(data_for(far, tmp_path)), "--model", far.base).stdout
    finally:
        far.close()
    assert "none after 2027-04-14" in told
