"""A server that asks to wait is quoted with the time of day, wherever its refusal is shown."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import FaultServer, problem, reply
from tests.faults.shapes import CHAT, JOBS, MODELS
from tui.core.text.moments import until_words
from tui.services.chat.service import ChatRequest
from tui.services.errors import Refused, ServiceError
from tui.services.jobs.polling.poll_interval import PollInterval
from tui.services.jobs.polling.tail import follow

if TYPE_CHECKING:
    from tui.services.workspace import Workspace

BUSY = problem("the engine is overloaded")
REQUEST = ChatRequest("m", ({"role": "user", "content": "hi"},))


def around(seconds: float) -> set[str]:
    """Return how a wait of this long, asked for within the last minute, can be told."""
    now = time.time()
    return {until_words(now + seconds + late, now) for late in range(-60, 3)}


@pytest.mark.parametrize("status", [429, 503, 529])
@pytest.mark.parametrize(
    "header",
    [
        {"retry-after": "600"},
        {"retry-after": " 600.0 "},
        {"retry-after-ms": "600000"},
        {"retry-after-ms": "600000", "retry-after": "1"},
        {"retry-after": "date"},
        {"retry-after": "date without a zone"},
    ],
)
async def test_until_when_to_wait(
    workspace: Workspace, server: FaultServer, status: int, header: dict[str, str]
) -> None:
    date = formatdate(time.time() + 600)  # ends with -0000
    said = {"date": date.replace("-0000", "GMT"), "date without a zone": date}
    named = {name: said.get(value, value) for name, value in header.items()}
    server.always[CHAT] = reply(status, BUSY, **{n.replace("-", "_"): v for n, v in named.items()})
    with pytest.raises(Refused) as caught:
        await workspace.chat.complete(REQUEST)
    error = caught.value
    assert error.cause == "the engine is overloaded"
    assert error.passing
    until = error.next_step.removeprefix("The server asks to wait until ").split(";")[0]
    assert until in around(600)
    assert error.brief == f"{error.cause} (wait until {until})"
    assert error.to_json()["next_step"] == error.next_step


@pytest.mark.parametrize(
    "value", ["soon", "", "-5", "0", "nan", "inf", "1e300", "Fri, 28 Nov 1999 08:00:00 GMT"]
)
async def test_a_wait_nobody_can_tell_is_left_out(
    workspace: Workspace, server: FaultServer, value: str
) -> None:
    server.always[CHAT] = reply(429, BUSY, retry_after=value)
    with pytest.raises(Refused) as caught:
        await workspace.chat.complete(REQUEST)
    assert caught.value.next_step == "Wait a little, then try again."
    assert caught.value.brief == "the engine is overloaded"


async def test_following_a_job_tells_of_a_long_wait(
    workspace: Workspace, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.services.provider.provider.READ_AGAIN_S", ())
    server.new_job({"status": "succeeded"})
    server.lists["/fine_tuning/jobs/ftjob-1/events"] = lambda _: {"data": []}
    server.fault("GET /fine_tuning/jobs/ftjob-1", reply(429, BUSY, retry_after="0.2"))
    waits: list[ServiceError] = []
    tail = follow(workspace.jobs, "ftjob-1", waits.append, PollInterval(fast=0.01))
    statuses = [update.job.status async for update in tail]
    assert statuses == ["succeeded"]
    [wait] = waits
    assert wait.wait_words in around(0.2)


async def test_lists_that_are_refused_for_now_say_until_when(
    workspace: Workspace, server: FaultServer
) -> None:
    for what in (JOBS, MODELS, "GET /files"):
        server.always[what] = reply(503, BUSY, retry_after="600")
    seen = await workspace.models.look()
    asked: list[Any] = [workspace.files.list(), workspace.jobs.retrieve("ftjob-1")]
    server.always["GET /fine_tuning/jobs/ftjob-1"] = server.always[JOBS]
    errors = [seen.problem, seen.jobs_problem]
    for one in asked:
        with pytest.raises(Refused) as caught:
            await one
        errors.append(caught.value)
    for error in errors:
        assert error is not None
        assert error.wait_words in around(600)
        assert error.wait_words in error.next_step
