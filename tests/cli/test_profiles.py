"""`finetui profiles` and `finetui config`: the file is edited, and no key is ever shown."""

from __future__ import annotations

import json
import sys
import tomllib
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.home import Home

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.server import FaultServer

KEY = "sk-of-the-profile-0123456789"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def written(home: Home) -> dict[str, dict[str, object]]:
    text = (home.path / "config" / "config.toml").read_text()
    return dict(tomllib.loads(text)["profiles"])


def test_a_profile_from_its_making_to_its_end(home: Home) -> None:
    made = home.json(
        "profiles", "add", "fw", "kind=fireworks", "account=acme", "api_key_env=FW_KEY"
    )
    assert (made["kind"], made["key"], made["key_source"]) == ("fireworks", "missing", "env")
    assert "FW_KEY is empty" in made["problem"]["cause"]
    home.json("profiles", "edit", "fw", "read_only=true", "account=")
    assert written(home) == {
        "fw": {"kind": "fireworks", "api_key_env": "FW_KEY", "read_only": True}
    }
    assert home.json("profiles", "default", "fw") == {"default": "fw"}
    listed = {one["name"]: one for one in home.json("profiles", "list")["profiles"]}
    assert listed["fw"]["default"]
    assert listed["fw"]["read_only"]
    assert listed["lab"]["key"] == "its own"
    assert home.run("profiles", "remove", "fw").returncode == 4
    home.json("profiles", "remove", "fw", "--yes")
    assert [one["name"] for one in home.json("profiles", "list")["profiles"]] == ["lab"]


def test_a_profile_is_tested_with_reads_only(home: Home, server: FaultServer) -> None:
    url = f"base_url={server.url}"
    home.json("profiles", "add", "near", url, f"key_command=echo {KEY}")
    look = home.json("profiles", "test", "near")
    assert look["key"] == "…6789"
    assert {seen.method for seen in server.seen} == {"GET"}
    assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {KEY}"}
    home.json("profiles", "edit", "near", "key_command=echo no >&2; exit 4")
    before = len(server.seen)
    done = home.run("profiles", "test", "near")
    assert done.returncode == 3
    assert "its key_command (echo) ended with 4: no" in done.stdout
    assert len(server.seen) == before
    server.close()


def test_one_that_does_not_answer_ends_with_three(home: Home) -> None:
    home.json("profiles", "add", "gone", "base_url=http://127.0.0.1:9/v1")
    assert home.run("profiles", "test", "gone").returncode == 3
    assert home.run("profiles", "test", "nobody").returncode == 2


