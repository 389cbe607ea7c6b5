"""Headless: every state of a model, what ends, what a clean-up would take, and exports."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import write_config
from tests.faults.models import ModelServer, tuned_id
from tests.faults.server import FaultServer, html, problem, reply
from tests.home import Home

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400
LONG_AGO = int(time.time()) - 120 * DAY
MOSS, FERN, IVY = (f"ft:base:org:{name}:{name[0].upper()}1" for name in ("moss", "fern", "ivy"))


@pytest.fixture
def home(tmp_path: Path, server: FaultServer) -> Home:
    write_config(tmp_path, server.url)
    return Home(tmp_path)


@pytest.fixture
def models(server: FaultServer) -> dict[str, dict[str, Any]]:
    """What the server lists and tells of, by id."""
    there: dict[str, dict[str, Any]] = {}
    server.lists["/models"] = lambda _: {"data": list(there.values())}
    for name in ("base", MOSS, FERN, IVY):
        there[name] = {"id": name, "object": "model", "created": LONG_AGO}
        if name != "base":
            made(server, name)
    server.lists["/models/base"] = lambda _: there["base"]
    return there


def made(server: FaultServer, name: str, at: int = LONG_AGO, **more: Any) -> dict[str, Any]:
    job = {"status": "succeeded", "model": "base", "fine_tuned_model": name}
    return server.new_job({**job, "created_at": at - 60, "finished_at": at, **more})


def states(home: Home, *words: str) -> dict[str, str]:
    return {one["id"]: one["state"] for one in home.json("models", "list", *words)["models"]}


def day(days: int) -> str:
    return (datetime.now(UTC).astimezone() + timedelta(days)).date().isoformat()


def test_every_state_is_told_in_its_words(
    home: Home, server: FaultServer, models: dict[str, dict[str, Any]]
) -> None:
    assert set(states(home).values()) == {"live"}
    assert server.count(f"GET /models/{MOSS}") == 0  # what is listed is not asked for one by one
    hidden, fresh, retired = (f"ft:base:org:{name}:X1" for name in ("hidden", "fresh", "past"))
    made(server, hidden)
    made(server, fresh, int(time.time()) - 5)
    made(server, retired, model="gone-base")
    models["gone-base"] = {"id": "gone-base", "shutdown_date": day(-3)}
    server.fault(f"DELETE /models/{MOSS}", reply(200, {"id": MOSS, "deleted": True}))
    assert home.run("models", "delete", MOSS, "--yes").returncode == 0
    del models[FERN], models[IVY]
    server.always[f"GET /models/{IVY}"] = reply(403, problem("not with this key"))
    assert states(home) == {
        "base": "live",
        "gone-base": "retired",
        MOSS: "deleted here",
        FERN: "deleted elsewhere",
        IVY: "not visible to this key",
        hidden: "not visible to this key",
        fresh: "not ready",
        retired: "retired",
    }
    told = {line.split()[0]: line for line in home.run("models", "list").stdout.splitlines()}
    assert told[MOSS].endswith("deleted here, still listed")
    assert told[FERN].endswith("deleted elsewhere")
    assert (
        "state     deleted here: the provider still lists it"
        in home.run("models", "show", MOSS).stdout
    )
    assert (
        "state     deleted elsewhere: it was listed once" in home.run("models", "show", FERN).stdout
    )
    assert states(home, "--state", "deleted elsewhere") == {FERN: "deleted elsewhere"}
    # Nobody is asked again about what is settled, and nothing without a network is forgotten.
    asked = server.count(f"GET /models/{FERN}")
    assert states(home)[FERN] == "deleted elsewhere"
    assert server.count(f"GET /models/{FERN}") == asked
    server.always["GET /models"] = server.always["GET /fine_tuning/jobs"] = html(502)
    done = home.run("models", "list", "--json")
    assert done.returncode == 3
    lost = {one["id"]: one["state"] for one in json.loads(done.stdout)["models"]}
    assert (lost[MOSS], lost[FERN]) == ("deleted here", "deleted elsewhere")
    assert json.loads(done.stdout)["problem"]["title"]
    kept = states(home, "--kept")
    assert (kept[MOSS], kept[FERN]) == ("deleted here", "deleted elsewhere")


def test_one_model_with_all_that_is_known(
    home: Home, server: FaultServer, models: dict[str, dict[str, Any]]
) -> None:
    server.jobs[-1] |= {"trained_tokens": 4321, "training_file": "file-7"}
    points = [{"id": "c1", "fine_tuned_model_checkpoint": f"{MOSS}:ckpt-step-8", "step_number": 8}]
    server.lists["/fine_tuning/jobs/ftjob-1/checkpoints"] = lambda _: {"data": points}
    server.lists[f"/models/{MOSS}"] = lambda _: models[MOSS]
    found = home.json("models", "show", MOSS)
    assert {
        key: found[key]
        for key in ("id", "kind", "base", "suffix", "state", "job", "created", "ends",
                    "deployments", "trained_tokens", "training_file")
    } == {
        "id": MOSS, "kind": "tuned", "base": "base", "suffix": "moss", "state": "live",
        "job": "ftjob-1", "created": LONG_AGO, "ends": None, "deployments": None,
        "trained_tokens": 4321, "training_file": {"id": "file-7", "datasets": []},
    }  # fmt: skip
    assert [point["model"] for point in found["checkpoints"]] == [f"{MOSS}:ckpt-step-8"]
    told = home.run("models", "show", MOSS).stdout
    assert f"checkpoint step 8  {MOSS}:ckpt-step-8" in told
    assert "tokens    4,321 trained" in told
    done = home.run("models", "show", "nothing-like-it")
    assert done.returncode == 3
    assert "nothing at /models/nothing-like-it" in done.stderr


def test_the_list_is_narrowed_and_ordered(
    home: Home, server: FaultServer, models: dict[str, dict[str, Any]]
) -> None:
    del server
    models[FERN]["created"] = LONG_AGO + DAY
    assert [*states(home, "--sort", "newest")] == [FERN, MOSS, IVY, "base"]
    assert [*states(home, "--sort", "name", "--tuned")] == [FERN, IVY, MOSS]
    assert [*states(home, "--filter", "suffix:moss")] == [MOSS]
    assert [*states(home, "--filter", "base -fern -moss")] == ["base", IVY]
    done = home.run("models", "list", "--state", "lost")
    assert done.returncode == 2
    assert "not visible to this key" in done.stderr


def test_the_board_has_what_ends_soonest_first(
    home: Home, server: FaultServer, models: dict[str, dict[str, Any]]
) -> None:
    made(server, "ft:old:org:past:P1", model="old")
    models[FERN]["shutdown_date"] = day(27)
    models["base"]["shutdown_date"] = day(40)
    models["old"] = {"id": "old", "shutdown_date": day(-1)}
    found = home.json("models", "board")["models"]
    assert [(one["id"], one["days_left"], one["ends_source"]) for one in found] == [
        (FERN, 27, "model"), (IVY, 40, "base"), (MOSS, 40, "base"), ("base", 40, "model"),
    ]  # fmt: skip
    # Of a base of one's own models it is told until when it takes jobs, listed or not.
    made(server, "ft:gpt-4.1-mini-2025-04-14:org:own:O1", model="gpt-4.1-mini-2025-04-14")
    config = home.path / "config" / "config.toml"
    config.write_text(config.read_text() + 'kind = "openai"\n')
    home.json("models", "list")
    for more in ((), ("--kept",), ("--kept", "--all-profiles")):
        closing = home.json("models", "board", *more)["training"]
        assert ("gpt-4.1-mini-2025-04-14", "2027-01-06") in {
            (one["base"], one["takes_jobs_until"]) for one in closing
        }, more
    line = home.run("models", "board").stdout.splitlines()[0]
    assert line.split()[:4] == [day(27), "27", "days", FERN]


def test_a_clean_up_says_what_would_go_and_why(
    home: Home, server: FaultServer, models: dict[str, dict[str, Any]]
) -> None:
    models[FERN]["created"] = int(time.time()) - 3 * DAY
    server.new_job({"status": "running", "model": IVY})
    found = home.json("models", "prune", "--older-than", "90d", "--dry-run")
    assert found["dry_run"] is True
    assert [(one["id"], one["why"]) for one in found["models"]] == [
        (MOSS, "made 4 mo ago, never chatted with from here")
    ]
    assert {one["id"]: one["why"] for one in found["kept"]} == {
        FERN: "made 3 d ago",
        IVY: "job ftjob-4 continues from it and has not ended",
    }
    done = home.run("models", "prune", "--older-than", "90d")
    assert done.returncode == 4
    assert f"would delete model {MOSS}" in done.stdout
    assert server.count(f"DELETE /models/{MOSS}") == 0
    server.fault(f"DELETE /models/{MOSS}", reply(200, {"id": MOSS, "deleted": True}))
    assert home.json("models", "prune", "--older-than", "90d", "--yes")["deleted"] == [
        {"id": MOSS, "deleted": True, "outcome": "still_listed"}
    ]
    assert states(home)[MOSS] == "deleted here"
    # A second round has nothing to do, though the server still lists it.
    assert home.json("models", "prune", "--older-than", "90d", "--yes")["models"] == []


def test_a_clean_up_wants_to_know_who_uses_a_model(
    home: Home, server: FaultServer, models: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    del models
    words = ("models", "prune", "--older-than", "90d", "--yes")
    server.always["GET /fine_tuning/jobs"] = reply(500, problem("no jobs today"))
    done = home.run(*words)
    assert (done.returncode, "no jobs today" in done.stderr) == (3, True)
    del server.always["GET /fine_tuning/jobs"]
    write_config(tmp_path, server.url, "read_only = true")
    done = home.run(*words)
    assert done.returncode == 3
    assert "read-only" in done.stderr
    assert not any(seen.method == "DELETE" for seen in server.seen)
    assert home.run("models", "prune").returncode == 2  # without an age


def test_exports_hold_no_formula_and_hide_nothing(
    home: Home, server: FaultServer, models: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    bad = "=cmd|'/c calc'!A1"
    models[bad] = {"id": bad, "created": 5, "owned_by": "x"}
    made(server, bad, suffix="+1|2\x1b[31m\u202e[x](javascript:y)<b>")
    rows = list(csv.DictReader(io.StringIO(home.run("models", "export").stdout)))
    row = next(one for one in rows if one["id"].endswith(bad))
    assert row["id"] == f"'{bad}"
    assert row["suffix"] == "'+1|2␛[31m⟨U+202E⟩[x](javascript:y)<b>"
    assert {one["state"] for one in rows} == {"live"}
    told = home.run("models", "export", "--format", "md").stdout
    assert "\x1b" not in told
    assert r"=cmd\|'/c calc'\!A1" in told
    path = tmp_path / "models.json"
    assert home.json("models", "export", "-o", str(path), "--tuned")["models"] == 4
    found = json.loads(path.read_text("utf-8"))["models"]
    assert next(one for one in found if one["id"] == bad)["suffix"].startswith("+1|2\x1b")
    assert "\x1b" not in path.read_text("utf-8")
    assert "\u202e" not in path.read_text("utf-8")
    done = home.run("models", "export", "-o", str(tmp_path / "x.foo"))
    assert (done.returncode, (tmp_path / "x.foo").exists()) == (2, False)
    assert "One of .csv, .json, .md, .markdown." in done.stderr
    assert home.run("models", "export", "-o", str(tmp_path / "plain")).returncode == 0
    assert (tmp_path / "plain").read_text().startswith("id,")
    done = home.run("models", "export", "-o", str(tmp_path / "no" / "x.csv"))
    assert done.returncode == 5
    assert next(one["id"] for one in home.json("models", "export")["models"]) == "base"


def test_the_models_of_all_profiles(
    home: Home, server: FaultServer, models: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    del models
    home.run("models", "list")
    more = (
        f'[profiles.second]\nbase_url = "{server.url}"\napi_key = "sk-2"\n'
        '[profiles.broken]\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "sk-3"\n'
        '[profiles.keyless]\nbase_url = "https://example.invalid/v1"\nbills = true\n'
    )
    write_config(tmp_path, server.url, more)
    done = home.run("models", "list", "--all-profiles", "--tuned", "--json")
    assert done.returncode == 3
    found = json.loads(done.stdout)
    assert {(one["profile"], one["id"]) for one in found["models"]} == {
        (profile, model) for profile in ("fault", "second") for model in (MOSS, FERN, IVY)
    }
    told = {one["name"]: one for one in found["profiles"]}
    assert told["second"]["asked"]
    assert not told["lab"]["asked"]
    assert "lab: not asked, as it does not run; no models of it are known yet." in done.stderr
    assert told["broken"]["error"]
    assert not any(seen.headers.get("authorization") == "Bearer sk-3" for seen in server.seen)
    kept = home.json("models", "list", "--all-profiles", "--kept", "--tuned")
    assert {one["profile"] for one in kept["models"]} == {"fault", "second"}
    assert {one["state"] for one in kept["models"]} == {"unknown"}


def test_a_state_that_there_is_not_is_told_with_those_that_there_are(home: Home) -> None:
    done = home.run("models", "list", "--state", "bogus")
    assert done.returncode == 2
    assert "choose from 'live', 'not ready', 'deployed', 'deleted here'" in done.stderr


def test_what_a_list_names_still_is_not_told_as_a_second_deletion(tmp_path: Path) -> None:
    there = ModelServer(2)
    there.behind = True
    write_config(tmp_path, there.url)
    try:
        done = Home(tmp_path).run("models", "delete", tuned_id(1), tuned_id(2), "--yes")
    finally:
        there.close()
    assert done.returncode == 0
    assert done.stdout.splitlines() == [f"deleted model {tuned_id(n)}" for n in (1, 2)]
    assert [f"model {tuned_id(n)} is still listed" in done.stderr for n in (1, 2)] == [True, True]


@pytest.mark.parametrize("words", [("deployments", "list"), ("record", "--list")])
def test_what_needs_no_answer_of_a_lab_says_nothing_of_one_that_rests(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Nothing is deployed on a lab, running or not, and recordings are kept here: none is asked."""
    home = Home(tmp_path)
    done = home.run(*words, "--all-profiles")
    assert (done.returncode, done.stderr) == (0, "")
    assert home.lab_pid() is None
