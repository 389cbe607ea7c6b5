"""A budget holds whatever is not known, whoever else asks, and however a command ends."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import ACT_AND_DROP, DROP, HANG, FaultServer, page, problem, reply
from tests.home import Home
from tests.lab_process import chat_lines, wait_for
from tui.services.jobs.service import JobService

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.server import Seen

pytestmark = pytest.mark.xdist_group("job-create")
MODEL = "gpt-4.1-mini-2025-04-14"
JOB = "POST /fine_tuning/jobs"
LIST = "GET /fine_tuning/jobs"


class SlowServer(FaultServer):
    """Answers a job that is asked for only once `may_answer` is set."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.may_answer.set()
        super().__init__()

    def act(self, seen: Seen) -> tuple[int, Any]:
        if f"{seen.method} {seen.path}" == JOB:
            assert self.may_answer.wait(60)
        return super().act(seen)


@pytest.fixture
def server() -> Iterator[SlowServer]:
    one = SlowServer()
    one.lists["/models"] = lambda q: page([{"id": MODEL}], q)
    yield one
    one.may_answer.set()
    one.close()


@pytest.fixture(autouse=True)
def _looks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(JobService.__init__.__kwdefaults__, "look_after", (0.0,))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def configure(home: Home, server: FaultServer, budget: float, more: str = "") -> None:
    folder = home.path / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        f'default_profile = "far"\n[profiles.far]\nbase_url = "{server.url}"\napi_key = "k"\n'
        f'bills = true\ncurrency = "EUR"\nbudget = {budget}\n{more}\n'
        f'[profiles.far.prices]\n"{MODEL}" = "10"\n'
    )
    (folder / "config.toml").chmod(0o600)