def test_a_key_from_standard_input_goes_to_the_keyring_alone(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[tuple[str, str], str] = {}
    ring = SimpleNamespace(
        get_password=lambda service, user: kept.get((service, user)),
        set_password=lambda service, user, key: kept.__setitem__((service, user), key),
        delete_password=lambda service, user: kept.pop((service, user)),
    )
    monkeypatch.setitem(sys.modules, "keyring", ring)
    done = home.run("profiles", "add", "far", "kind=together", "--key-stdin", given=f"{KEY}\nrest")
    assert done.returncode == 0, done.stderr
    assert kept == {("finetui", "far"): KEY}
    assert written(home) == {"far": {"kind": "together", "key_keyring": "far"}}
    home.run("profiles", "remove", "far", "--yes")
    assert kept == {}


def test_without_the_keyring_nothing_is_added(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    done = home.run("profiles", "add", "far", "kind=together", "--key-stdin", given=KEY)
    assert done.returncode == 2
    assert "finetui[keyring]" in done.stderr
    assert [one["name"] for one in home.json("profiles", "list")["profiles"]] == ["lab"]


def test_a_key_is_refused_on_the_command_line_and_not_repeated(home: Home) -> None:
    done = home.run("profiles", "add", "far", "kind=together", f"api_key={KEY}")
    assert done.returncode == 2
    assert KEY not in done.stdout + done.stderr
    assert not (home.path / "config" / "config.toml").exists()


def test_a_key_for_one_run_and_data_behind_it(home: Home, server: FaultServer) -> None:
    home.json("profiles", "add", "near", f"base_url={server.url}", "key_ask=true")
    missing = home.run("jobs", "list", "--profile", "near")
    assert missing.returncode == 2
    assert "--key-stdin" in missing.stderr
    done = home.spawn("jobs", "list", "--profile", "near", "--key-stdin", stdin=f"{KEY}\n")
    assert done.returncode == 0, done.stderr
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
    lines = '{"messages": [{"role": "user", "content": "a"}]}\n'
    checked = home.spawn("check", "-", "--profile", "near", "--key-stdin", stdin=f"{KEY}\n{lines}")
    assert KEY not in checked.stdout + checked.stderr
    assert "1 " in checked.stdout


def test_the_command_line_is_above_the_file(home: Home, server: FaultServer) -> None:
    home.json("profiles", "add", "near", f"base_url={server.url}", "read_only=true")
    words = ("jobs", "cancel", "j", "--profile", "near")
    assert "read-only" in home.run(*words).stderr
    assert "read-only" not in home.run(*words, "--setting", "read_only=false").stderr
    assert home.run(*words, "--setting", "base_url=http://x/v1").returncode == 2


# -- config ------------------------------------------------------------------------------


def test_where_the_file_is_and_what_it_says(home: Home) -> None:
    path = home.path / "config" / "config.toml"
    assert home.json("config", "path") == {"path": str(path), "exists": False}
    home.json("config", "check")
    home.json("profiles", "add", "far", "kind=together", f"key_command=echo {KEY}", "timeout=7")
    text = path.read_text() + f'[profiles.old]\nbase_url = "https://x/v1"\napi_key = "{KEY}"\n'
    path.write_text(text)
    shown = home.json("config", "show", "--profile", "far", "--setting", "timeout=9")
    assert shown["profiles"]["far"]["timeout"] == {"value": "9", "said_by": "--setting timeout"}
    assert shown["profiles"]["far"]["kind"] == {"value": "together", "said_by": "the file"}
    for words in (("show",), ("check",), ("show", "--json"), ("check", "--json")):
        done = home.run("config", *words)
        assert done.returncode == 0, done.stderr
        assert KEY not in done.stdout + done.stderr
    remarks = " ".join(home.json("config", "check")["remarks"])
    assert "plain text" in remarks


def test_a_broken_file_is_told_with_its_place_by_all_that_read_it(home: Home) -> None:
    path = home.path / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text('[profiles.far]\nkind = "openai"\ntiemout = 5\n')
    for words in (("config", "check"), ("config", "show"), ("profiles", "list")):
        done = home.run(*words, "--json")
        assert done.returncode == 2
        error = json.loads(done.stdout)["error"]
        assert "at line 3, column 1" in error["cause"]
    assert home.run("config", "path").returncode == 0
    home.json("profiles", "edit", "far", "timeout=5", code=2)
    path.write_text(path.read_text().replace("tiemout", "timeout"))
    home.json("config", "check")


def test_a_renamed_profile_keeps_its_jobs_its_key_and_its_place(
    home: Home, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {("finetui", "near"): KEY}

    def take(service: str, name: str) -> None:
        del kept[service, name]

    ring = SimpleNamespace(
        get_password=lambda service, name: kept.get((service, name)),
        set_password=lambda service, name, key: kept.update({(service, name): key}),
        delete_password=take,
    )
    monkeypatch.setitem(sys.modules, "keyring", ring)
    server.new_job({"model": "m", "created_at": 1})
    home.json("profiles", "add", "near", f"base_url={server.url}", "key_keyring=near")
    home.json("profiles", "default", "near")
    home.json("jobs", "list")
    assert home.json("profiles", "rename", "near", "far") == {"renamed": "near", "name": "far"}
    assert written(home) == {"far": {"base_url": server.url, "key_keyring": "far"}}
    assert kept == {("finetui", "far"): KEY}
    server.close()  # what follows is what the ledger holds
    listed = home.json("jobs", "list", "--all-profiles", "--kept")
    assert {job["profile"] for job in listed["jobs"]} == {"far"}
    assert home.json("profiles", "list")["profiles"][-1]["default"]


def test_a_name_with_a_history_of_its_own_is_refused(home: Home, server: FaultServer) -> None:
    server.new_job({"model": "m", "created_at": 1})
    for name in ("old", "new"):
        home.json("profiles", "add", name, f"base_url={server.url}")
        home.json("jobs", "list", "--profile", name)
    home.json("profiles", "remove", "old", "--yes")
    done = home.run("profiles", "rename", "new", "old")
    assert done.returncode == 2
    assert "an earlier profile old" in done.stderr
    assert list(written(home)) == ["new"]
    for wrong in ("lab", "openai", "new", "-x", ""):
        assert home.run("profiles", "rename", "--", "new", wrong).returncode == 2
    assert list(written(home)) == ["new"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (("kind=together",), 'api_key_env = "TOGETHER_API_KEY"'),
        (("kind=azure", "base_url=https://r.openai.azure.com/openai/v1/"), "AZURE_API_KEY"),
        (("kind=groq",), "GROQ_API_KEY"),
        (("kind=together", "key_ask=true"), ""),
        (("kind=portkey", "headers=x-portkey-api-key: $PK"), ""),
        (("base_url=http://127.0.0.1:8000/v1", "kind=vllm"), ""),
        (("base_url=https://vllm.example/v1", "kind=vllm"), ""),
        (("base_url=https://own.example/v1",), ""),
    ],
)
def test_a_provider_that_wants_a_key_says_so_at_once(
    home: Home, settings: tuple[str, ...], told: str
) -> None:
    done = home.run("profiles", "add", "far", *settings)
    assert done.returncode == 0, done.stderr
    assert ("names no key" in done.stderr) == bool(told)
    assert told in done.stderr
    listed = home.run("profiles", "list").stderr
    assert ("names no key" in listed) == bool(told)
