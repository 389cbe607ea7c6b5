"""Two profiles at two servers, with signed addresses and redirects to each other: nothing crosses.

Each provider does its worst: it signs addresses at the other one's server, and redirects there.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import Fault, reply
from tests.replay.circle import dataset
from tests.replay.fireworks import SUPERVISED, FireworksReplay
from tests.replay.together import TogetherReplay
from tui.core.catalog.abilities import Ability
from tui.services.errors import ServiceError
from tui.services.jobs.requests import JobRequest
from tui.services.jobs.service import JobService
from tui.services.provider.fireworks import datasets
from tui.services.settings.masked_logs import MaskedRecord
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.faults.server import FaultServer

    Servers = dict[str, FireworksReplay | TogetherReplay]

SIDES = ("near", "away")
PAIRS = [("fireworks", "fireworks"), ("fireworks", "together"), ("together", "fireworks")]
KEYS = {side: f"sk-{side}-5f1e2d3c4b5a69788796" for side in SIDES}
# What each profile alone may send, beside its key.
HEADERS = {side: f"team-of-{side}" for side in SIDES}
AMBIENT = {
    "OPENAI_API_KEY": "sk-ambient-0011223344556677",
    "OPENAI_ORG_ID": "org-ambient",
    "OPENAI_PROJECT_ID": "proj-ambient",
    "OPENAI_CUSTOM_HEADERS": "X-Ambient: header-ambient",
    "FIREWORKS_API_KEY": "fw-ambient-0011223344556677",
}


@pytest.fixture(params=PAIRS, ids=" ".join)
def servers(request: pytest.FixtureRequest) -> Iterator[Servers]:
    kinds = dict(zip(SIDES, request.param, strict=True))
    found: Servers = {
        side: TogetherReplay(KEYS[side])
        if kind == "together"
        else FireworksReplay(f"account-{side}", KEYS[side])
        for side, kind in kinds.items()
    }
    yield found
    for one in found.values():
        one.close()


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "LOOKS_S", (0.0, 0.001))
    monkeypatch.setattr("tui.services.provider.together.LOOK_AGAIN_S", (0.001,))
    monkeypatch.setattr("tui.services.provider.provider.READ_AGAIN_S", (0.0, 0.0))
    for name, value in AMBIENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
async def workspaces(servers: Servers, tmp_path: Path) -> AsyncIterator[dict[str, Workspace]]:
    folder = tmp_path / "config"
    folder.mkdir()
    tables = [
        f'[profiles.{side}]\nkind = "{one.kind}"\nbase_url = "{one.url}"\ntimeout = 2\n'
        f'api_key = "{KEYS[side]}"\nheaders = {{ X-Team = "{HEADERS[side]}" }}\n'
        f"{one.profile_lines}\n"
        for side, one in servers.items()
    ]
    (folder / "config.toml").write_text("\n".join(tables))
    (folder / "config.toml").chmod(0o600)
    # Every upload goes to a signed address.
    (folder / "providers.toml").write_text('[[providers]]\nid = "fireworks"\nform_bytes = 10\n')
    environ = {"FINETUI_HOME": str(tmp_path), **AMBIENT}
    found = {side: await Workspace.open(side, environ=environ) for side in SIDES}
    yield found
    for one in found.values():
        await one.close()


async def circle(
    workspace: Workspace, server: FireworksReplay | TogetherReplay, path: Path
) -> list[str]:
    """Go through everything there is; return what was told of what failed."""
    told: list[str] = []

    async def step(work: Any) -> Any:
        try:
            return await work
        except ServiceError as error:
            told.append(json.dumps(error.to_json()))
            return None

    data = dataset(path / f"{server.account}.jsonl")
    file = await step(workspace.files.upload(data))
    await step(workspace.files.list())
    if file is not None:
        await step(workspace.files.ready(file.id))
    request = JobRequest(file.id if file else "none", server.base, terms=workspace.profile.terms)
    jobs = JobService(workspace.provider, workspace.store, workspace.api, look_after=(0.0,))
    job = await step(jobs.create(request))
    if job is not None:
        for _ in server.lives:
            await step(workspace.jobs.retrieve(job.id))
            await step(workspace.jobs.events(job.id))
        if workspace.api.abilities.may(Ability.RESULT):
            await step(workspace.jobs.result_csv(job.id))
    await step(workspace.models.look())
    if file is not None:
        await step(workspace.files.download(file.id, path / f"{server.account}-back.jsonl"))
        await step(workspace.files.delete(file.id))
    return told


def check_apart(servers: Servers) -> None:
    """Each server got the secrets of its own profile, no storage any, and nobody the ambient."""
    for side, one in servers.items():
        [other] = [name for name in SIDES if name != side]
        heard = everything(one)
        assert KEYS[side] in heard
        for secret in (KEYS[other], HEADERS[other], *AMBIENT.values(), "ambient"):
            assert secret not in heard
        stored = everything(one.storage)
        for secret in (*KEYS.values(), *HEADERS.values(), *AMBIENT.values(), "ambient"):
            assert secret not in stored


def everything(server: FaultServer) -> str:
    """Return all that a server got, requests for another one included."""
    return "\n".join(
        json.dumps([one.method, one.path, one.query, one.headers]) + one.body.decode("latin-1")
        for one in server.seen
    )


def strangers(server: FireworksReplay | TogetherReplay) -> list[dict[str, str]]:
    """Return the headers of what came with no key at all: from the other provider's addresses."""
    return [one.headers for one in server.seen if "authorization" not in one.headers]


