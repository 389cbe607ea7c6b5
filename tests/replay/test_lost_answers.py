"""No answer to the creation of a job: never two of them, with metadata or without."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import (
    ACT_AND_DROP,
    ACT_AND_TRUNCATE,
    Fault,
    html,
    problem,
    reply,
)
from tests.replay.azure import AzureReplay
from tests.replay.bedrock import BedrockReplay
from tests.replay.circle import dataset, profile
from tests.replay.crusoe import CrusoeReplay
from tests.replay.nebius import NebiusReplay
from tests.replay.portkey import PortkeyReplay
from tests.replay.test_circle import GRADER
from tests.replay.together import TogetherReplay
from tests.served import each_of
from tui.services.errors import ServiceError, Unanswered
from tui.services.jobs.requests import JobRequest
from tui.services.jobs.service import JobService
from tui.services.provider import together
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.replay.base import Replay

SERVERS = [AzureReplay, NebiusReplay, BedrockReplay, CrusoeReplay, PortkeyReplay]
UPLOAD = "POST /files"
LOST = {
    "drop": ACT_AND_DROP,
    "truncated": ACT_AND_TRUNCATE,
    "html": html(act=True),
    "502": reply(502, problem("bad gateway"), act=True),
}
CLEAR = {
    "429": reply(429, problem("slow down"), retry_after="600"),
    "400": reply(400, problem("no")),
    "403": reply(403, problem("not yours", code="forbidden")),
    "404 page": html(404),
}


far = each_of(*SERVERS, TogetherReplay)


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next look at a file come at once."""
    monkeypatch.setattr(together, "LOOK_AGAIN_S", (0.001,))


@pytest.fixture
async def workspace(far: Replay, tmp_path: Path) -> AsyncIterator[Workspace]:
    home = profile(far, tmp_path, more="timeout = 2")
    one = await Workspace.open(environ={"FINETUI_HOME": str(home.path)})
    yield one
    await one.close()


def service(workspace: Workspace) -> JobService:
    return JobService(workspace.provider, workspace.store, look_after=(0, 0.01))


async def request_for(far: Replay, workspace: Workspace, path: Path) -> JobRequest:
    """Upload a file and return the request for a job with it."""
    graded, bom = isinstance(far, BedrockReplay), isinstance(far, AzureReplay)
    data = dataset(path / "train.jsonl", graded=graded, bom=bom)
    file = await workspace.files.upload(data)
    await workspace.files.ready(file.id)
    return JobRequest(
        file.id,
        far.base,
        validation_file=file.id if graded else None,
        suffix="pirate" if far.takes_suffix else None,
        method="reinforcement" if graded else "supervised",
        grader=GRADER if graded else None,
        terms=workspace.profile.terms,
    )


@pytest.mark.parametrize("how", LOST)
async def test_a_lost_answer_makes_no_second_job(
    far: Replay, workspace: Workspace, tmp_path: Path, how: str
) -> None:
    request = await request_for(far, workspace, tmp_path)
    other = json.loads(json.dumps(request.body("e" * 24))) | {"model": "other-base"}
    far.of_another(other, 1_700_000_000)
    far.fault(far.create_at, LOST[how])
    sure: list[bool] = []
    job = await service(workspace).create(request, on_found=lambda found: sure.append(found.sure))
    assert far.count(far.create_at) == 1
    assert len(far.jobs) == 2
    assert job.id == far.jobs[0]["id"]
    assert sure == [far.gives_metadata_back]
    [kept] = await workspace.store.jobs.all("far")
    assert kept.job_id == job.id


async def test_of_two_alike_without_a_mark_none_is_taken_for_ours(
    far: Replay, workspace: Workspace, tmp_path: Path
) -> None:
    request = await request_for(far, workspace, tmp_path)
    far.of_another(request.body("f" * 24), int(time.time()))  # from another machine
    far.fault(far.create_at, LOST["drop"])
    if far.gives_metadata_back:
        job = await service(workspace).create(request)
        assert job.id == far.jobs[0]["id"]
        return
    with pytest.raises(Unanswered) as caught:
        await service(workspace).create(request)
    assert far.count(far.create_at) == 1
    assert "may be one of" in caught.value.cause
    assert all(job["id"] in caught.value.cause for job in far.jobs)


@pytest.mark.parametrize("how", CLEAR)
async def test_a_clear_no_is_one_request(
    far: Replay, workspace: Workspace, tmp_path: Path, how: str
) -> None:
    request = await request_for(far, workspace, tmp_path)
    fault: Fault = CLEAR[how]
    far.fault(far.create_at, fault)
    with pytest.raises(ServiceError) as caught:
        await service(workspace).create(request)
    assert not isinstance(caught.value, Unanswered)
    assert far.count(far.create_at) == 1
    assert far.jobs == []
    assert caught.value.next_step


@pytest.mark.parametrize("far", SERVERS, indirect=True)  # adapters have uploads of their own
@pytest.mark.parametrize("how", LOST)
async def test_a_lost_answer_to_an_upload_makes_no_second_file(
    far: Replay, workspace: Workspace, tmp_path: Path, how: str
) -> None:
    far.fault(UPLOAD, LOST[how])
    bom = isinstance(far, AzureReplay)
    data = dataset(tmp_path / "train.jsonl", bom=bom)
    found: list[object] = []
    try:
        found.append(await workspace.files.upload(data))
    except ServiceError:  # a gateway's no: it is found when it is wanted
        file, reused = await workspace.files.ensure(data)
        found.append(file)
        assert reused == (far.count(UPLOAD) == 1)
    assert len(found) == 1
    assert len(far.files) == far.count(UPLOAD)


async def test_parallel_creations_are_one_job_each(
    far: Replay, workspace: Workspace, tmp_path: Path
) -> None:
    request = await request_for(far, workspace, tmp_path)
    jobs = await asyncio.gather(*(service(workspace).create(request) for _ in range(3)))
    assert len({job.id for job in jobs}) == len(far.jobs) == far.count(far.create_at) == 3
