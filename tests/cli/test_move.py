"""`finetui models move`: a tuned model's job made again at another provider, and compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import ACT_AND_DROP
from tests.home import Home
from tests.replay.azure import AzureReplay
from tests.replay.base import BASE, KEY, Replay
from tests.replay.circle import dataset
from tests.replay.fireworks import FireworksReplay
from tests.replay.nebius import NebiusReplay
from tests.replay.together import TogetherReplay
from tests.served import each_of, served
from tui.services.provider import together

if TYPE_CHECKING:
    from pathlib import Path

CREATED_AT = ("/fine_tuning/jobs", "/fine-tunes", "/supervisedFineTuningJobs")
TARGETS = [AzureReplay, NebiusReplay, TogetherReplay, FireworksReplay]
# What two epochs in batches of 8 at twice OpenAI's own rate become.
EXPECTED: dict[str, dict[str, float]] = {
    "azure": {"n_epochs": 2, "batch_size": 8, "learning_rate_multiplier": 2},
    "nebius": {"n_epochs": 2, "batch_size": 8},
    "together": {"n_epochs": 2, "batch_size": 8, "learning_rate": 2e-5},
    "fireworks": {"epochs": 2, "batchSizeSamples": 8},
}


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "LOOK_AGAIN_S", (0.001,))


far = served(Replay)


there = each_of(*TARGETS)


nebius = served(NebiusReplay)


def home_of(path: Path, far: Replay, there: Any, more: str = "") -> Home:
    folder = path / "home" / "config"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.toml"
    text = 'default_profile = "far"\n'
    for name, one in (("far", far), ("there", there)):
        text += f'[profiles.{name}]\nkind = "{one.kind}"\nbase_url = "{one.url}"\n'
        text += f'api_key = "{KEY}"\n{one.profile_lines}\ntimeout = 2\n'
        text += f"{more if name == 'there' else ''}\n"
    config.write_text(text)
    config.chmod(0o600)
    return Home(path / "home")


def tuned(home: Home, far: Replay, data: Path, *more: str, spawned: bool = False) -> str:
    """Train on a dataset at the first provider, through the command line, and return the model.

    With `spawned` by processes of their own, for tests that run on a loop.
    """
    run = home.spawn_json if spawned else home.json
    run("jobs", "create", "--training-file", str(data), "--model", far.base, "--yes",
        "--suffix", "pirate", "--epochs", "2", "--batch-size", "8", "--lr-multiplier", "2",
        *more)  # fmt: skip
    for _ in far.lives:
        run("jobs", "list")
    assert far.tuned
    return far.tuned


def pairs(path: Path, rows: int = 12) -> Path:
    made = [
        {
            "input": {"messages": [{"role": "user", "content": f"What is {n} and {n}?"}]},
            "preferred_output": [{"role": "assistant", "content": f"They are {n + n} apples."}],
            "non_preferred_output": [{"role": "assistant", "content": "No idea."}],
        }
        for n in range(rows)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in made))
    return path


def test_the_same_data_and_settings_become_a_job_of_the_other_provider(
    tmp_path: Path, far: Replay, there: Any
) -> None:
    home = home_of(tmp_path, far, there)
    data = dataset(tmp_path / "d.jsonl")
    model = tuned(home, far, data)
    words = ("models", "move", model, "--to", "there", "--model", there.base)
    dry = home.json(*words, "--dry-run")
    assert (dry["would_exit"], there.jobs, there.files) == (0, [], {})
    said = dry["move"]
    assert (said["from"]["model"], said["from"]["base"]) == (model, BASE)
    assert said["from"]["cost"].startswith("≈") or "expected" in said["from"]["cost"]
    assert said["to"] == {"profile": "there", "base": there.base}
    had = {"n_epochs", "batch_size", "lr_multiplier", "suffix"}
    named = [one["name"] for one in (*said["carried"], *said["left"])]
    assert sorted(n for n in named if n != "seed") == sorted(had)
    assert {"cost", "parts"} <= dry.keys()  # what it costs there, as before any job
    made = home.json(*words, "--yes", "--accept", "warnings,model")
    assert made["move"]["from"]["job"] == said["from"]["job"]
    assert len(there.jobs) == 1
    assert len(far.jobs) == 1
    (asked,) = [s for s in there.seen if s.method == "POST" and s.path.endswith(CREATED_AT)]
    body = json.loads(asked.body)
    expected = EXPECTED[there.kind]
    if there.kind == "azure":
        body = body["method"]["supervised"]["hyperparameters"]
    elif there.kind == "nebius":
        body = body["hyperparameters"]
    assert {name: body.get(name) for name in expected} == expected


def test_a_file_for_azure_gets_its_byte_order_mark_and_back_loses_it(
    tmp_path: Path, far: Replay
) -> None:
    azure = AzureReplay()
    try:
        home = home_of(tmp_path, far, azure)
        data = dataset(tmp_path / "d.jsonl")
        model = tuned(home, far, data)
        home.json("models", "move", model, "--to", "there", "--model", BASE, "--yes",
                  "--accept", "warnings,model")  # fmt: skip
        sent = azure.contents[azure.jobs[0]["training_file"]]
        assert sent == b"\xef\xbb\xbf" + data.read_bytes()
        for _ in azure.lives:
            home.json("jobs", "list", "--profile", "there")
        words = ("models", "move", str(azure.tuned), "--profile", "there", "--to", "far")
        home.json(*words, "--yes", "--accept", "warnings,model", "--again")
        assert far.contents[far.jobs[0]["training_file"]] == data.read_bytes()
    finally:
        azure.close()


def test_the_data_is_found_by_its_content_downloaded_or_asked_for(
    tmp_path: Path, far: Replay, nebius: NebiusReplay
) -> None:
    home = home_of(tmp_path, far, nebius)
    data = dataset(tmp_path / "d.jsonl")
    whole = data.read_bytes()
    model = tuned(home, far, data)
    words = ("models", "move", model, "--to", "there", "--model", nebius.base, "--dry-run")
    assert [one["found"] for one in home.json(*words)["move"]["files"]] == ["here"]
    # Its place has other content now: what the provider kept is taken, not that.
    dataset(data, rows=14)
    found = home.json(*words)["move"]["files"][0]
    assert found["found"] == "downloaded"
    assert found["path"] != str(data)
    downloaded = tmp_path / "home" / "state" / "moved"
    assert [one.read_bytes() for one in downloaded.iterdir()] == [whole]
    # A copy that was uploaded from another place is known by its content.
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(whole)
    home.json("files", "upload", str(copy), "--profile", "there")
    assert home.json(*words)["move"]["files"][0] == {"path": str(copy), "found": "elsewhere"}
    # Nowhere any more: it is asked for, and the reason says what was tried.
    copy.unlink()
    del far.files[far.jobs[0]["training_file"]]
    error = home.json(*words, code=2)["error"]
    assert "has changed since, or is gone" in error["cause"]
    assert "cannot be downloaded" in error["cause"]
    given = home.json(*words, "--training-file", str(data))["move"]["files"]
    assert given == [{"path": str(data), "found": "given"}]
    assert nebius.jobs == []


def test_pairs_become_chats_of_the_preferred_answers_only_if_that_is_said(
    tmp_path: Path, far: Replay, nebius: NebiusReplay
) -> None:
    home = home_of(tmp_path, far, nebius)
    data = pairs(tmp_path / "p.jsonl")
    model = tuned(home, far, data, "--method", "dpo", "--beta", "0.1")
    words = ("models", "move", model, "--to", "there", "--model", nebius.base, "--yes")
    error = home.json(*words, code=1)["error"]
    assert "offers no DPO" in error["cause"]
    assert "--chosen-only" in error["next_step"]
    assert nebius.seen == []
    made = home.json(*words, "--chosen-only", "--accept", "warnings,model")
    left = {one["name"]: one["why"] for one in made["move"]["left"]}
    assert left["beta"] == "not offered at nebius"
    sent = nebius.contents[nebius.jobs[0]["training_file"]].splitlines()
    assert json.loads(sent[3]) == {
        "messages": [
            {"role": "user", "content": "What is 3 and 3?"},
            {"role": "assistant", "content": "They are 6 apples."},
        ]
    }
    assert len(sent) == 12


def test_a_lost_answer_makes_no_second_job_and_the_move_is_remembered(
    tmp_path: Path, far: Replay, nebius: NebiusReplay
) -> None:
    home = home_of(tmp_path, far, nebius)
    model = tuned(home, far, dataset(tmp_path / "d.jsonl"))
    nebius.fault("POST /fine_tuning/jobs", ACT_AND_DROP)
    words = ("models", "move", model, "--to", "there", "--model", nebius.base, "--yes")
    done = home.run(*words, "--accept", "warnings,model")
    assert done.returncode == 0, done.stderr
    assert len(nebius.jobs) == 1
    assert "moved_from" not in json.dumps(nebius.jobs)  # it is known here alone
    words = ("compare", "--moved", nebius.jobs[0]["id"], "--profile", "there")
    assert f"no recording of {model}" in home.json(*words, code=2)["error"]["cause"]


@pytest.mark.parametrize("kind", [TogetherReplay, FireworksReplay], ids=lambda one: one.kind)
def test_a_job_of_an_adapter_goes_to_openai_with_every_setting_carried_or_named(
    tmp_path: Path, far: Replay, kind: Any
) -> None:
    source = kind()
    try:
        home = home_of(tmp_path, far, source)
        own = {
            "together": ("lora=yes", "lora_r=16", "learning_rate=3e-5", "weight_decay=0.1"),
            "fireworks": ("lora_rank=16", "learning_rate=3e-5", "batch_samples=8"),
        }[source.kind]
        settings = [word for one in own for word in ("--set", one)]
        data = dataset(tmp_path / "d.jsonl")
        made = home.json("jobs", "create", "--profile", "there", "--training-file", str(data),
                         "--model", source.base, "--epochs", "3", "--yes", "--accept",
                         "warnings,model", *settings)  # fmt: skip
        for _ in source.lives:
            home.json("jobs", "list", "--profile", "there")
        said = home.json("models", "move", made["id"], "--profile", "there", "--to", "far",
                         "--model", BASE, "--dry-run")["move"]  # fmt: skip
    finally:
        source.close()
    carried = {one["name"]: one["now"] for one in said["carried"]}
    left = {one["name"] for one in said["left"]}
    assert carried["n_epochs"] == "3"
    if source.kind == "together":  # it tells the rate it takes by itself
        assert carried["lr_multiplier" if "lr_multiplier" in carried else "learning_rate"] == "3"
    else:
        assert carried["batch_samples"] == "8"
        assert "learning_rate" in left
    assert {one.partition("=")[0] for one in own} <= {*carried, *left}
    assert said["to"]["base"] == BASE


def test_the_new_model_is_compared_with_the_recording_of_the_old(
    tmp_path: Path, far: Replay
) -> None:
    other = Replay()
    try:
        home = home_of(tmp_path, far, other)
        data = dataset(tmp_path / "d.jsonl")
        model = tuned(home, far, data)
        made = home.json("models", "move", model, "--to", "there", "--yes", "--accept", "warnings")
        for _ in other.lives:
            home.json("jobs", "list", "--profile", "there")
        words = ("compare", "--moved", str(other.tuned), "--profile", "there")
        error = home.json(*words, code=2)["error"]
        assert f"no recording of {model}" in error["cause"]
        assert "finetui record" in error["next_step"]
        recorded = home.json("record", "--model", model, "--dataset", str(data))["recording"]
        del far.models[model]
        asked = far.count("POST /chat/completions")
        found = home.json(*words)
        assert found["models"] == [f"{model}@{recorded}", other.tuned]
        assert (found["asked"], found["failed"]) == (24, 0)
        assert far.count("POST /chat/completions") == asked
        assert made["move"]["to"]["base"] == BASE
        error = home.json("compare", "--moved", BASE, "--profile", "there", code=2)["error"]
        assert "was not moved" in error["cause"]
    finally:
        other.close()


@pytest.mark.parametrize("why", ["same", "chat-only", "unknown", "read-only", "base", "hostile"])
def test_what_cannot_be_says_why_and_sends_nothing(
    tmp_path: Path, far: Replay, nebius: NebiusReplay, why: str
) -> None:
    more = "read_only = true" if why == "read-only" else ""
    home = home_of(tmp_path, far, nebius, more)
    if why == "chat-only":
        config = tmp_path / "home" / "config" / "config.toml"
        config.write_text(config.read_text().replace('kind = "nebius"', 'kind = "vllm"'))
    model = tuned(home, far, dataset(tmp_path / "d.jsonl"))
    named = {"unknown": "ft:nobody", "hostile": "ft:\x1b[31m[b]\u202e"}.get(why, model)
    base = () if why == "base" else ("--model", nebius.base)
    to = "far" if why == "same" else "there"
    done = home.run(
        "models", "move", named, "--to", to, *base, "--yes", "--accept", "warnings,model"
    )
    said = {
        "same": "is at profile far already",
        "chat-only": "offers no fine-tuning",
        "unknown": "made ft:nobody",
        "read-only": "read-only",
        "base": "Name the base there with --model",
        "hostile": "is not known",
    }[why]
    assert done.returncode in {2, 3}
    assert said in done.stderr
    assert "\x1b" not in done.stderr
    assert nebius.jobs == []
    assert nebius.count("POST /files") == 0  # nor a file
