"""Every read against every fault: an end, no more requests than needed, and a true word."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import (
    ACT_AND_TRUNCATE,
    DROP,
    HANG,
    Fault,
    FaultServer,
    html,
    problem,
    reply,
)
from tui.services.errors import Malformed, Refused, ServiceError, Unanswered

if TYPE_CHECKING:
    from tui.services.workspace import Workspace

JOB = "/fine_tuning/jobs/ftjob-1"
LISTS = {
    "jobs": "/fine_tuning/jobs",
    "events": f"{JOB}/events",
    "checkpoints": f"{JOB}/checkpoints",
    "files": "/files",
    "models": "/models",
}
PATHS = {**LISTS, "job": JOB}
SLOW_DOWN = problem("slow down", code="rate_limit_exceeded")


def item(number: int = 1) -> dict[str, Any]:
    """Return what can stand in any of the lists."""
    return {
        "id": f"ftjob-{number}", "status": "reticulating", "error": {}, "message": "hi",
        "created_at": number, "step_number": number,
    }  # fmt: skip


async def read(workspace: Workspace, name: str) -> Any:
    jobs = workspace.jobs
    reads = {
        "jobs": jobs.list,
        "events": lambda: jobs.events("ftjob-1"),
        "checkpoints": lambda: jobs.checkpoints("ftjob-1"),
        "files": workspace.files.list,
        "models": workspace.models.list,
        "job": lambda: jobs.retrieve("ftjob-1"),
    }
    return await reads[name]()  # type: ignore[operator]


async def all_read(workspace: Workspace, names: dict[str, str]) -> dict[str, Any]:
    """Read all of them at once, so that what is waited for is waited for once."""
    found = await asyncio.gather(*(read(workspace, n) for n in names), return_exceptions=True)
    return dict(zip(names, found, strict=True))


@pytest.fixture
def well(server: FaultServer) -> FaultServer:
    for path in LISTS.values():
        server.lists[path] = lambda _: {"data": [item()], "has_more": False}
    server.lists[JOB] = lambda _: item()
    return server


@pytest.mark.parametrize(
    "fault",
    [
        DROP,
        reply(500, problem("oops")),
        reply(429, SLOW_DOWN, retry_after="0"),
        ACT_AND_TRUNCATE,
    ],
    ids=["drop", "500", "429 short", "truncated"],
)
async def test_what_passes_is_sat_out(
    workspace: Workspace, well: FaultServer, fault: Fault
) -> None:
    for path in PATHS.values():
        well.fault(f"GET {path}", fault)
    found = await all_read(workspace, PATHS)
    for name, answer in found.items():
        assert not isinstance(answer, BaseException), name
        assert (answer if name == "job" else answer[0]).id == "ftjob-1", name
        assert well.count(f"GET {PATHS[name]}") == 2, name


@pytest.mark.parametrize(
    ("fault", "kind", "words", "requests"),
    [
        (DROP, Unanswered, "", 3),
        (HANG, Unanswered, "no answer within 0.6 s", 1),
        (reply(500, problem("oops")), Refused, "oops", 3),
        (reply(429, SLOW_DOWN, retry_after="90"), Refused, "slow down", 1),
        (ACT_AND_TRUNCATE, Unanswered, "broke", 3),
        (html(), Malformed, "Welcome", 1),
    ],
    ids=["drop", "time-out", "500", "429 long", "truncated", "html"],
)
async def test_what_stays_is_said(
    workspace: Workspace, well: FaultServer, fault: Fault, kind: type, words: str, requests: int
) -> None:
    for path in PATHS.values():
        well.fault(f"GET {path}", *[fault] * 4)
    found = await all_read(workspace, PATHS)
    for name, error in found.items():
        assert isinstance(error, kind), (name, error)
        assert isinstance(error, ServiceError)
        assert words in error.cause, name
        assert well.count(f"GET {PATHS[name]}") == requests, name


@pytest.mark.parametrize("more", [{"has_more": True}, {}], ids=["repeated page", "no has_more"])
async def test_a_page_that_is_sent_again_and_again_ends(
    workspace: Workspace, well: FaultServer, more: dict[str, bool]
) -> None:
    for path in LISTS.values():
        well.lists[path] = lambda _: {"data": [item(2), item()], **more}
    found = await all_read(workspace, LISTS)
    for name, answer in found.items():
        assert not isinstance(answer, BaseException), (name, answer)
        assert sorted(one.id for one in answer) == ["ftjob-1", "ftjob-2"], name
        assert well.count(f"GET {LISTS[name]}") <= 2, name


async def test_unknown_status_and_an_empty_error_are_taken_as_they_are(
    workspace: Workspace, well: FaultServer
) -> None:
    found = await all_read(workspace, {"jobs": "", "job": "", "files": ""})
    job = found["job"]
    assert (job.status, job.error, job.terminal) == ("reticulating", None, False)
    assert (found["jobs"][0].status, found["jobs"][0].error) == ("reticulating", None)
    assert found["files"][0].status == "reticulating"


@pytest.mark.parametrize(
    "fault",
    [
        DROP,
        HANG,
        reply(500, problem("oops")),
        reply(429, SLOW_DOWN, retry_after="0"),
        reply(429, SLOW_DOWN, retry_after="90"),
        html(),
    ],
    ids=["drop", "time-out", "500", "429 short", "429 long", "html"],
)
async def test_a_file_and_a_job_are_sent_once_whatever_comes_back(
    workspace: Workspace,
    server: FaultServer,
    tmp_path_factory: Any,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tui.services.jobs.service import JobRequest, JobService

    monkeypatch.setattr(
        "tui.services.provider.openai_protocol.UPLOAD_ANSWER_S", 0.0
    )  # else as long as HANG lasts
    path = tmp_path_factory.mktemp("data") / "data.jsonl"
    path.write_text("{}\n")
    server.fault("POST /files", fault, fault)
    server.fault("POST /fine_tuning/jobs", fault, fault)
    jobs = JobService(workspace.provider, workspace.store, look_after=(0, 0.02))
    found = await asyncio.gather(
        workspace.files.upload(path),
        jobs.create(JobRequest(training_file="file-1", model="base")),
        return_exceptions=True,
    )
    for error in found:
        assert isinstance(error, ServiceError), error
        assert error.title
        assert error.cause
    assert server.count("POST /files") == 1
    assert server.count("POST /fine_tuning/jobs") == 1
    assert await workspace.store.files.all("fault") == []
