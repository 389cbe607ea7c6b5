"""Together through the whole circle, headless, and what is its own about each step of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import (
    ACT_AND_DROP,
    ACT_AND_TRUNCATE,
    Fault,
    html,
    problem,
    reply,
)
from tests.replay.base import KEY
from tests.replay.circle import dataset, profile
from tests.replay.together import BASE, TogetherReplay
from tests.served import each_of
from tui.services.errors import ServiceError
from tui.services.provider import together
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home

AGREED = ("--yes", "--spend", "9", "--accept", "warnings,model,leakage")


far = each_of(TogetherReplay)


@pytest.fixture(autouse=True)
def no_waits(polls_at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next look at a job or a file come at once."""
    del polls_at_once
    monkeypatch.setattr(together, "LOOK_AGAIN_S", (0.001,))
    monkeypatch.setattr(together, "CHECKED_WITHIN_S", 20.0)


def asked(far: TogetherReplay, path: str) -> list[Any]:
    return [json.loads(one.body) for one in far.seen if (one.method, one.path) == ("POST", path)]


def uploaded(home: Home, far: TogetherReplay, path: Path) -> str:
    """Upload a small file that Together has looked at."""
    file_id: str = home.json("files", "upload", str(dataset(path)), "--accept", "warnings")["id"]
    far.files[file_id]["processing_status"] = "COMPLETED"
    return file_id


def create(home: Home, *words: str, training: object, code: int = 0) -> Any:
    return home.json(
        "jobs", "create", "--training-file", str(training), "--model", BASE, *words, code=code
    )


