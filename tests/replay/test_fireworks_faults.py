"""Fireworks and lost answers: never two jobs, never two datasets, and what is begun is gone on."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import (
    ACT_AND_DROP,
    ACT_AND_TRUNCATE,
    DROP,
    Fault,
    html,
    problem,
    reply,
)
from tests.replay.base import KEY
from tests.replay.circle import dataset, profile
from tests.replay.fireworks import ACCOUNT, ROOT, SUPERVISED, FireworksReplay
from tests.served import each_of
from tui.services.errors import Malformed, Refused, ServiceError, Unanswered, Unfit
from tui.services.jobs.requests import JobRequest
from tui.services.jobs.service import JobService, new_nonce
from tui.services.provider.fireworks import datasets
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CREATE = f"POST {ROOT}/{SUPERVISED}"
DATASETS = f"POST {ROOT}/datasets"
LOST = {
    "drop": ACT_AND_DROP,
    "truncated": ACT_AND_TRUNCATE,
    "html": html(act=True),
    "502": reply(502, problem("bad gateway"), act=True),
    "not done, drop": DROP,
    "not done, 503": reply(503, {"code": 14, "message": "unavailable", "details": []}),
}
CLEAR = {
    "429": reply(429, {"code": 8, "message": "slow down"}, retry_after="600"),
    "400": reply(400, {"code": 3, "message": "no"}),
    "403": reply(403, {"code": 7, "message": "not yours"}),
    "404": reply(404, {"code": 5, "message": "no such base"}),
}
SIGNED = "form_bytes = 100"
HTTP = "/v1/accounts/acme"


far = each_of(FireworksReplay)


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "LOOKS_S", (0.0, 0.001, 0.001))
    monkeypatch.setattr(datasets, "WAITS_S", (0.0, 0.001, 0.001))


async def open_workspace(far: FireworksReplay, path: Path, *, signed: bool) -> Workspace:
    home = profile(far, path, more="timeout = 2")
    if signed:  # a user's own file has every upload go to a signed address
        own = f'[[providers]]\nid = "fireworks"\n{SIGNED}\n'
        (path / "config" / "providers.toml").write_text(own)
    return await Workspace.open(environ={"FINETUI_HOME": str(home.path)})


@pytest.fixture
async def workspace(far: FireworksReplay, tmp_path: Path) -> AsyncIterator[Workspace]:
    one = await open_workspace(far, tmp_path, signed=False)
    yield one
    await one.close()


@pytest.fixture
async def signing(far: FireworksReplay, tmp_path: Path) -> AsyncIterator[Workspace]:
    one = await open_workspace(far, tmp_path, signed=True)
    yield one
    await one.close()


def service(workspace: Workspace) -> JobService:
    return JobService(workspace.provider, workspace.store, look_after=(0, 0.01))


async def request_for(workspace: Workspace, path: Path) -> JobRequest:
    file = await workspace.files.upload(dataset(path / "train.jsonl"))
    return JobRequest(file.id, "qwen3-8b", suffix="pirate", terms=workspace.profile.terms)


# -- creating a job ----------------------------------------------------------------------------


@pytest.mark.parametrize("how", LOST)
async def test_a_lost_answer_makes_no_second_job(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path, how: str
) -> None:
    request = await request_for(workspace, tmp_path)
    far.make_job(SUPERVISED, "of-somebody-else", {"dataset": "x", "baseModel": "y"})
    far.fault(CREATE, LOST[how])
    sure: list[bool] = []
    nonce = new_nonce()

    async def create() -> str:
        job = await service(workspace).create(
            request, nonce=nonce, on_found=lambda found: sure.append(found.sure)
        )
        return job.id

    if how.startswith("not done"):
        with pytest.raises(Unanswered):
            await create()
        assert len(far.jobs) == 1
        return
    assert await create() == f"finetui-{nonce}"
    assert sure == [True]
    assert far.count(CREATE) == 1
    assert len(far.jobs) == 2
    assert far.jobs[0]["outputModel"] == f"pirate-{nonce[:8]}"


async def test_asking_again_with_the_same_id_gives_the_job_that_is_there(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path
) -> None:
    request = await request_for(workspace, tmp_path)
    body = request.body("feedfacecafe")
    first, second = [await workspace.api.jobs.create(body) for _ in range(2)]
    assert first.id == second.id == "finetui-feedfacecafe"
    assert far.count(CREATE) == 2
    assert len(far.jobs) == 1


async def test_a_model_of_that_name_is_no_job_of_ours(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path
) -> None:
    request = await request_for(workspace, tmp_path)
    nonce = new_nonce()
    taken = f"accounts/{ACCOUNT}/models/pirate-{nonce[:8]}"
    far.models[taken] = {"name": taken, "kind": "HF_PEFT_ADDON"}
    with pytest.raises(Refused) as caught:
        await service(workspace).create(request, nonce=nonce)
    assert "already exists" in caught.value.cause
    assert caught.value.next_step == "Choose another suffix."
    assert far.jobs == []


@pytest.mark.parametrize("how", CLEAR)
async def test_a_clear_no_is_one_request(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path, how: str
) -> None:
    request = await request_for(workspace, tmp_path)
    fault: Fault = CLEAR[how]
    far.fault(CREATE, fault)
    with pytest.raises(Refused) as caught:
        await service(workspace).create(request)
    assert type(caught.value) is Refused  # a base that is not there is not "not offered"
    assert caught.value.cause == fault.body["message"]
    assert caught.value.next_step
    assert far.count(CREATE) == 1
    assert far.jobs == []


async def test_parallel_creations_are_one_job_each(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path
) -> None:
    request = await request_for(workspace, tmp_path)
    jobs = await asyncio.gather(*(service(workspace).create(request) for _ in range(3)))
    assert len({job.id for job in jobs}) == len(far.jobs) == far.count(CREATE) == 3


# -- uploading ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", LOST)
@pytest.mark.parametrize("step", ["", ":upload"])
async def test_a_lost_answer_to_an_upload_makes_one_dataset(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path, step: str, how: str
) -> None:
    data = dataset(tmp_path / "train.jsonl")
    identifier = await identifier_of(data)
    path = f"{DATASETS}/{identifier}{step}" if step else DATASETS
    far.fault(path, LOST[how])
    await uploaded_at_last(far, workspace, data, identifier)
    assert far.count(path) <= 2


@pytest.mark.parametrize("how", LOST)
@pytest.mark.parametrize("step", [":getUploadEndpoint", "PUT", ":validateUpload"])
async def test_a_lost_answer_to_a_signed_upload_makes_one_dataset(
    far: FireworksReplay, signing: Workspace, tmp_path: Path, step: str, how: str
) -> None:
    data = dataset(tmp_path / "train.jsonl")
    identifier = await identifier_of(data)
    if step == "PUT":
        far.storage.fault(f"PUT /{identifier}/train.jsonl", LOST[how])
    else:
        far.fault(f"{DATASETS}/{identifier}{step}", LOST[how])
    await uploaded_at_last(far, signing, data, identifier)
    assert all("authorization" not in seen.headers for seen in far.storage.seen)


async def identifier_of(path: Path) -> str:
    """Return the id that a dataset has by its content."""
    from tui.core.provider.fireworks.names import dataset_id
    from tui.services.files.uploads import content_digest

    return dataset_id(path.name, content_digest(path))


async def uploaded_at_last(
    far: FireworksReplay, workspace: Workspace, data: Path, identifier: str
) -> None:
    """Upload a file, a second time where the first one fails; there is one dataset, and whole."""
    try:
        file = await workspace.files.upload(data)
    except ServiceError:
        assert await workspace.store.files.all("far") == []  # what is not whole is not known
        file, _ = await workspace.files.ensure(data)
    assert (file.id, file.status) == (identifier, "processed")
    assert list(far.datasets) == [f"accounts/{ACCOUNT}/datasets/{identifier}"]
    assert far.contents[identifier] == data.read_bytes()
    [known] = await workspace.store.files.all("far")
    assert known.file_id == identifier
    again, reused = await workspace.files.ensure(data)
    assert (again.id, reused) == (identifier, True)


async def test_a_dataset_without_its_content_is_not_taken_for_the_file(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "train.jsonl")
    far.fault(f"{DATASETS}/{await identifier_of(data)}:upload", DROP, DROP)
    for _ in range(2):
        with pytest.raises(Unanswered):
            await workspace.files.ensure(data)
    [listed] = await workspace.files.list()
    assert listed.status == "uploading"
    file, reused = await workspace.files.ensure(data)
    assert (file.status, reused) == ("processed", False)


async def test_the_same_content_is_sent_once(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "train.jsonl")
    first = await workspace.files.upload(data)
    second = await workspace.files.upload(data)
    assert first.id == second.id
    assert far.count(f"{DATASETS}/{first.id}:upload") == 1
    await workspace.files.delete(first.id)
    assert (await workspace.files.upload(data)).id == first.id  # it is really there again
    assert far.count(f"{DATASETS}/{first.id}:upload") == 2


@pytest.mark.parametrize("times", [1, 2])
async def test_a_signed_address_that_is_over_is_asked_for_once_more(
    far: FireworksReplay, signing: Workspace, tmp_path: Path, times: int
) -> None:
    data = dataset(tmp_path / "train.jsonl")
    far.storage.over = {f"sig-{n + 1}" for n in range(times)}  # the first ones given out
    if times == 1:
        file = await signing.files.upload(data)
        assert far.contents[file.id] == data.read_bytes()
    else:
        with pytest.raises(Refused) as caught:
            await signing.files.upload(data)
        assert caught.value.status == 403
        assert caught.value.cause == "ExpiredToken: The provided token has expired."
        assert "sig-" not in caught.value.cause + caught.value.next_step
    assert len([seen for seen in far.storage.seen if seen.method == "PUT"]) == 2


async def test_the_storage_may_be_busy_with_what_was_sent(
    far: FireworksReplay, signing: Workspace, tmp_path: Path
) -> None:
    far.validations_to_fail, far.looks_until_ready = 2, 2
    file = await signing.files.upload(dataset(tmp_path / "train.jsonl"))
    assert file.status == "processed"


async def test_an_address_for_another_file_or_none_is_refused(
    far: FireworksReplay, signing: Workspace, tmp_path: Path
) -> None:
    data = dataset(tmp_path / "train.jsonl")
    path = f"{DATASETS}/{await identifier_of(data)}:getUploadEndpoint"
    other = {"other.jsonl": f"{far.storage.url}/other.jsonl"}
    for urls in ({}, other, {"train.jsonl": "ftp://127.0.0.1/x"}, {"train.jsonl": 3}):
        far.fault(path, reply(200, {"filenameToSignedUrls": urls}))
        with pytest.raises(Malformed) as caught:
            await signing.files.upload(data)
        assert caught.value.title == "Cannot upload train.jsonl"
    assert far.storage.seen == []


async def test_a_file_that_cannot_be_read_there_is_unfit_for_a_job(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path
) -> None:
    far.looks_until_ready = 9
    file = await workspace.files.upload(dataset(tmp_path / "train.jsonl"))
    assert file.status == "uploading"
    told: list[str] = []
    with pytest.raises(Unfit) as caught:
        await workspace.files.ready(file.id, told.append)
    assert "UPLOADING still" in caught.value.cause
    assert told[0] == f"file {file.id} is uploading; the job waits for it"
    [held] = far.datasets.values()
    held["status"] = {"code": "INVALID_ARGUMENT", "message": "line 3 is not JSON"}
    with pytest.raises(Unfit) as caught:
        await workspace.files.ready(file.id)
    assert caught.value.cause == "line 3 is not JSON"


# -- reading -----------------------------------------------------------------------------------


async def test_every_page_is_read_and_a_token_that_repeats_ends_it(
    far: FireworksReplay, workspace: Workspace
) -> None:
    for n in range(5):
        name = f"accounts/{ACCOUNT}/datasets/d{n}"
        far.datasets[name] = {"name": name, "state": "READY", "_arrived": True,
                              "createTime": f"2026-11-2{n}T10:00:00Z"}  # fmt: skip
    assert [one.id for one in await workspace.files.list()] == ["d4", "d3", "d2", "d1", "d0"]
    assert far.count(f"GET {ROOT}/datasets") == 3
    row = {"name": f"accounts/{ACCOUNT}/datasets/a", "state": "NEW_STATE"}
    far.always[f"GET {ROOT}/datasets"] = reply(200, {"datasets": [row], "nextPageToken": "1"})
    [only] = await workspace.files.list()
    assert (only.id, only.status) == ("a", "NEW_STATE")
    assert far.count(f"GET {ROOT}/datasets") == 5


@pytest.mark.parametrize(
    ("fault", "kind", "requests"),
    [
        (reply(500, {"code": 13, "message": "oops"}), Refused, 3),
        (reply(429, {"code": 8, "message": "slow"}, retry_after="90"), Refused, 1),
        (html(), Malformed, 1),
        (DROP, Unanswered, 3),
        (reply(200, {"datasets": 3}), Malformed, 1),
    ],
    ids=["500", "429", "html", "drop", "no list"],
)
async def test_what_stays_is_said(
    far: FireworksReplay, workspace: Workspace, fault: Fault, kind: type, requests: int
) -> None:
    far.always[f"GET {ROOT}/datasets"] = fault
    with pytest.raises(kind) as caught:
        await workspace.files.list()
    assert caught.value.title in {"Cannot list the files", "No list of datasets"}
    assert far.count(f"GET {ROOT}/datasets") == requests


def test_another_account_is_told_from_what_is_not_offered(
    far: FireworksReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    config = tmp_path / "config" / "config.toml"
    config.write_text(config.read_text().replace(f'"{ACCOUNT}"', '"acne"'))
    done = home.run("files", "list")
    assert done.returncode == 3
    assert "no account for /v1/accounts/acne/datasets" in done.stderr
    assert "Check account = 'acne' in the profile" in done.stderr


async def test_metrics_that_cannot_be_read_do_not_hide_the_job(
    far: FireworksReplay, workspace: Workspace, tmp_path: Path
) -> None:
    request = await request_for(workspace, tmp_path)
    job = await service(workspace).create(request)
    jobs = service(workspace)
    while (await jobs.retrieve(job.id)).status != "running":
        pass
    path = f"GET /accounts/{ACCOUNT}/{SUPERVISED}/{job.id}/metrics.jsonl"
    far.storage.over = set(far.storage.signed)  # that of a fresh look is good
    before = len(far.storage.seen)
    events = await jobs.events(job.id)
    assert [one.metrics.step for one in events if one.metrics] == [1]
    assert len(far.storage.seen) == before + 2
    far.storage.fault(path, reply(500, "<Error/>"))
    told = [one.message for one in await jobs.events(job.id)]
    assert any(text.startswith("The metrics cannot be read: ") for text in told)
    assert told[0] == "Fireworks estimates 2.5 USD for this job"
    far.storage.fault(path, reply(404, "<Error/>"))
    assert not any(one.metrics for one in await jobs.events(job.id))
    assert KEY not in json.dumps([seen.headers for seen in far.storage.seen])
