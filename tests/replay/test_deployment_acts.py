"""Stopping, scaling and deleting what runs, headless: asked once, settled by looking, recorded."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import ACT_AND_DROP, ACT_AND_HANG, DROP, problem, reply
from tests.lab_process import wait_for
from tests.replay.azure import AzureReplay, Management
from tests.replay.circle import profile
from tests.replay.fireworks import FireworksReplay
from tests.replay.nebius import NebiusReplay
from tests.replay.together import TogetherReplay
from tests.served import each_of, served
from tui.services.models import deployment_acts
from tui.services.settings.locations import Locations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.home import Home

TOKEN = "tok-of-the-management-8c7d6e5f"
TUNED = "gpt-4.1-mini-2025-04-14.ft-0123abcd"
PIRATE = "accounts/acme/models/pirate"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at once: that a provider takes its time is told with looks, not with seconds."""
    monkeypatch.setattr(deployment_acts, "LOOK_AGAIN_S", (0.0, 0.0))


nebius = served(NebiusReplay)


together = each_of(TogetherReplay)


fireworks = each_of(FireworksReplay)


arm = served(partial(Management, TOKEN))


@pytest.fixture
def azure(arm: Management, tmp_path: Path) -> Iterator[Home]:
    far = AzureReplay()
    own = f'management_url = "{arm.address}"\nmanagement_command = "echo {TOKEN}"'
    yield profile(far, tmp_path, more=own)
    far.close()