def always(server: FaultServer, fault: Fault) -> None:
    """Have a server answer everything in this way."""
    server.take = lambda _: fault  # type: ignore[method-assign,misc,assignment]


async def test_two_profiles_side_by_side(
    servers: Servers, workspaces: dict[str, Workspace], tmp_path: Path
) -> None:
    told = await asyncio.gather(
        *(circle(workspaces[side], servers[side], tmp_path) for side in SIDES)
    )
    assert told == [[], []]
    for one in servers.values():
        assert "PUT" in {seen.method for seen in one.storage.seen}
        assert one.wrong_keys == 0
        assert strangers(one) == []
    check_apart(servers)


async def test_addresses_that_are_signed_at_the_other_server(
    servers: Servers, workspaces: dict[str, Workspace], tmp_path: Path
) -> None:
    near, away = servers["near"], servers["away"]
    await circle(workspaces["away"], away, tmp_path)  # whose key is in use
    lured = type("Lured", (type(near.storage),), {"url": property(lambda _: away.url)})
    near.storage.__class__ = lured
    told = await circle(workspaces["near"], near, tmp_path)
    assert any(one.lower().count("api key") for one in told)  # the other asks for a key in vain
    assert any(int(one["content-length"]) > 100 for one in strangers(away))
    for headers in strangers(away):
        assert not {"authorization", "x-team", "openai-organization"} & headers.keys()
    check_apart(servers)


@pytest.mark.parametrize("status", [302, 307])
async def test_redirects_to_the_other_server(
    servers: Servers,
    workspaces: dict[str, Workspace],
    tmp_path: Path,
    status: int,
) -> None:
    near, away = servers["near"], servers["away"]
    await circle(workspaces["away"], away, tmp_path)
    before = len(away.seen)
    with suppress(ServiceError):
        file = await workspaces["near"].files.upload(dataset(tmp_path / "one.jsonl"))
        request = JobRequest(file.id, near.base, terms=workspaces["near"].profile.terms)
        await workspaces["near"].jobs.create(request)
    to = f"{away.url}/somewhere?policy=signed-secret"

    there = Fault("reply", False, status, {}, {"location": to})
    always(near.storage, there)
    told = await circle(workspaces["near"], near, tmp_path)
    always(near, there)
    told = await circle(workspaces["near"], near, tmp_path)
    assert any(f"the server redirects to {away.url}/somewhere" in one for one in told)
    assert "signed-secret" not in "".join(told)
    assert len(away.seen) == before  # nobody followed
    check_apart(servers)


@pytest.mark.parametrize("servers", PAIRS[:1], indirect=True)
async def test_nothing_secret_is_told_or_kept_when_everything_fails(
    servers: Servers,
    workspaces: dict[str, Workspace],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near = servers["near"]
    caplog.set_level("DEBUG")
    monkeypatch.setattr(logging, "_logRecordFactory", MaskedRecord)
    signed = f"{near.storage.url}/x?X-Goog-Signature=signed-secret"
    echo = {"code": 3, "message": f"no: Bearer {KEYS['near']} {HEADERS['near']}"}
    told: list[str] = []
    answers = [
        {"filenameToSignedUrls": {"account-near.jsonl": signed}, "signedUrl": signed},
        {
            "filenameToSignedUrls": {"other.jsonl": signed},
            "metricsFileSignedUrl": signed,
            "name": f"accounts/account-near/{SUPERVISED}/a",
            "state": "JOB_STATE_RUNNING",
        },
        echo,
    ]
    always(near.storage, reply(403, f"<Error><Code>{KEYS['near']}</Code></Error>"))
    for status in (200, 400, 403, 500):
        for answer in answers:
            always(near, reply(status, answer))
            told += await circle(workspaces["near"], near, tmp_path)
    assert told
    await workspaces.pop("near").close()
    out = capfd.readouterr()
    kept = [one for one in tmp_path.rglob("*") if one.is_file() and one.name != "config.toml"]
    assert "HTTP Request: PUT" in caplog.text  # libraries did write
    for secret in (KEYS["near"], "signed-secret"):
        for text in ("\n".join(told), caplog.text, out.out, out.err):
            assert secret not in text
        for path in kept:
            assert secret.encode() not in path.read_bytes(), path
