"""Fireworks through the whole circle, headless, and what is its own about each step of it."""

from __future__ import annotations

import asyncio
import gc
import json
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import reply
from tests.home import enter_home
from tests.replay.base import KEY
from tests.replay.circle import dataset, profile
from tests.replay.fireworks import (
    ACCOUNT,
    BASE,
    DPO,
    REINFORCEMENT,
    ROOT,
    SUPERVISED,
    FireworksReplay,
)
from tests.replay.test_circle import CONSENT
from tests.served import each_of
from tests.until import problem_of, until
from tui.app import FinetuiApp
from tui.core.text.text import size_words
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home


pytestmark = pytest.mark.usefixtures("polls_at_once")
far = each_of(FireworksReplay)


def pairs(path: Path) -> Path:
    """Write a small file of preference pairs."""
    rows = [
        {
            "input": {"messages": [{"role": "user", "content": f"What is {n} and {n}, please?"}]},
            "preferred_output": [{"role": "assistant", "content": f"They are {n + n} apples."}],
            "non_preferred_output": [{"role": "assistant", "content": f"I do not know {n}."}],
        }
        for n in range(12)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def created(far: FireworksReplay, collection: str = SUPERVISED) -> tuple[dict[str, str], Any]:
    """Return the query and the body of the one creation that was asked for."""
    [seen] = [one for one in far.seen if (one.method, one.path) == ("POST", f"{ROOT}/{collection}")]
    return seen.query, json.loads(seen.body)


def test_the_circle(far: FireworksReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    data = dataset(tmp_path / "Train One.jsonl")
    file_id = home.json("files", "upload", str(data), "--accept", "warnings")["id"]
    assert far.contents[file_id] == data.read_bytes()
    assert file_id.startswith("train-one-")
    listed = home.json("files", "list")["files"]
    assert [(one["id"], one["filename"]) for one in listed] == [(file_id, "Train One.jsonl")]
    words = ["--model", far.base, "--suffix", "Pirate.1", "--epochs", "2"]
    words += ["--learning-rate", "2e-5", "--set", "lora_rank=16", "--set", "early_stop=yes"]
    job = home.json("jobs", "create", "--training-file", file_id, *words, *CONSENT)
    query, body = created(far)
    assert query == {"supervisedFineTuningJobId": job["id"]}
    mark = job["id"].removeprefix("finetui-")
    assert body == {
        "dataset": f"accounts/{ACCOUNT}/datasets/{file_id}", "baseModel": BASE,
        "displayName": "Pirate.1", "outputModel": f"pirate-1-{mark[:8]}", "epochs": 2,
        "learningRate": 2e-5, "loraRank": 16, "earlyStop": True,
    }  # fmt: skip
    watched = home.run("jobs", "watch", job["id"])
    assert watched.returncode == 0, watched.stderr
    check_watched(watched.stdout)
    shown = home.json("jobs", "show", job["id"])
    model = f"accounts/{ACCOUNT}/models/pirate-1-{mark[:8]}"
    assert (shown["status"], shown["fine_tuned_model"]) == ("succeeded", model)
    assert shown["price"] == {"amount": "2.5", "currency": "USD", "said_by": "Fireworks"}
    result = home.run("jobs", "result", job["id"]).stdout
    assert result.splitlines()[0] == "step,train_loss,train_accuracy,valid_loss,valid_accuracy"
    assert result.splitlines()[2] == "2,0.5,,0.75,"
    chat(far, home, model, watched.stderr)
    delete(far, home, model, file_id)
    assert far.wrong_keys == 0
    check_secrets(far, tmp_path)


def check_watched(told: str) -> None:
    lines = [line.partition(" ")[2] for line in told.splitlines()]
    assert lines[0] == "info Fireworks estimates 2.5 USD for this job"
    for line in ("info The job is pending", "info The job is writing results"):
        assert line in lines
    assert "info Step 1: training loss=1.0000" in lines
    assert "info Step 2: training loss=0.5000, validation loss=0.7500" in lines
    assert lines[-1] == "info The job is completed"


def chat(far: FireworksReplay, home: Home, model: str, watched: str) -> None:
    """Chat with the model where it is deployed; before that be told exactly how it is."""
    done = home.run("chat", "--model", model, "hello")
    assert done.returncode == 3
    assert "does not answer by its name here" in watched
    for step in (
        f'POST {ROOT}/deployments {{"baseModel": "{BASE}", "deploymentShape": "default",'
        ' "enableAddons": true, "minReplicaCount": 0}',
        f'POST {ROOT}/deployedModels {{"model": "{model}", "deployment":',
        f"chat with {model}#accounts/{ACCOUNT}/deployments/",
    ):
        assert step in watched
    name = far.deploy(model)
    models = {one["id"]: one for one in home.json("models", "list")["models"]}
    assert {one: models[one]["kind"] for one in models} == {model: "tuned", BASE: "base"}
    assert models[model]["base"] == BASE
    assert f"chat with {name}." in models[model]["serving"]
    assert "1 NVIDIA_H100_80GB; 1 running now; scales to nothing" in models[model]["serving"]
    done = home.run("chat", "--model", model, "hello")
    assert f"chat with {name}." in done.stderr
    done = home.run("chat", "--model", name, "hello")
    assert (done.returncode, done.stdout) == (0, f"Ahoy from {name}\n"), done.stderr


def delete(far: FireworksReplay, home: Home, model: str, file_id: str) -> None:
    """Delete the model, which has to be taken from its deployment before, and the file."""
    [name] = [one for one in far.deployed if far.deployed[one]["model"] == model]
    done = home.run("models", "delete", model, "--yes")
    assert done.returncode != 0
    assert "delete the deployment first" in done.stderr
    assert model in far.models  # nobody was asked
    done = home.run("models", "delete", f"{model}#{far.deployed[name]['deployment']}", "--yes")
    assert done.returncode == 2
    assert f"Name the model itself: {model}" in done.stderr
    del far.deployed[name]
    assert home.json("models", "delete", model, "--yes")["deleted"][0]["deleted"]
    assert far.models == {}
    assert home.json("files", "delete", file_id, "--yes")["deleted"][0]["deleted"]
    again = home.run("files", "delete", file_id, "--yes")  # it was asked for before
    assert (again.returncode, "not there any more" in again.stdout) == (0, True)
    assert home.run("files", "delete", "of-nobody", "--yes").returncode == 3


def check_secrets(far: FireworksReplay, home: Path, words: str = "finetui-") -> None:
    """No key went to the storage, and no signed address stands in any file."""
    assert far.storage.seen
    for seen in far.storage.seen:
        assert KEY not in json.dumps([seen.headers, seen.query])
        assert "authorization" not in seen.headers
    kept = [path for path in home.rglob("*") if path.is_file() and path.name != "config.toml"]
    assert any(words.encode() in path.read_bytes() for path in kept)
    for path in kept:
        assert b"X-Goog-Signature" not in path.read_bytes(), path
        assert KEY.encode() not in path.read_bytes(), path


def test_preference_pairs_have_a_place_and_a_loss_of_their_own(
    far: FireworksReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    data = pairs(tmp_path / "pairs.jsonl")
    words = ["--model", far.base, "--method", "dpo", "--set", "beta_below_half=0.2", *CONSENT]
    job = home.json("jobs", "create", "--training-file", str(data), *words, "--epochs", "1")
    query, body = created(far, DPO)
    assert query == {"dpoJobId": job["id"]}
    [name] = far.datasets
    assert body == {
        "dataset": name, "lossConfig": {"method": "DPO", "dpo": {"beta": 0.2}},
        "trainingConfig": {"baseModel": BASE, "epochs": 1},
    }  # fmt: skip
    watched = home.run("jobs", "watch", job["id"])
    assert "Step 2: training loss=0.5000" in watched.stdout
    far.make_job(SUPERVISED, "older", {"dataset": name, "baseModel": BASE, "epochs": 3})
    far.jobs[0] |= {"createTime": "2026-11-01T10:00:00Z", "_lives": []}
    far.jobs.reverse()
    listed = home.json("jobs", "list")["jobs"]
    assert [(one["id"], one["method"]["type"]) for one in listed] == [
        (job["id"], "dpo"), ("older", "supervised"),
    ]  # fmt: skip
    assert listed[0]["fine_tuned_model"] == f"accounts/{ACCOUNT}/models/{job['id']}"
    assert home.run("jobs", "result", job["id"]).stdout.startswith("step,train_loss")
    home.json("jobs", "create", "--like", job["id"], *CONSENT)
    *_, like = [one for one in far.seen if (one.method, one.path) == ("POST", f"{ROOT}/{DPO}")]
    assert json.loads(like.body) == body


def test_what_it_has_no_field_for_is_told_before_anything_is_sent(
    far: FireworksReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    data = pairs(tmp_path / "pairs.jsonl")
    valid = pairs(tmp_path / "valid.jsonl")
    words = ["--training-file", str(data), "--model", far.base, "--method", "dpo", *CONSENT]
    for more, told in (
        (["--validation-file", str(valid)], "A validation file is not offered here with dpo"),
        (["--seed", "7"], "A seed is not offered here"),
        (["--set", "beta_below_half=0.5"], "Beta must be above 0 and below 0.5"),
    ):
        done = home.run("jobs", "create", *words, *more)
        assert done.returncode == 2, done
        assert told in done.stderr
    assert not [one for one in far.seen if one.method == "POST"]


def test_training_goes_on_from_a_lora_of_ones_own(far: FireworksReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    data = dataset(tmp_path / "train.jsonl")
    lora, own_base = (f"accounts/{ACCOUNT}/models/{name}" for name in ("lora", "own-base"))
    far.models[lora] = {"name": lora, "kind": "HF_PEFT_ADDON"}
    far.models[own_base] = {"name": own_base, "kind": "HF_BASE_MODEL", "tunable": True}
    for model, field in ((lora, "warmStartFrom"), (own_base, "baseModel")):
        home.json("jobs", "create", "--training-file", str(data), "--model", model, *CONSENT)
        [seen, *_] = [one for one in reversed(far.seen) if one.path == f"{ROOT}/{SUPERVISED}"
                      and one.method == "POST"]  # fmt: skip
        assert json.loads(seen.body)[field] == model


def test_a_job_is_cancelled_and_a_paused_one_resumed(far: FireworksReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    for collection, name in ((SUPERVISED, "one"), (DPO, "two"), (REINFORCEMENT, "rft")):
        far.make_job(collection, name, {"dataset": "d", "trainingConfig": {}, "baseModel": BASE})
        far.jobs[0]["_lives"] = ["JOB_STATE_PAUSED"]
        assert home.json("jobs", "show", name)["status"] == "paused"
        done = home.run("jobs", "pause", name)
        assert done.returncode == 3
        assert "Fireworks does not offer pausing jobs" in done.stderr
        assert home.json("jobs", "resume", name)["status"] == "queued"
        assert home.json("jobs", "cancel", name)["status"] == "cancelled"
    done = home.run("jobs", "resume", "one")
    assert "the job is not paused" in done.stderr
    assert home.run("jobs", "show", "three").returncode == 3
    done = home.run("jobs", "checkpoints", "one")
    assert "Fireworks does not offer checkpoints" in done.stderr


def test_jobs_by_reinforcement_are_listed_and_followed(
    far: FireworksReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    training = {"baseModel": BASE, "outputModel": "rl-model", "epochs": 2}
    asked = {"dataset": "d", "evaluator": "e", "displayName": "rl", "trainingConfig": training}
    far.make_job(SUPERVISED, "sft", {"dataset": "d", "baseModel": BASE})
    far.make_job(REINFORCEMENT, "rft", asked)
    listed = {job["id"]: job for job in home.json("jobs", "list")["jobs"]}
    assert listed.keys() == {"sft", "rft"}
    assert listed["rft"]["method"]["type"] == "reinforcement"
    assert (listed["rft"]["model"], listed["rft"]["suffix"]) == (BASE, "rl")
    while (job := home.json("jobs", "show", "rft"))["status"] != "succeeded":
        assert len(far.seen) < 100
    assert job["fine_tuned_model"] == f"accounts/{ACCOUNT}/models/rl-model"
    assert "completed" in home.run("jobs", "events", "rft").stdout
    assert not [seen for seen in far.seen if seen.method != "GET"]


@pytest.mark.parametrize("collection", [DPO, REINFORCEMENT])
@pytest.mark.parametrize("status", [403, 404, 501])
def test_an_account_without_a_kind_of_training_lists_the_others(
    far: FireworksReplay, tmp_path: Path, collection: str, status: int
) -> None:
    home = profile(far, tmp_path)
    far.make_job(SUPERVISED, "sft", {"dataset": "d", "baseModel": BASE})
    answer = reply(status, {"code": 5, "message": "Not Found", "details": []})
    far.always[f"GET {ROOT}/{collection}"] = answer
    assert [job["id"] for job in home.json("jobs", "list")["jobs"]] == ["sft"]
    far.always[f"GET {ROOT}/{SUPERVISED}"] = answer  # of the account itself it is told
    assert home.run("jobs", "list").returncode == 3


def test_a_large_file_goes_to_a_signed_address_and_comes_back_from_one(
    far: FireworksReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    own = '[[providers]]\nid = "fireworks"\nform_bytes = 100\n'
    (tmp_path / "config" / "providers.toml").write_text(own)
    data = dataset(tmp_path / "train.jsonl")
    file_id = home.json("files", "upload", str(data), "--accept", "warnings")["id"]
    assert far.count(f"POST {ROOT}/datasets/{file_id}:upload") == 0
    [put] = [one for one in far.storage.seen if one.method == "PUT"]
    assert put.body == data.read_bytes()
    out = tmp_path / "back.jsonl"
    done = home.run("files", "download", file_id, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == data.read_bytes()
    check_secrets(far, tmp_path, words=file_id)


def test_without_an_account_only_chats_go(far: FireworksReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    config = tmp_path / "config" / "config.toml"
    config.write_text(config.read_text().replace(far.profile_lines, ""))
    done = home.run("chat", "--model", far.base, "hello")
    assert (done.returncode, done.stdout) == (0, f"Ahoy from {far.base}\n"), done.stderr
    for words in (["jobs", "list"], ["files", "list"], ["models", "list"]):
        done = home.run(*words)
        assert done.returncode == 2, done
        assert "names no account" in done.stderr
        assert 'Write account = "…" into profile far' in done.stderr
    assert {one.path for one in far.seen} == {"/inference/v1/chat/completions"}


def test_doctor_asks_with_reads_only(far: FireworksReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    done = home.run("doctor", "--provider", "far")
    for what, name in (("jobs", "fine-tuning"), ("files", "files"), ("models", "a list of models")):
        assert f"list the {what} → a list: {name}: offered" in done.stdout
    assert "not yet tried with the provider itself" in done.stdout
    assert {one.method for one in far.seen} == {"GET"}
    assert KEY not in done.stdout


def test_a_size_that_is_not_told_is_the_one_that_was_sent_or_unknown(
    far: FireworksReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    data = dataset(tmp_path / "train.jsonl")
    file_id = home.json("files", "upload", str(data), "--accept", "warnings")["id"]
    strange = f"accounts/{ACCOUNT}/datasets/of-a-colleague"
    far.datasets[strange] = {"name": strange, "state": "READY", "_arrived": True}
    told = home.run("files", "list").stdout
    [ours] = [row for row in told.splitlines() if file_id in row]
    [theirs] = [row for row in told.splitlines() if "of-a-colleague" in row]
    assert size_words(data.stat().st_size) in ours
    assert " – " in theirs


def test_a_job_by_reinforcement_is_not_made_again_here(
    far: FireworksReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    far.make_job(REINFORCEMENT, "rft", {"dataset": "d", "trainingConfig": {"baseModel": BASE}})
    done = home.run("jobs", "create", "--like", "rft", "--yes")
    assert done.returncode == 2
    assert "it is trained by reinforcement, and jobs made here by supervised or dpo" in done.stderr
    assert not [seen for seen in far.seen if seen.method != "GET"]


async def test_the_form_is_not_opened_for_what_cannot_be_made_again(
    far: FireworksReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter_home(monkeypatch, profile(far, tmp_path).environ)
    far.make_job(REINFORCEMENT, "rft", {"dataset": "d", "trainingConfig": {"baseModel": BASE}})
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("3")
        jobs: Any = app.screen
        await until(lambda: jobs.context.jobs, pilot)
        await pilot.press("R")
        await until(lambda: "cannot be made again here" in problem_of(jobs), pilot)
        assert app.screen is jobs


async def test_a_list_ended_as_it_begins_leaves_nothing_unawaited(
    far: FireworksReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    workspace = await Workspace.open(environ=home.environ)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for turns in range(1, 4):
            listing = asyncio.create_task(workspace.jobs.list())
            for _ in range(turns):
                await asyncio.sleep(0)
            listing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listing
        gc.collect()
    await workspace.close()
    assert [str(one.message) for one in said if "never awaited" in str(one.message)] == []
