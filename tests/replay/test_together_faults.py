"""Each read of Together against each fault: an end, no more requests than needed, a true word.

The table is that of tests/faults/test_table.py, for paths and shapes that are not OpenAI's.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import ACT_AND_TRUNCATE, DROP, HANG, Fault, html, problem, reply
from tests.replay.circle import profile
from tests.replay.together import PROJECT, TogetherReplay
from tui.core.jobs.mark import NONCE
from tui.services.errors import Malformed, NotOffered, Refused, ServiceError, Unanswered
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

SLOW_DOWN = problem("slow down", code="rate_limit_exceeded")


@pytest.fixture
def far() -> Iterator[TogetherReplay]:
    one = TogetherReplay()
    one.of_another({"model": "base", "training_file": "f", "metadata": {NONCE: "a" * 24}}, 1)
    one.jobs[0] |= {"id": "ft-1", "status": "completed", "model_output_name": "acme/m"}
    one.deploy("acme/m")
    yield one
    one.close()


@pytest.fixture
async def workspace(far: TogetherReplay, tmp_path: Path) -> AsyncIterator[Workspace]:
    home = profile(far, tmp_path, more="timeout = 0.6")
    one = await Workspace.open(environ={"FINETUI_HOME": str(home.path)})
    await one.jobs.list()  # connected, so that a time-out is of the request alone
    far.seen.clear()
    yield one
    await one.close()


# What is read, and the request of it that goes wrong.
READS = {
    "jobs": ("/fine-tunes", lambda w: w.api.jobs.list()),
    "job": ("/fine-tunes/ft-1", lambda w: w.api.jobs.retrieve("ft-1")),
    "events": ("/fine-tunes/ft-1/events", lambda w: w.api.jobs.events("ft-1")),
    "metrics": ("/fine-tunes/ft-1/metrics", lambda w: w.api.jobs.events("ft-1")),
    "checkpoints": ("/fine-tunes/ft-1/checkpoints", lambda w: w.api.jobs.checkpoints("ft-1")),
    "files": ("/files", lambda w: w.api.files.list()),
    "models": ("/models", lambda w: w.api.models.list()),
    "endpoints": (f"/v2/projects/{PROJECT}/endpoints", lambda w: w.api.deployments.list()),
}


async def read_all(workspace: Workspace) -> dict[str, Any]:
    """Read all of them at once, so that what is waited for is waited for once."""
    reads = (read(workspace) for _, read in READS.values())
    found = await asyncio.gather(*reads, return_exceptions=True)
    return dict(zip(READS, found, strict=True))


@pytest.mark.parametrize(
    "fault",
    [DROP, reply(500, problem("oops")), reply(429, SLOW_DOWN, retry_after="0"), ACT_AND_TRUNCATE],
    ids=["drop", "500", "429 short", "truncated"],
)
async def test_what_passes_is_sat_out(
    workspace: Workspace, far: TogetherReplay, fault: Fault
) -> None:
    for path, _ in READS.values():
        far.fault(f"GET {path}", fault)
    found = await read_all(workspace)
    for name, answer in found.items():
        assert not isinstance(answer, BaseException), (name, answer)
    assert [one.chat_name for one in found["endpoints"]] == ["acme/pirates"]
    assert found["models"][0].id == "acme/m"


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (DROP, Unanswered, ""),
        (HANG, Unanswered, "no answer within 0.6 s"),
        (reply(500, problem("oops")), Refused, "oops"),
        (reply(429, SLOW_DOWN, retry_after="90"), Refused, "slow down"),
        (ACT_AND_TRUNCATE, Unanswered, "broke"),
        (html(), Malformed, "Welcome"),
        (reply(200, {"error": {"message": "no credits"}}), ServiceError, "no credits"),
        (reply(200, "7"), Malformed, ""),
    ],
    ids=["drop", "time-out", "500", "429 long", "truncated", "html", "error with 200", "a number"],
)
async def test_what_stays_is_said(
    workspace: Workspace, far: TogetherReplay, fault: Fault, kind: type, words: str
) -> None:
    for path, _ in READS.values():
        far.always[f"GET {path}"] = fault
    for name, error in (await read_all(workspace)).items():
        assert isinstance(error, kind), (name, error)
        assert isinstance(error, ServiceError)
        assert words in error.cause, (name, error.cause)
        assert error.next_step, name
    sent = [f"{one.method} {one.path}" for one in far.seen]
    assert max(sent.count(one) for one in sent) <= 3 * 4  # three of them read the list of jobs too


async def test_lists_that_are_not_there_are_not_offered_and_the_rest_goes_on(
    workspace: Workspace, far: TogetherReplay
) -> None:
    for path, _ in READS.values():
        far.always[f"GET {path}"] = html(404)
    found = await read_all(workspace)
    assert isinstance(found["jobs"], NotOffered)
    assert isinstance(found["files"], NotOffered)
    assert isinstance(found["models"], ServiceError)  # nor does it know what jobs made
    far.always.pop("GET /fine-tunes")
    assert [one.id for one in await workspace.api.models.list()] == ["acme/m"]
    far.always.pop("GET /fine-tunes/ft-1/events")  # a job that has measured nothing has events
    assert await workspace.api.jobs.events("ft-1") == []
    assert (await workspace.models.look()).tuned[0].needs


@pytest.mark.parametrize(
    "fault",
    [DROP, HANG, html(), reply(500, problem("oops")), reply(429, SLOW_DOWN, retry_after="0")],
    ids=["drop", "time-out", "html", "500", "429"],
)
async def test_what_changes_something_is_asked_once(
    workspace: Workspace, far: TogetherReplay, fault: Fault
) -> None:
    asked = {
        "POST /fine-tunes/ft-1/cancel": workspace.jobs.cancel("ft-1"),
        "DELETE /fine-tunes/ft-1": workspace.models.delete("acme/m"),
        "DELETE /files/file-1": workspace.files.delete("file-1"),
    }
    for what in asked:
        far.fault(what, fault, fault)
    for error in await asyncio.gather(*asked.values(), return_exceptions=True):
        assert isinstance(error, ServiceError), error
        assert error.cause
        assert error.next_step
    assert [far.count(what) for what in asked] == [1, 1, 1]
    assert [job["id"] for job in far.jobs] == ["ft-1"]


async def test_a_cursor_that_never_ends_is_not_followed_for_ever(
    workspace: Workspace, far: TogetherReplay
) -> None:
    rows = [{"id": "ep-1", "name": "acme/one", "deployments": []}]
    for what in ("endpoints", "models"):
        again = reply(200, {"data": rows, "next_cursor": "again"})
        far.always[f"GET /v2/projects/{PROJECT}/{what}"] = again
    assert await workspace.api.deployments.list() == []
    assert len(far.seen) <= 4