def test_the_circle(far: TogetherReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    data = dataset(tmp_path / "train.jsonl")
    file_id = home.json("files", "upload", str(data), "--accept", "warnings")["id"]
    assert far.contents[file_id] == data.read_bytes()
    words = ("--suffix", "pirate", "--epochs", "2", "--learning-rate", "2e-5")
    lora = ("--set", "lora=yes", "--set", "lora_r=16")
    job = create(home, *words, *lora, *AGREED, training=file_id)
    [body] = asked(far, "/fine-tunes")
    mark = body["suffix"].removeprefix("pirate-ft")
    assert len(mark) == 12
    assert body == {
        "training_file": file_id, "model": BASE, "n_epochs": 2, "learning_rate": 2e-5,
        "suffix": f"pirate-ft{mark}",
        "training_method": {"method": "sft", "train_on_inputs": "auto"},
        "training_type": {"type": "Lora", "lora_r": 16, "lora_alpha": 32},
    }  # fmt: skip
    watched = home.run("jobs", "watch", job["id"])
    assert watched.returncode == 0, watched.stderr
    assert "Step 2: training loss=0.5000" in watched.stdout
    assert "The job is compressing" in watched.stdout
    check_what_is_told(home, far, job["id"])
    chat(home, far, watched.stderr)
    delete(home, far, file_id)
    assert far.wrong_keys == 0
    assert KEY not in watched.stdout + watched.stderr


def check_what_is_told(home: Home, far: TogetherReplay, job_id: str) -> None:
    [one] = home.json("jobs", "list")["jobs"]
    assert (one["id"], one["status"], one["suffix"]) == (job_id, "succeeded", "pirate")
    assert one["fine_tuned_model"] == far.tuned
    assert one["native"]["status"] == "completed"
    shown = home.run("jobs", "show", job_id).stdout
    assert "Together says 4.20 USD" in shown
    assert "2e-05" in shown
    told = home.run("jobs", "result", job_id).stdout
    assert told == "step,train_loss,valid_loss\n1,1.0,1.5\n2,0.5,0.75\n"
    [point] = home.json("jobs", "checkpoints", job_id)["checkpoints"]
    assert (point["id"], point["step_number"]) == (f"{job_id}:2", 2)
    models = home.json("models", "list", "--tuned")["models"]
    assert [(model["id"], model["job_id"]) for model in models] == [(far.tuned, job_id)]


def chat(home: Home, far: TogetherReplay, watched: str) -> None:
    """A model needs an endpoint; one that is there is named, with what it costs."""
    model = str(far.tuned)
    assert "does not answer by its name here" in watched
    assert "Create dedicated endpoint" in watched
    done = home.run("chat", "--model", model, "hello")
    assert done.returncode == 3
    assert "Create dedicated endpoint" in done.stderr
    name = far.deploy(model)
    done = home.run("chat", "--model", model, "hello")
    assert done.returncode == 3
    assert f"It is deployed: chat with {name}" in done.stderr
    assert "billed by the minute" in done.stderr
    done = home.run("chat", "--model", name, "hello")
    assert (done.returncode, done.stdout) == (0, f"Ahoy from {name}\n"), done.stderr
    [told] = home.json("models", "list", "--tuned")["models"]
    assert f"chat with {name}" in told["serving"]
    assert f"chat with {name}" in home.run("models", "show", model).stdout


def delete(home: Home, far: TogetherReplay, file_id: str) -> None:
    model = str(far.tuned)
    held = home.run("models", "delete", model, "--yes")
    assert held.returncode != 0
    assert "deployment first" in held.stderr  # it bills by the minute
    assert far.jobs
    far.endpoints.clear()
    done = home.run("models", "delete", model)
    assert done.returncode == 4
    assert "deletes the fine-tuning job that made it" in done.stdout, done.stdout
    assert home.run("models", "delete", model, "--yes").returncode == 0
    assert far.jobs == []
    again = home.run("models", "delete", model, "--yes")  # gone is said, not hidden
    assert again.returncode == 3
    assert "deleted from here already" in again.stderr
    assert home.json("files", "delete", file_id, "--yes")["deleted"][0]["deleted"]
    again = home.run("files", "delete", file_id, "--yes")
    assert (again.returncode, "not there any more" in again.stdout) == (0, True)
    assert home.run("files", "delete", "of-nobody", "--yes").returncode == 3


# -- uploads ----------------------------------------------------------------------------------


def test_nothing_of_the_profile_goes_to_the_storage(far: TogetherReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    home.json("files", "upload", str(dataset(tmp_path / "t.jsonl")), "--accept", "warnings")
    [put] = far.storage.seen
    assert put.method == "PUT"
    assert far.storage.url not in far.url
    assert KEY not in json.dumps(put.headers)
    names = set(put.headers)
    assert not names & {"authorization", "cookie", "openai-organization", "openai-project"}
    assert {name for name in names if name.startswith("x-stainless")} == set()
    steps = [f"{one.method} {one.path}" for one in far.seen]
    file_id = next(iter(far.files))
    assert steps[-2:] == ["POST /files", f"POST /files/{file_id}/preprocess"]


def test_a_content_that_is_there_is_not_sent_again(far: TogetherReplay, tmp_path: Path) -> None:
    data = dataset(tmp_path / "t.jsonl")
    home = profile(far, tmp_path / "one")
    first = home.json("files", "upload", str(data), "--accept", "warnings")
    other = profile(far, tmp_path / "two")  # whose ledger knows nothing of it
    again = other.json("files", "upload", str(data), "--accept", "warnings")
    assert again["id"] == first["id"]
    assert len(far.storage.seen) == len(far.files) == 1
    assert far.count("POST /files") == 2


def test_what_it_finds_wrong_with_a_file_is_told_and_no_job_is_asked_for(
    far: TogetherReplay, tmp_path: Path
) -> None:
    far.unfit = "line 3 has two formats"
    home = profile(far, tmp_path)
    told = create(home, *AGREED, training=dataset(tmp_path / "t.jsonl"), code=1)
    assert told["error"]["cause"] == "line 3 has two formats"
    assert "Together cannot train on file" in told["error"]["title"]
    assert far.count("POST /fine-tunes") == 0


def test_a_check_that_takes_too_long_is_told(
    far: TogetherReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "CHECKED_WITHIN_S", -1)
    home = profile(far, tmp_path)
    told = create(home, *AGREED, training=dataset(tmp_path / "t.jsonl"), code=2)
    assert "is not ready" in told["error"]["title"]
    assert far.count("POST /fine-tunes") == 0


async def upload(far: TogetherReplay, data: Path, path: Path) -> tuple[list[str], list[Any]]:
    """Upload a file until it is there; return the failures on the way and what came in the end."""
    environ = {"FINETUI_HOME": str(profile(far, path, more="timeout = 2").path)}
    failures = []
    workspace = await Workspace.open(environ=environ)
    try:
        for _ in range(3):
            try:
                info, _ = await workspace.files.ensure(data)
                await workspace.files.ready(info.id)
            except ServiceError as error:
                failures.append(f"{error.cause} {error.next_step}")
            else:
                return failures, [info]
        return failures, []
    finally:
        await workspace.close()


LOST: dict[str, Fault] = {
    "drop": ACT_AND_DROP,
    "cut": ACT_AND_TRUNCATE,
    "html": html(act=True),
    "502": reply(502, problem("bad gateway"), act=True),
    "429": reply(429, problem("slow down"), retry_after="600"),
    "500": reply(500, problem("oops")),
    "404 page": html(404),
}


@pytest.mark.parametrize("how", LOST)
@pytest.mark.parametrize("where", ["POST /files", "PUT", "preprocess"])
async def test_an_upload_that_breaks_anywhere_makes_one_file(
    far: TogetherReplay, tmp_path: Path, where: str, how: str
) -> None:
    data = dataset(tmp_path / "t.jsonl")
    at = {"PUT": "PUT /bucket/file-00000001", "preprocess": "POST /files/file-00000001/preprocess"}
    (far.storage if where == "PUT" else far).fault(at.get(where, where), LOST[how])
    failures, found = await upload(far, data, tmp_path)
    assert len(found) == 1, failures
    assert [*far.files] == [found[0].id]
    assert far.contents[found[0].id] == data.read_bytes()
    assert far.files[found[0].id]["processing_status"] == "COMPLETED"
    assert len(failures) <= 1
    assert all(KEY not in json.dumps(one.headers) for one in far.storage.seen)
    assert all("signature" not in said for said in failures)


async def test_a_redirect_of_the_storage_is_not_followed(
    far: TogetherReplay, tmp_path: Path
) -> None:
    thief = TogetherReplay()
    try:
        moved = reply(307, "", location=f"{thief.storage.url}/bucket/mine")
        far.storage.always["PUT /bucket/file-00000001"] = moved
        failures, found = await upload(far, dataset(tmp_path / "t.jsonl"), tmp_path)
        assert failures
        assert thief.storage.seen == thief.seen == []
        assert len(far.files) == len(found)
    finally:
        thief.close()


@pytest.mark.parametrize(
    "headers", [{}, {"location": "ftp://far"}, {"location": "http://far.example/x"}]
)
async def test_an_address_that_nothing_can_be_sent_to_is_told(
    far: TogetherReplay, tmp_path: Path, headers: dict[str, str]
) -> None:
    named = {**headers, "x-together-file-id": "file-1"} if headers else {}
    far.always["POST /files"] = Fault("reply", status=302, body="", headers=named)
    failures, found = await upload(far, dataset(tmp_path / "t.jsonl"), tmp_path)
    assert (len(failures), found) == (3, [])
    assert far.storage.seen == []


# -- prices -----------------------------------------------------------------------------------


def test_its_price_stands_beside_ours_before_anything_is_asked_for(
    far: TogetherReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    data = dataset(tmp_path / "t.jsonl")
    before = create(home, "--dry-run", *AGREED, training=data)
    parts = {one["topic"]: one for one in before["parts"]}
    assert parts["quote"]["text"].startswith("Together names its own price once t.jsonl is")
    assert far.count("POST /fine-tunes/estimate-price") == 0
    file_id = uploaded(home, far, data)
    for training in (data, file_id):  # the file here is known to be that one
        told = create(home, "--dry-run", *AGREED, training=training)
        parts = {one["topic"]: one["text"] for one in told["parts"]}
        assert parts["quote"] == "Together says 4.20 USD"
        assert "4.20" not in parts["cost"]
        assert told["provider_estimate"] == {
            "amount": 4.2, "currency": "USD", "said_by": "Together",
        }  # fmt: skip
        assert told["epochs"] == 1  # what Together takes where none are asked for
    assert all(one.method == "GET" or "price" in one.path for one in far.seen[-2:])


def test_its_price_is_asked_for_with_a_profile_that_may_change_nothing(
    far: TogetherReplay, tmp_path: Path
) -> None:
    file_id = uploaded(profile(far, tmp_path / "one"), far, tmp_path / "t.jsonl")
    home = profile(far, tmp_path / "two", more="read_only = true")
    told = create(home, "--dry-run", training=file_id, code=3)
    assert told["provider_estimate"]["amount"] == 4.2


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ({"estimation_available": False, "unavailable_reason": "multimodal_dataset"},
         "names no price: not for data with images"),
        ({"estimation_available": False, "unavailable_reason": "moon_phase"}, "moon_phase"),
        ({"estimation_available": True, "estimated_total_price": 40.0,
          "allowed_to_proceed": False, "user_limit": 5.0},
         "says 40.00 USD (more than the account's limit of 5.00 USD"),
    ],
)  # fmt: skip
def test_what_it_says_instead_of_a_price_or_with_it(
    far: TogetherReplay, tmp_path: Path, price: dict[str, Any], said: str
) -> None:
    far.price = price
    home = profile(far, tmp_path)
    file_id = uploaded(home, far, tmp_path / "t.jsonl")
    told = create(home, "--dry-run", training=file_id)
    assert said in next(one["text"] for one in told["parts"] if one["topic"] == "quote")


def test_a_price_above_what_was_agreed_to_makes_no_job(far: TogetherReplay, tmp_path: Path) -> None:
    far.price["estimated_total_price"] = 12.5
    home = profile(far, tmp_path, more="bills = true")
    data = dataset(tmp_path / "t.jsonl")
    told = create(home, *AGREED, training=data, code=4)
    assert "Together says 12.50 USD, and 9.00 USD was agreed to" in told["error"]["cause"]
    assert far.jobs == []
    told = create(home, *AGREED, training=data, code=4)  # now it is known before
    assert "Together says 12.50 USD; --spend allows 9.00 USD" in told["error"]["cause"]
    assert far.jobs == []
    create(home, *AGREED, "--spend", "13", training=data)
    assert len(far.jobs) == 1
    assert len(far.files) == 1


# -- jobs -------------------------------------------------------------------------------------


def test_the_limits_of_a_model_are_asked_for_before_a_job_is(
    far: TogetherReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    words = ("--epochs", "30", "--set", "lora=yes", "--set", "lora_r=128")
    told = create(home, *words, *AGREED, training=dataset(tmp_path / "t.jsonl"), code=2)
    assert "Epochs may be 20 at most for this model." in told["error"]["cause"]
    assert "The LoRA rank may be 64 at most for this model." in told["error"]["cause"]
    assert far.jobs == []


def test_a_preference_job_with_a_validation_file(far: TogetherReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    rows = [
        {
            "input": {"messages": [{"role": "user", "content": f"What is {n} and {n}, please?"}]},
            "preferred_output": [{"role": "assistant", "content": f"They are {n + n} apples."}],
            "non_preferred_output": [{"role": "assistant", "content": f"I do not know {n}."}],
        }
        for n in range(20)
    ]
    files = tmp_path / "t.jsonl", tmp_path / "v.jsonl"
    for path, part in zip(files, (rows[:12], rows[12:]), strict=True):
        path.write_text("".join(json.dumps(row) + "\n" for row in part))
    words = ("--method", "dpo", "--set", "beta=0.2", "--epochs", "3", "--set", "lora=no")
    create(home, *words, "--validation-file", str(files[1]), *AGREED, training=files[0])
    [body] = asked(far, "/fine-tunes")
    assert body["training_method"] == {"method": "dpo", "dpo_beta": 0.2}
    assert body["training_type"] == {"type": "Full"}
    assert body["n_evals"] == 3
    assert len(far.files) == 2
    job = home.json("jobs", "list")["jobs"][0]
    assert job["method"]["type"] == "dpo"
    assert job["hyperparameters"]["beta"] == 0.2


def test_a_job_goes_on_from_another(far: TogetherReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    file_id = uploaded(home, far, tmp_path / "t.jsonl")
    words = ("jobs", "create", "--training-file", file_id, "--model", "ft-0001:2", *AGREED)
    assert home.run(*words).returncode == 0
    [body] = asked(far, "/fine-tunes")
    assert body["from_checkpoint"] == "ft-0001:2"
    assert "model" not in body
    assert home.json("jobs", "list")["jobs"][0]["model"] == "ft-0001:2"


def test_cancel_and_what_is_not_offered(far: TogetherReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    job = create(home, *AGREED, training=dataset(tmp_path / "t.jsonl"))
    done = home.run("jobs", "pause", job["id"])
    assert done.returncode == 3
    assert "Together does not offer pausing jobs" in done.stderr
    assert home.json("jobs", "cancel", job["id"])["status"] == "cancelling"
    assert home.json("jobs", "show", job["id"])["status"] == "cancelled"
    told = home.run("jobs", "create", "--training-file", "f", "--model", BASE, "--set", "seed_x=1")
    assert told.returncode == 2


def test_a_job_that_failed_says_why(far: TogetherReplay, tmp_path: Path) -> None:
    far.lives = ("pending", "running", "error")
    home = profile(far, tmp_path)
    job = create(home, *AGREED, training=dataset(tmp_path / "t.jsonl"))
    far.jobs[0]["events"].append(
        {"object": "fine-tune-event", "created_at": "2026-11-28T10:00:00Z", "type": "job_error",
         "level": "error", "message": "out of memory"}
    )  # fmt: skip
    done = home.run("jobs", "watch", job["id"])
    assert done.returncode == 1
    assert "Job failed: out of memory" in done.stderr


def test_a_status_nobody_knows_is_shown_as_it_is(far: TogetherReplay, tmp_path: Path) -> None:
    far.lives = ("polishing",)
    home = profile(far, tmp_path)
    job = create(home, *AGREED, training=dataset(tmp_path / "t.jsonl"))
    assert job["status"] == "polishing"
    assert "polishing" in home.run("jobs", "list").stdout


def test_without_a_project_its_endpoints_are_not_asked_for(
    far: TogetherReplay, tmp_path: Path
) -> None:
    far.profile_lines = ""
    home = profile(far, tmp_path)
    done = home.run("chat", "--model", "acme/mine", "hello")
    assert 'account = "PROJECT"' in done.stderr
    assert not [one for one in far.seen if one.path.startswith("/v2")]
    assert home.json("models", "list")["models"][0]["id"] == BASE


def test_a_few_examples_are_enough_for_it(far: TogetherReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    create(home, *AGREED, training=dataset(tmp_path / "t.jsonl", rows=4))
    assert len(far.jobs) == 1


def test_doctor_asks_by_reads_alone(far: TogetherReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    told = home.run("doctor", "--provider", "far").stdout
    assert "fine-tuning: offered" in told
    assert {one.method for one in far.seen} == {"GET"}