@pytest.fixture
def create(tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "train.jsonl"
    path.write_bytes(chat_lines(60))
    return ("jobs", "create", "--training-file", str(path), "--model", MODEL, "--epochs", "5")


def left(home: Home, create: tuple[str, ...]) -> float:
    told = home.run(*create, "--dry-run", "--json", "--yes").stdout
    return float(json.loads(told)["budget"]["left"])


def cost(home: Home, create: tuple[str, ...]) -> float:
    told = home.run(*create, "--dry-run", "--json", "--yes").stdout
    return float(json.loads(told)["cost"]["amount"])


def test_parallel_jobs_keep_to_the_budget_together(
    home: Home, server: SlowServer, create: tuple[str, ...]
) -> None:
    configure(home, server, 10)
    configure(home, server, 1.5 * cost(home, create))
    server.may_answer.clear()
    running = [home.start(*create, "--yes") for _ in range(3)]
    try:
        # Two give up while nobody knows yet what came of the third.
        wait_for(lambda: sum(one.poll() is not None for one in running) == 2, 60)
        assert server.count("POST /files") == 1
        server.may_answer.set()
        ends = [_end(one) for one in running]
    finally:
        for one in running:
            one.kill()
            one.wait()
    assert sorted(code for code, _ in ends) == [0, 4, 4]
    assert len(server.jobs) == 1
    for said in [err for code, err in ends if code == 4]:
        assert "above it" in said
        assert "--spend" in said


def _end(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def test_a_refusal_frees_what_was_reserved_and_a_lost_answer_does_not(
    home: Home, server: SlowServer, create: tuple[str, ...]
) -> None:
    configure(home, server, 10)
    price = cost(home, create)
    server.fault(JOB, reply(400, problem("no such model")))
    assert home.run(*create, "--yes").returncode == 3
    assert left(home, create) == 10
    server.fault(JOB, DROP)
    assert home.run(*create, "--yes").returncode == 3
    assert left(home, create) == pytest.approx(10 - price)
    found = home.json("jobs", "unanswered", code=1)["requests"]
    assert [one["reserved"] for one in found] == [pytest.approx(price)]
    # It comes late, and its cost takes the place of what was reserved for it.
    nonce = found[0]["nonce"]
    server.new_job({"model": MODEL, "trained_tokens": 100, "metadata": {"finetui_nonce": nonce}})
    server.jobs[0]["status"] = "succeeded"
    [found] = home.json("jobs", "unanswered")["requests"]
    assert (found["job"], found["certainty"]) == (server.jobs[0]["id"], "mark")
    assert left(home, create) == pytest.approx(10 - 100 * 10 / 1_000_000)


def test_what_a_killed_run_had_reserved_is_free_again_and_said(
    home: Home, server: SlowServer, create: tuple[str, ...]
) -> None:
    configure(home, server, 10)
    price = cost(home, create)
    server.fault("POST /files", HANG)
    process = home.start(*create, "--yes")
    wait_for(lambda: server.count("POST /files") == 1)
    assert left(home, create) == pytest.approx(10 - price)
    process.kill()
    process.communicate(timeout=60)
    said = home.run(*create, "--dry-run", "--yes")
    assert "EUR reserved at" in said.stdout
    assert "by a run that ended before it asked for its job: free again" in said.stdout
    assert "reserved" not in home.run(*create, "--dry-run", "--yes").stdout
    assert left(home, create) == 10


def test_unknown_cost_needs_an_amount_to_count_as(
    home: Home, server: SlowServer, create: tuple[str, ...]
) -> None:
    configure(home, server, 10)
    server.files["file-far"] = {"id": "file-far", "object": "file", "bytes": 10**9}
    elsewhere = ("jobs", "create", "--training-file", "file-far", "--model", MODEL)
    unpriced = (*create[:4], "--model", "llama")
    for number, words in enumerate((elsewhere, unpriced), 1):
        for allowed in ((), ("--yes",), ("--spend", "3"), ("--accept", "warnings", "--yes")):
            done = home.run(*words, *allowed)
            assert done.returncode == 4, done.stderr
            assert "counts as above the budget" in done.stderr
            assert "--yes --spend AMOUNT" in done.stderr
        assert home.run(*words, "--yes", "--spend", "3").returncode == 0
        assert len(server.jobs) == number
        assert left(home, create) == pytest.approx(10 - 3 * number)


def test_a_loop_until_it_works_does_not_pay_twice(
    home: Home, server: SlowServer, create: tuple[str, ...]
) -> None:
    configure(home, server, 10)
    server.fault(JOB, ACT_AND_DROP)
    server.fault(LIST, *[reply(503, problem("busy"))] * 3)  # one look and its repeats
    assert home.run(*create, "--yes").returncode == 3
    for _ in range(3):
        again = home.run(*create, "--yes", "--spend", "9", "--accept", "warnings")
        assert again.returncode == 4
        assert f"exists: {server.jobs[0]['id']} (found by its mark)" in again.stderr
        assert "--again creates one more" in again.stderr
    assert len(server.jobs) == 1
    other = home.run(*create, "--yes", "--suffix", "another")  # no job like that one
    assert other.returncode == 0
    assert home.run(*create, "--yes", "--again").returncode == 0
    assert len(server.jobs) == 3


def test_every_concern_has_an_answer_of_its_own(
    home: Home, server: SlowServer, create: tuple[str, ...], tmp_path: Path
) -> None:
    configure(home, server, 10)
    (tmp_path / "train.jsonl").write_bytes(chat_lines(12, "sk-proj-4f9AexampleNotARealKey0000{}"))
    (tmp_path / "valid.jsonl").write_bytes(
        b"".join(chat_lines(12, "sk-proj-4f9AexampleNotARealKey0000{}").splitlines(True)[:10])
    )
    words = (*create, "--validation-file", str(tmp_path / "valid.jsonl"))
    nothing = home.run(*words)
    assert nothing.returncode == 4
    options = ("--yes", "--accept warnings", "--accept secrets", "--accept leakage")
    for option in options:  # all that is missing is named at once
        assert option in nothing.stderr
    given = [option.split() for option in options]
    for left_out in given:
        rest = [word for option in given if option != left_out for word in option]
        done = home.run(*words, *rest)
        assert done.returncode == 4
        assert " ".join(left_out) in done.stderr
    assert server.count("POST /files") == 0
    done = home.run(*words, "--yes", "--accept", "warnings,secrets,leakage")
    assert done.returncode == 0, done.stderr
    assert "4f9A" not in done.stderr


def test_a_read_only_profile_says_so_first(
    home: Home, server: SlowServer, create: tuple[str, ...], tmp_path: Path
) -> None:
    configure(home, server, 10, "read_only = true")
    for words in (
        (*create, "--dry-run"),
        create,
        (*create, "--yes", "--dry-run"),
        (*create, "--yes"),
        ("files", "upload", str(tmp_path / "train.jsonl")),
        ("files", "delete", "file-1"),
        ("models", "delete", "ft:m"),
    ):
        done = home.run(*words)
        assert (done.returncode, "read-only" in done.stderr) == (3, True), (words, done.stderr)
    told = home.json(*create, "--dry-run", code=3)
    assert (told["would_exit"], told["blocked"]) == (3, True)
    assert {seen.method for seen in server.seen} == {"GET"}


def test_without_marks_a_job_is_found_by_what_it_is_made_of(
    home: Home, server: SlowServer, create: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    configure(home, server, 10)
    make = server.new_job

    def forgetful(asked: dict[str, Any]) -> dict[str, Any]:
        job = make({**asked, "created_at": int(time.time())})
        job.pop("metadata")
        return job

    monkeypatch.setattr(server, "new_job", forgetful)
    server.fault(JOB, ACT_AND_DROP)
    done = home.run(*create, "--yes", "--suffix", "fern", "--json")
    assert done.returncode == 0, done.stderr
    assert "very likely this one: same file, model, suffix, made " in done.stderr
    assert json.loads(done.stdout)["id"] == server.jobs[0]["id"]
    # Asked for with the lists down, and looked for later.
    server.fault(JOB, ACT_AND_DROP)
    server.fault(LIST, *[reply(503, problem("busy"))] * 3)
    assert home.run(*create, "--yes", "--suffix", "moss").returncode == 3
    [found] = home.json("jobs", "unanswered")["requests"]
    assert (found["job"], found["certainty"]) == (server.jobs[0]["id"], "likely")
    assert "very likely this one" in home.run("jobs", "unanswered").stdout
