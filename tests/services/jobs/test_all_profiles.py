"""The jobs of all profiles: each asked with its own key, and none keeps the others waiting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import HANG, FaultServer, problem, reply
from tests.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def servers() -> Iterator[tuple[FaultServer, FaultServer]]:
    one, other = FaultServer(), FaultServer()
    yield one, other
    one.close()
    other.close()


def configure(home: Home, one: FaultServer, other: FaultServer, more: str = "") -> None:
    path = home.path / "config" / "config.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'[profiles.one]\nbase_url = "{one.url}"\nkey_command = "echo sk-of-one-0123456789"\n'
        f'timeout = 0.5\n[profiles.other]\nbase_url = "{other.url}"\n'
        f'api_key = "sk-of-other-0123456789"\ntimeout = 0.5\n{more}'
    )


def test_each_job_has_its_profile_and_each_profile_its_own_key(
    tmp_path: Path, servers: tuple[FaultServer, FaultServer]
) -> None:
    one, other = servers
    home = Home(tmp_path)
    configure(home, one, other, '[profiles.bare]\nkind = "together"\napi_key_env = "NONE"\n')
    one.new_job({"model": "a", "created_at": 1790000005})
    other.new_job({"model": "b", "created_at": 1790000009})
    other.new_job({"model": "c", "created_at": 1790000001})
    found = home.json("jobs", "list", "--all-profiles")
    listed = [(job["profile"], job["model"]) for job in found["jobs"]]
    assert listed == [("other", "b"), ("one", "a"), ("other", "c")]
    told = {row["name"]: row for row in found["profiles"]}
    assert "NONE is empty" in told["bare"]["error"]["cause"]
    assert (told["one"]["asked"], told["lab"]["asked"]) == (True, False)
    assert home.lab_pid() is None  # none was started for it
    keys = [{seen.headers["authorization"] for seen in server.seen} for server in servers]
    assert keys == [{"Bearer sk-of-one-0123456789"}, {"Bearer sk-of-other-0123456789"}]
    short = home.run("jobs", "list", "--all-profiles", "--limit", "1", "--json")
    assert len(json.loads(short.stdout)["jobs"]) == 1
    assert "lab: not asked, as it does not run; no jobs of it are known yet." in short.stderr


def test_one_that_does_not_answer_leaves_what_was_seen_last(
    tmp_path: Path, servers: tuple[FaultServer, FaultServer]
) -> None:
    one, other = servers
    home = Home(tmp_path)
    configure(home, one, other)
    one.new_job({"model": "a", "created_at": 1790000005})
    other.new_job({"model": "b", "created_at": 1790000009})
    home.json("jobs", "list", "--all-profiles")
    one.fault("GET /fine_tuning/jobs", HANG, HANG, HANG)
    other.fault("GET /fine_tuning/jobs", reply(403, problem("not yours")))
    found = home.json("jobs", "list", "--all-profiles", code=3)
    assert [job["profile"] for job in found["jobs"]] == ["other", "one"]
    told = {row["name"]: row for row in found["profiles"]}
    assert not told["one"]["asked"]
    assert told["one"]["seen_at"]
    assert "not yours" in told["other"]["error"]["cause"]
    seen = len(one.seen) + len(other.seen)
    kept = home.json("jobs", "list", "--all-profiles", "--kept")
    assert [job["profile"] for job in kept["jobs"]] == ["other", "one"]
    assert len(one.seen) + len(other.seen) == seen
