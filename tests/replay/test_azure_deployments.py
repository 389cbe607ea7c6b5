"""Azure's deployments, listed where they are managed: another address, and a token of its own."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import html, reply
from tests.replay.azure import AzureReplay, Management
from tests.replay.base import KEY
from tests.replay.circle import profile
from tests.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.home import Home

TOKEN = "tok-2-of-the-management-8c7d6e5f"
OLD = "tok-1-of-yesterday"
MODEL = "gpt-4.1-mini-2025-04-14.ft-0123abcd"


@pytest.fixture
def far() -> Iterator[AzureReplay]:
    one = AzureReplay()
    one.models[MODEL] = {"id": MODEL, "object": "model", "owned_by": "me"}
    yield one
    one.close()


arm = served(partial(Management, TOKEN))


def managed(far: AzureReplay, arm: Management, path: Path) -> Home:
    """Return a home whose profile fetches its token by a command: at first an old one."""
    script = path / "token.sh"
    script.write_text(
        f'echo x >> "{path}/calls"\n'
        f'[ "$(wc -l < "{path}/calls")" -eq 1 ] && echo {OLD} || echo {TOKEN}\n'
    )
    more = f'management_url = "{arm.address}/"\nmanagement_command = ["/bin/sh", "{script}"]'
    return profile(far, path, more=more)


def test_a_model_is_chatted_with_where_it_is_deployed(
    far: AzureReplay, arm: Management, tmp_path: Path
) -> None:
    home = managed(far, arm, tmp_path)
    arm.deploy("other", "gpt-4.1-mini-2025-04-14")
    arm.deploy("making", MODEL, "Creating")
    arm.deploy("pirate-one", MODEL)
    far.deployed["pirate-one"] = MODEL
    models = {one["id"]: one for one in home.json("models", "list")["models"]}
    assert models[MODEL]["serving"] == (  # that it is Succeeded does not say that it answers
        "It is deployed (Succeeded): chat with pirate-one. Its price an hour (Standard) is not told"
        " there."
    )
    done = home.run("chat", "--model", MODEL, "hello")
    assert done.returncode == 3
    assert "A tuned model does not answer by its name here. It is deployed" in done.stderr
    assert home.run("chat", "--model", "pirate-one", "hello").stdout == "Ahoy from pirate-one\n"
    check_apart(far, arm, home)


def test_the_state_of_a_model_is_that_of_what_serves_it(
    far: AzureReplay, arm: Management, tmp_path: Path
) -> None:
    home = managed(far, arm, tmp_path)

    def told() -> tuple[str, str]:
        models = {one["id"]: one for one in home.json("models", "list")["models"]}
        return models[MODEL]["state"], models[MODEL]["why"] or ""

    assert told() == ("not ready", "it needs a deployment before it answers")
    arm.deploy("making", MODEL, "Creating")
    assert told() == ("not ready", "its deployment does not answer: Creating")
    arm.deploy("pirate-one", MODEL)
    assert told() == ("deployed", "")
    row = home.json("models", "list", "--state", "deployed")["models"][0]
    assert {one["name"] for one in row["deployments"]} == {"making", "pirate-one"}
    kept = home.json("models", "prune", "--older-than", "1m", "--dry-run")["kept"]
    assert [(one["id"], one["why"]) for one in kept] == [
        (MODEL, "it is deployed as making, pirate-one")
    ]
    for _ in range(3):  # the lists of models come, that of deployments does not
        arm.fault(f"GET {arm.resource}/deployments", html(502))
    done = home.run("models", "list", "--json")
    models = {one["id"]: one for one in json.loads(done.stdout)["models"]}
    assert models[MODEL]["state"] == "live"
    assert "what is deployed is not told" in models[MODEL]["why"]
    assert "what is deployed is not known" in done.stderr
    assert home.run("models", "prune", "--older-than", "1m", "--yes").returncode == 3
    assert not any(seen.method == "DELETE" for seen in far.seen)


def check_apart(far: AzureReplay, arm: Management, home: Home) -> None:
    """The key went to the one address, the token to the other, and neither is kept."""
    assert {seen.method for seen in arm.seen} == {"GET"}
    assert KEY not in json.dumps([[seen.headers, seen.query] for seen in arm.seen])
    assert not any("api-key" in seen.headers for seen in arm.seen)
    assert "of-the-management" not in json.dumps([[one.headers, one.query] for one in far.seen])
    assert far.wrong_keys == 0
    kept = [one for one in home.path.rglob("*") if one.is_file() and one.suffix != ".toml"]
    assert not any(b"-of-the-management" in one.read_bytes() for one in kept if one.suffix != ".sh")


def test_a_token_that_is_refused_is_fetched_anew_once(
    far: AzureReplay, arm: Management, tmp_path: Path
) -> None:
    home = managed(far, arm, tmp_path)
    arm.deploy("pirate-one", MODEL)
    told = home.json("models", "list")["models"]
    assert any("chat with pirate-one" in one.get("serving", "") for one in told)
    assert (arm.wrong_tokens, (tmp_path / "calls").read_text()) == (1, "x\nx\n")
    arm.token = "another"
    told = home.json("models", "list")["models"]  # the list of models is there all the same
    [own] = [one for one in told if one["id"] == MODEL]
    assert "Foundry portal" in own["serving"]
    assert arm.wrong_tokens == 3


def test_a_next_page_elsewhere_is_not_asked_for(
    far: AzureReplay, arm: Management, tmp_path: Path
) -> None:
    home = managed(far, arm, tmp_path)
    thief = Management(TOKEN)
    try:
        arm.next_host = thief.url
        arm.deploy("pirate-one", MODEL)
        arm.deploy("second", MODEL)
        home.json("models", "list")
        assert thief.seen == []
    finally:
        thief.close()


@pytest.mark.parametrize(
    "fault",
    [html(), reply(500, {"error": {"code": "x", "message": f"no {OLD}"}}), reply(200, [])],
    ids=["html", "500", "no object"],
)
def test_what_the_management_answers_else_hides_nothing(
    far: AzureReplay, arm: Management, tmp_path: Path, fault: object
) -> None:
    home = managed(far, arm, tmp_path)
    arm.always[f"GET {arm.resource}/deployments"] = fault  # type: ignore[assignment]
    done = home.run("models", "list", "--json")
    assert done.returncode == 0
    assert "Foundry portal" in done.stdout
    assert OLD not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('management_url = "https://m.example/x"', "needs management_command beside it"),
        ('management_command = "echo x"', "needs management_url beside it"),
        ('management_url = "x"\nmanagement_command = "echo x"', "management_url"),
        (
            'management_url = "https://m.example/x"\nmanagement_command = 3',
            "management_command must be a command",
        ),
    ],
)
def test_settings_that_cannot_be_used(
    far: AzureReplay, tmp_path: Path, line: str, told: str
) -> None:
    done = profile(far, tmp_path, more=line).run("jobs", "list")
    assert done.returncode == 2
    assert told in done.stderr
    assert "line" in done.stderr
