"""`finetui doctor`: works whatever is broken, asks with reads only, and shows no secret."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import html, problem, reply
from tests.faults.shapes import FILES, JOBS, MODELS
from tests.home import Home
from tests.replay.azure import AzureReplay
from tests.replay.base import KEY, Replay
from tests.replay.circle import profile
from tests.served import each_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.server import Fault


far = each_of(AzureReplay)


def of(document: Any, name: str) -> Any:
    return next(one for one in document["profiles"] if one["name"] == name)


def test_a_bare_machine_is_healthy(tmp_path: Path) -> None:
    home = Home(tmp_path)
    done = home.run("doctor")
    assert done.returncode == 0, done.stdout
    for area in ("versions", "terminal", "folders", "vocabularies", "engines", "profile lab"):
        assert f"\n{area}\n" in done.stdout
    assert "No problem found" in done.stdout
    found = home.json("doctor")
    assert found["healthy"]
    names = {(one["area"], one["name"]) for one in found["findings"]}
    assert {("versions", "textual"), ("vocabularies", "o200k_base"), ("engines", "lab")} <= names
    assert {("versions", "rapidfuzz"), ("versions", "fast"), ("versions", "keyring")} <= names
    assert ("versions", "pytest") not in names
    assert home.lab_pid() is None  # looking starts nothing


def test_a_home_that_cannot_even_be_looked_for_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path / ("x" * 300) / "home")
    done = home.run("doctor")
    assert done.returncode == 1
    assert "File name too long" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_profile_is_asked_with_reads_and_what_came_is_told(
    far: AzureReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    done = home.run("doctor", "--provider", "far")
    assert done.returncode == 0, done.stdout
    assert {seen.method for seen in far.seen} == {"GET"}
    assert "GET /fine_tuning/jobs?limit=1 → 200, a list: fine-tuning: offered" in done.stdout
    assert f"key …{KEY[-4:]}" in done.stdout
    assert "not yet tried with the provider itself" in done.stdout
    assert "uploads in parts" in done.stdout
    assert "$1.70 an hour" in done.stdout
    assert KEY not in done.stdout + done.stderr
    document = home.json("doctor", "--provider", "azure")
    assert [one["name"] for one in document["profiles"]] == ["far"]
    told = of(document, "far")
    assert told["key"] == f"…{KEY[-4:]}"
    assert told["abilities"]["jobs"] == "yes"
    assert told["abilities"]["chat_by_name"] == "no"
    assert told["abilities"]["metadata"] == "unknown"
    assert KEY not in json.dumps(document)
    asked = len(far.seen)
    kept = of(home.json("doctor", "--offline"), "far")
    assert len(far.seen) == asked  # remembered, and told with its age
    assert kept["abilities"]["jobs"] == "yes"
    assert kept["asked_at"] > 0
    assert kept["asked"][0]["asked"] == "GET /fine_tuning/jobs?limit=1"


def test_what_is_not_offered_is_told_and_is_no_problem(far: AzureReplay, tmp_path: Path) -> None:
    far.always |= {JOBS: html(404), FILES: reply(405, ""), MODELS: html(404)}
    done = profile(far, tmp_path).run("doctor")
    assert done.returncode == 0, done.stdout
    assert "404, a web page: fine-tuning: not offered here (asked just now)" in done.stdout
    assert "405: files: not offered here" in done.stdout


BROKEN = """
default_profile = "gone"
[profiles.gone]
base_url = "http://127.0.0.1:{free}/v1"
[profiles.keyless]
base_url = "https://api.openai.com/v1"
api_key_env = "NO_SUCH_VARIABLE_HERE"
[profiles.open]
base_url = "http://far.example/v1"
api_key = "sk-over-the-wire-0123456789"
[profiles.refusing]
base_url = "{url}"
api_key = "sk-wrong-0123456789abcdef"
kind = "azure"
[profiles.broken]
base_url = "{broken}"
"""


def test_every_profile_broken(far: AzureReplay, tmp_path: Path) -> None:
    other = Replay()
    for what in (JOBS, FILES, MODELS):
        other.always[what] = reply(500, problem("it echoes sk-wrong-0123456789abcdef"))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        free = unused.getsockname()[1]
        config = tmp_path / "config" / "config.toml"
        config.parent.mkdir()
        config.write_text(BROKEN.format(free=free, url=far.url, broken=other.url))
        home = Home(tmp_path)
        done = home.run("doctor")
        document = home.json("doctor", code=1)
    other.close()
    assert done.returncode == 1
    assert "gone" in done.stdout
    assert "it does not answer" in done.stdout
    assert "NO_SUCH_VARIABLE_HERE is empty" in done.stdout
    assert "over http://" in done.stdout
    assert "it does not accept the key" in done.stdout
    assert "500, busy or broken" in done.stdout
    assert "open to other users" in done.stdout  # the file holds keys and is readable by all
    assert not document["healthy"]
    assert [one["name"] for one in document["profiles"]] == [
        "lab", "gone", "keyless", "open", "refusing", "broken",
    ]  # fmt: skip
    for text in (done.stdout, done.stderr, json.dumps(document)):
        assert "sk-wrong-0123" not in text
        assert "sk-over" not in text


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("config.toml", "[profiles.a\n", "line 1"),
        ("config.toml", "[profiles.a]\nbase_url = 'x'\nkindd = 'y'\n", "did you mean kind"),
        ("providers.toml", "[[providers]]\nid = 'x'\nhots = []\n", "line 3, column 1"),
        ("config.toml", "default_profile = 'nowhere'\n", "nowhere"),
    ],
)
def test_a_broken_file_is_told_and_the_rest_looked_at(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / name).write_text(text)
    done = Home(tmp_path).run("doctor")
    assert done.returncode == 1, done.stdout
    assert words in done.stdout
    assert "vocabularies" in done.stdout
    assert "profile lab" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_damaged_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.sqlite3").write_bytes(b"no database at all" * 100)
    done = Home(tmp_path).run("doctor")
    assert done.returncode == 1
    assert "PROBLEM ledger" in done.stdout


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        done = Home(tmp_path).run("doctor")
    finally:
        tmp_path.chmod(0o700)
    assert "File name too long" in done.stdout


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    done = Home(tmp_path).run("doctor")
    assert done.returncode == 1
    assert "cannot be written" in done.stdout


def test_an_unknown_name_is_told_with_those_there_are(tmp_path: Path) -> None:
    done = Home(tmp_path).run("doctor", "--provider", "lap")
    assert done.returncode == 2
    assert "Did you mean lab?" in done.stderr


REDIRECT = reply(302, "", location="https://elsewhere.example/")


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (REDIRECT, 1, "it sends all requests elsewhere"),
        (html(200), 1, "web pages come back instead of data"),
        (reply(500, {"error": {}}), 1, "none of its lists can be read"),
        (reply(200, {"error": {}}), 1, "none of its lists can be read"),
        (reply(404, problem("no such path")), 0, "none of its lists is there"),
        (reply(401, problem("who are you?")), 1, "the profile names none"),
    ],
    ids=["redirects", "web pages", "errors", "errors with 200", "absent", "no key"],
)
def test_an_address_where_nothing_is_as_it_should_be_is_told(
    far: AzureReplay, tmp_path: Path, fault: Fault, code: int, words: str
) -> None:
    far.always |= dict.fromkeys((JOBS, FILES, MODELS), fault)
    home = Home(tmp_path)
    home.json("profiles", "add", "far", f"base_url={far.url}")
    done = home.run("doctor", "--provider", "far")
    assert done.returncode == code, done.stdout
    assert words in done.stdout
    assert "base_url" in done.stdout or "api_key_env" in done.stdout  # what to do about it


OWN = '[[providers]]\nid = "acme"\nhosts = []\npaths = { jobs = "/of/{account}/tunings" }\n'


@pytest.mark.parametrize("kind", ["fireworks", "acme"])
def test_an_account_that_is_missing_is_told_before_anything_is_asked(
    far: AzureReplay, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "providers.toml").write_text(OWN)
    home = Home(tmp_path)
    made = home.json("profiles", "add", "far", f"kind={kind}", f"base_url={far.url}")
    assert "names no account" in made["remarks"][0]
    assert "names no account" in home.run("profiles", "list").stderr
    done = home.run("doctor", "--provider", "far")
    assert done.returncode == 1
    assert "PROBLEM account" in done.stdout
    assert 'Write account = "…"' in done.stdout
    assert "does not answer" not in done.stdout
    assert "no answer" not in done.stdout
    listed = home.run("jobs", "list", "--profile", "far")
    assert listed.returncode == 2
    assert "names no account" in listed.stderr
    assert not any("{account}" in seen.path for seen in far.seen)
    home.json("profiles", "edit", "far", "account=mine")
    assert "PROBLEM account" not in home.run("doctor", "--provider", "far").stdout


def test_a_file_that_is_not_utf8_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_bytes(b"# fine\nnotify = '\xff'\n")
    done = Home(tmp_path).run("config", "check")
    assert "it is not UTF-8 (at line 2, column 11)" in done.stderr


def test_a_mistake_that_stands_there_already_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[profiles.a]\nkind = 'x'\n")
    done = Home(tmp_path).run("profiles", "add", "b", "kind=together")
    assert done.returncode == 2
    assert "was not changed" in done.stderr
    assert "at line 2, column 1" in done.stderr
