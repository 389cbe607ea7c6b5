"""A job is created exactly once, whatever happens to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.server import (
    ACT_AND_DROP,
    ACT_AND_HANG,
    ACT_AND_TRUNCATE,
    DROP,
    Fault,
    FaultServer,
    html,
    problem,
    reply,
)
from tui.services.errors import InputError, Refused, ServiceError, Unanswered, Unreachable
from tui.services.jobs.service import JobRequest, JobService

if TYPE_CHECKING:
    from tui.services.workspace import Workspace

JOBS = "POST /fine_tuning/jobs"
REQUEST = JobRequest(
    training_file="file-1", model="base", suffix="pirate", parameters={"n_epochs": 3}
)


def service(workspace: Workspace) -> JobService:
    return JobService(workspace.provider, workspace.store, look_after=(0, 0.02, 0.02))


async def test_what_is_sent(workspace: Workspace, server: FaultServer) -> None:
    job = await service(workspace).create(REQUEST)
    assert job.id == "ftjob-1"
    assert job.error is None
    sent = server.jobs[0]
    assert sent["method"] == {
        "type": "supervised",
        "supervised": {"hyperparameters": {"n_epochs": 3}},
    }
    assert sent["suffix"] == "pirate"
    assert len(sent["metadata"]["finetui_nonce"]) == 24
    [kept] = await workspace.store.jobs.all("fault")
    assert kept.job_id == "ftjob-1"
    assert kept.nonce == sent["metadata"]["finetui_nonce"]


@pytest.mark.parametrize(
    "fault",
    [
        ACT_AND_HANG,
        ACT_AND_DROP,
        ACT_AND_TRUNCATE,
        html(act=True),
        reply(502, problem("bad gateway"), act=True),
        reply(200, {"object": "nothing known"}, act=True),
    ],
    ids=["time-out", "drop", "truncated", "html", "502", "no id"],
)
async def test_a_lost_answer_is_looked_for(
    workspace: Workspace, server: FaultServer, fault: Fault
) -> None:
    for n in range(3):  # others were made before
        server.new_job({"metadata": {"finetui_nonce": f"other-{n}"}})
    server.fault(JOBS, fault)
    server.fault("GET /fine_tuning/jobs", reply(503, problem("busy")))
    lost: list[ServiceError] = []
    job = await service(workspace).create(REQUEST, lost.append)
    assert job.id == "ftjob-4"
    assert job.metadata == server.jobs[0]["metadata"]
    assert len(server.jobs) == 4
    assert server.count(JOBS) == 1
    assert len(lost) == 1
    [kept] = await workspace.store.jobs.all("fault")
    assert kept.job_id == "ftjob-4"


async def test_a_job_that_cannot_be_found_is_said_to_be_unknown(
    workspace: Workspace, server: FaultServer
) -> None:
    server.fault(JOBS, DROP)
    with pytest.raises(Unanswered) as caught:
        await service(workspace).create(REQUEST)
    assert "unknown" in caught.value.title
    assert "before creating it again" in caught.value.next_step
    assert server.count(JOBS) == 1
    assert server.count("GET /fine_tuning/jobs") == 6  # by its mark, and by what it is made of
    [kept] = await workspace.store.jobs.all("fault")
    assert kept.job_id is None
    assert kept.nonce is not None
    assert kept.nonce in caught.value.cause
    assert kept.lost


async def test_a_clear_no_is_a_no(workspace: Workspace, server: FaultServer) -> None:
    body = problem("This organization can no longer train", code="training_not_available")
    server.fault(JOBS, reply(403, body))
    with pytest.raises(Refused) as caught:
        await service(workspace).create(REQUEST)
    assert caught.value.cause == "This organization can no longer train"
    assert caught.value.code == "training_not_available"
    assert "wound down" in caught.value.next_step
    assert caught.value.request_id == "req-1"
    assert [seen.method for seen in server.seen] == ["POST"]


async def test_nothing_is_looked_for_when_nothing_was_sent(
    workspace: Workspace, server: FaultServer
) -> None:
    server.close()
    with pytest.raises(Unreachable):
        await service(workspace).create(REQUEST)


@pytest.mark.parametrize(
    "request_",
    [
        JobRequest("file-1", "base", parameters={"n_epochs": 0}),
        JobRequest("file-1", "base", suffix="two words"),
        JobRequest("file-1", "base", parameters={"beta": 0.1}),
        JobRequest("file-1", "base", method="dpo", parameters={"beta": 3}),
        JobRequest("file-1", "base", seed=-1),
        JobRequest("", "base"),
    ],
)
async def test_nonsense_is_not_sent(
    workspace: Workspace, server: FaultServer, request_: JobRequest
) -> None:
    with pytest.raises(InputError):
        await service(workspace).create(request_)
    assert server.seen == []


async def test_a_read_only_profile_creates_nothing(server: FaultServer, tmp_path_factory) -> None:
    from tests.faults.conftest import write_config
    from tui.services.errors import ReadOnly
    from tui.services.workspace import Workspace

    environ = write_config(tmp_path_factory.mktemp("home"), server.url, "read_only = true")
    workspace = await Workspace.open(environ=environ)
    try:
        with pytest.raises(ReadOnly):
            await workspace.jobs.create(REQUEST)
        with pytest.raises(ReadOnly):
            await workspace.models.delete("ft:base:org::1")
        assert await workspace.jobs.list() == []
    finally:
        await workspace.close()
    assert [seen.method for seen in server.seen] == ["GET"]