def kept(home: Home) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what the ledger keeps of what was done, by kind and id."""
    with closing(sqlite3.connect(Locations.standard(home.environ).ledger)) as ledger:
        rows = ledger.execute("SELECT kind, id, fate, cause, facts FROM deletions").fetchall()
    return {
        (kind, one): {"fate": fate, "cause": cause, **json.loads(facts)}
        for kind, one, fate, cause, facts in rows
    }


def asked(server: Any, method: str) -> list[str]:
    return [seen.path for seen in server.seen if seen.method == method]


def test_without_yes_nothing_is_asked_and_all_is_said(azure: Home, arm: Management) -> None:
    arm.deploy("pirate", TUNED)
    arm.deploy("other", TUNED)
    done = azure.run("deployments", "delete", "pirate", "other")
    assert done.returncode == 4
    assert f"would delete {arm.resource}/deployments/pirate: pirate · {TUNED}" in done.stdout
    assert "~$1.70/h" in done.stdout
    assert "It costs $3.40 an hour now ($2,448.00 in 30 days)" in done.stderr
    told = azure.json("deployments", "delete", "pirate", "--dry-run", "--yes")
    assert (told["dry_run"], told["deployments"][0]["done"]) == (True, False)
    assert asked(arm, "DELETE") == []


def test_azure_deletes_and_does_nothing_else(azure: Home, arm: Management) -> None:
    arm.deploy("pirate", TUNED)
    done = azure.run("deployments", "stop", "pirate", "--yes")
    assert done.returncode == 3
    assert "does not offer stopping deployments" in done.stderr
    told = azure.json("deployments", "delete", "pirate", "--yes")
    [one] = told["deployments"]
    assert (one["done"], one["outcome"], one["act"]) == (True, "deleted", "delete")
    assert asked(arm, "DELETE") == [f"{arm.resource}/deployments/pirate"]
    record = kept(azure)["deployment", one["id"]]
    assert (record["fate"], record["model"], record["usd_per_hour"]) == ("deleted", TUNED, "1.70")
    assert TOKEN not in json.dumps(kept(azure)["deployment", one["id"]])


def test_what_is_being_deleted_is_not_asked_for_again(azure: Home, arm: Management) -> None:
    arm.deploy("pirate", TUNED)
    arm.lingers = True
    azure.json("deployments", "delete", "pirate", "--yes")
    told = azure.json("deployments", "delete", "pirate", "--yes")
    assert told["deployments"][0]["outcome"] == "as asked"
    assert len(asked(arm, "DELETE")) == 1


@pytest.mark.parametrize(
    "fault", [ACT_AND_DROP, ACT_AND_HANG, reply(502, "<html>bad gateway</html>", act=True)],
    ids=["dropped", "timed out", "gateway"],
)  # fmt: skip
def test_a_lost_answer_is_settled_by_looking(
    nebius: NebiusReplay, tmp_path: Path, fault: Any
) -> None:
    home = profile(nebius, tmp_path, more="timeout = 0.5")
    one = nebius.deploy("pirate", "weights-1")
    nebius.fault(f"DELETE /v0/dedicated_endpoints/{one}", fault)
    told = home.json("deployments", "delete", "pirate", "--yes")
    assert told["deployments"][0]["done"] is True
    assert "not there any more" in told["deployments"][0]["cause"]
    assert len(asked(nebius, "DELETE")) == 1
    two = nebius.deploy("parrot", "weights-2")
    nebius.fault(f"PATCH /v0/dedicated_endpoints/{two}", fault)
    told = home.json("deployments", "stop", "parrot", "--yes")
    assert told["deployments"][0]["outcome"] == "stopped"
    assert told["deployments"][0]["cause"].endswith("it does not run any more")  # it is there
    assert len(asked(nebius, "PATCH")) == 1
    assert kept(home)["deployment stop", two]["fate"] == "deleted"


def test_one_that_was_not_done_is_not_known_and_may_be_asked_for_again(
    nebius: NebiusReplay, tmp_path: Path
) -> None:
    home = profile(nebius, tmp_path)
    one = nebius.deploy("pirate", "weights-1")
    nebius.fault(f"PATCH /v0/dedicated_endpoints/{one}", DROP)
    done = home.run("deployments", "stop", "pirate", "--yes")
    assert done.returncode == 3
    assert "not known" in done.stderr
    assert "it still runs" in done.stderr
    home.json("deployments", "stop", "pirate", "--yes")
    assert nebius.endpoints[one]["enabled"] is False
    assert len(asked(nebius, "PATCH")) == 2


def test_what_was_started_again_is_stopped_again(nebius: NebiusReplay, tmp_path: Path) -> None:
    home = profile(nebius, tmp_path)
    one = nebius.deploy("pirate", "weights-1")
    home.json("deployments", "stop", one, "--yes")
    told = home.json("deployments", "stop", "pirate", "--yes")  # it is stopped: not asked
    assert told["deployments"][0]["outcome"] == "as asked"
    running = {"ready_replicas": 1, "status": "running", "readiness": "ready"}
    nebius.endpoints[one] |= {"enabled": True, "deployment": running}
    home.json("deployments", "stop", "pirate", "--yes")
    assert len(asked(nebius, "PATCH")) == 2


def test_refusals_keep_their_reason_and_stop_nobody_else(
    together: TogetherReplay, tmp_path: Path
) -> None:
    home = profile(together, tmp_path)
    for number in range(4):
        together.deploy(f"acme/m{number}", f"acme/e{number}")
    ids = [one["deployments"][0]["id"] for one in together.endpoints]
    paths = {
        one: f"/v2/projects/proj-1/endpoints/{endpoint['id']}/deployments/{one}"
        for one, endpoint in zip(ids, together.endpoints, strict=True)
    }
    together.fault(f"DELETE {paths[ids[0]]}", reply(403, problem("only the owner may do that")))
    together.fault(f"DELETE {paths[ids[1]]}", reply(404, problem("no such thing"), act=True))
    together.endpoints[1]["deployments"].clear()
    together.endpoints[1]["deployments"].append({"id": ids[1], "name": "b", "createdAt": 1})
    together.fault(f"DELETE {paths[ids[2]]}", reply(409, problem("it has live traffic")))
    done = home.run("deployments", "delete", *ids, "--yes", "--json")
    assert done.returncode == 3
    told = json.loads(done.stdout)["deployments"]
    assert [one["outcome"] for one in told] == ["refused", "deleted", "refused", "deleted"]
    assert "only the owner may do that" in told[0]["cause"]
    assert "it has live traffic" in told[2]["cause"]
    assert all(len([p for p in asked(together, "DELETE") if p == path]) == 1
               for path in paths.values())  # fmt: skip
    assert {one: kept(home)["deployment", one]["fate"] for one in ids} == {
        ids[0]: "refused", ids[1]: "deleted", ids[2]: "refused", ids[3]: "deleted",
    }  # fmt: skip


def test_together_stops_by_allowing_no_replica(together: TogetherReplay, tmp_path: Path) -> None:
    home = profile(together, tmp_path)
    together.deploy("acme/m", "acme/e")
    assert home.json("deployments", "stop", "acme/e", "--yes")["deployments"][0]["done"]
    [one] = home.json("deployments", "list")["deployments"]
    assert (one["state"], one["running"], one["acts"]) == ("stopped", False, ["delete"])
    done = home.run("deployments", "scale", "acme/e", "--yes")
    assert done.returncode == 0  # it holds no replica already
    assert "scaled to zero already" in done.stderr


def test_fireworks_scales_to_zero_and_unloads_models_before_their_deployment(
    fireworks: FireworksReplay, tmp_path: Path
) -> None:
    home = profile(fireworks, tmp_path)
    fireworks.models[PIRATE] = {"name": PIRATE}
    fireworks.deploy(PIRATE)
    found = home.json("deployments", "list")["deployments"]
    host, loaded = found[0]["id"], found[1]["id"]
    done = home.run("deployments", "scale", loaded, "--yes")
    assert done.returncode == 2
    assert f"it is a model loaded on {host}" in done.stderr
    home.json("deployments", "scale", host, "--yes")
    assert home.json("deployments", "list")["total"]["running"] == 0
    told = home.json("deployments", "delete", host, loaded, "--yes")
    assert [one["id"] for one in told["deployments"]] == [loaded, host]
    assert (fireworks.deployments, fireworks.deployed) == ({}, {})


def test_a_read_only_profile_asks_for_nothing(nebius: NebiusReplay, tmp_path: Path) -> None:
    home = profile(nebius, tmp_path, more="read_only = true")
    one = nebius.deploy("pirate", "weights-1")
    for act in ("stop", "delete"):
        done = home.run("deployments", act, one, "--yes")
        assert done.returncode == 3
        assert "read-only" in done.stderr
    assert {seen.method for seen in nebius.seen} == {"GET"}


@pytest.mark.parametrize(
    ("name", "said"), [("nobody", "none is called nobody"), ("twice", "2 are called twice")]
)
def test_a_name_has_to_mean_one(nebius: NebiusReplay, tmp_path: Path, name: str, said: str) -> None:
    home = profile(nebius, tmp_path)
    nebius.deploy("twice", "weights-1")
    nebius.deploy("twice", "weights-2")
    done = home.run("deployments", "delete", name, "--yes")
    assert done.returncode == 2
    assert said in done.stderr
    assert asked(nebius, "DELETE") == []


def test_ended_in_the_middle_it_says_where_to_look_and_does_not_ask_twice(
    azure: Home, arm: Management
) -> None:
    arm.deploy("pirate", TUNED)
    path = f"{arm.resource}/deployments/pirate"
    arm.fault(f"DELETE {path}", ACT_AND_HANG)
    process = azure.start("deployments", "delete", "pirate", "--yes")
    wait_for(lambda: arm.count(f"DELETE {path}"))
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "asked to delete deployment pirate, and no answer is there" in err
    assert "`finetui deployments list` tells" in err
    assert TOKEN not in err
    arm.lingers = True  # it is being deleted, and listed as that
    told = azure.json("deployments", "delete", "pirate", "--yes")
    assert told["deployments"][0]["outcome"] == "as asked"
    assert arm.count(f"DELETE {path}") == 1
