"""Lists and records from servers of bad manners: always an end, always a true word."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import (
    ACT_AND_TRUNCATE,
    DROP,
    HANG,
    FaultServer,
    html,
    problem,
    reply,
    stream,
)
from tui.services.errors import Malformed, NotOffered, Refused, Unanswered, Unreachable
from tui.services.jobs.polling.poll_interval import PollInterval
from tui.services.jobs.polling.tail import follow

if TYPE_CHECKING:
    from tui.services.workspace import Workspace

LIST = "GET /fine_tuning/jobs"


def jobs(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"ftjob-{n}", "status": "running"} for n in numbers]


async def test_passing_failures_of_a_read_are_sat_out(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({})
    server.fault(LIST, DROP, ACT_AND_TRUNCATE)
    assert [job.id for job in await workspace.jobs.list()] == ["ftjob-1"]
    server.fault(LIST, reply(429, problem("slow down"), retry_after="0"))
    assert len(await workspace.jobs.list()) == 1
    assert server.count(LIST) == 5


async def test_a_body_always_cut_short_is_said(workspace: Workspace, server: FaultServer) -> None:
    server.fault(LIST, *[ACT_AND_TRUNCATE] * 3)
    with pytest.raises(Unanswered) as caught:
        await workspace.jobs.list()
    assert "broke" in caught.value.cause


async def test_a_long_retry_after_is_handed_on(workspace: Workspace, server: FaultServer) -> None:
    server.fault(LIST, reply(429, problem("quota", code="insufficient_quota"), retry_after="90"))
    with pytest.raises(Refused) as caught:
        await workspace.jobs.list()
    assert caught.value.retry_after == 90
    assert caught.value.passing
    assert "credit" in caught.value.next_step
    assert server.count(LIST) == 1


async def test_a_time_out_is_waited_for_once(workspace: Workspace, server: FaultServer) -> None:
    server.fault(LIST, HANG)
    with pytest.raises(Unanswered) as caught:
        await workspace.jobs.list()
    assert caught.value.cause == "no answer within 0.6 s"
    assert server.count(LIST) == 1


async def test_a_web_page_is_not_an_answer(workspace: Workspace, server: FaultServer) -> None:
    server.fault(LIST, html())
    with pytest.raises(Malformed) as caught:
        await workspace.jobs.list()
    assert "Welcome" in caught.value.cause
    assert server.url in caught.value.next_step
    server.fault("GET /fine_tuning/jobs/ftjob-1", reply(200, "<html>"))
    with pytest.raises(Malformed):
        await workspace.jobs.retrieve("ftjob-1")


async def test_a_dead_address(workspace: Workspace, server: FaultServer) -> None:
    server.close()
    with pytest.raises(Unreachable) as caught:
        await workspace.files.list()
    assert server.url in caught.value.cause
    assert workspace.provider.status == "failed"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, problem("Incorrect API key"), "Incorrect API key"),
        (422, {"detail": [{"loc": ["body"], "msg": "bad"}]}, "bad"),
        (400, {"error": "plain words"}, "plain words"),
        (400, {"message": "other place"}, "other place"),
        (400, "no JSON at all", "no JSON at all"),
        (400, "", "400"),
    ],
)
async def test_the_server_s_own_words(
    workspace: Workspace, server: FaultServer, status: int, body: Any, words: str
) -> None:
    server.fault(LIST, reply(status, body))
    with pytest.raises(Refused) as caught:
        await workspace.jobs.list()
    assert words in caught.value.cause
    assert caught.value.status == status


async def test_what_is_not_offered(workspace: Workspace, server: FaultServer) -> None:
    server.fault(LIST, reply(404, {"detail": "Not Found"}))
    with pytest.raises(NotOffered):
        await workspace.jobs.list()
    server.fault("POST /fine_tuning/jobs/ftjob-1/pause", reply(405, ""))
    with pytest.raises(NotOffered):
        await workspace.jobs.pause("ftjob-1")
    with pytest.raises(Refused) as caught:  # but one that is missing is only that
        await workspace.jobs.retrieve("ftjob-9")
    assert not isinstance(caught.value, NotOffered)


async def test_a_server_that_repeats_its_page(workspace: Workspace, server: FaultServer) -> None:
    server.lists["/fine_tuning/jobs"] = lambda _: {"data": jobs(2, 1), "has_more": True}
    assert [job.id for job in await workspace.jobs.list()] == ["ftjob-2", "ftjob-1"]
    assert server.count(LIST) == 2


async def test_a_server_without_has_more(workspace: Workspace, server: FaultServer) -> None:
    server.lists["/fine_tuning/jobs"] = lambda query: {
        "data": jobs(4, 3) if "after" not in query else jobs(2) if query["after"][-1] == "3" else []
    }
    assert [job.id for job in await workspace.jobs.list()] == ["ftjob-4", "ftjob-3", "ftjob-2"]


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, [], {"object": "list", "data": [None, 3, "x"]}]
)
async def test_empty_lists_of_all_kinds(
    workspace: Workspace, server: FaultServer, body: Any
) -> None:
    server.lists["/fine_tuning/jobs"] = lambda _: body
    assert await workspace.jobs.list() == []


async def test_a_list_that_is_none(workspace: Workspace, server: FaultServer) -> None:
    server.lists["/fine_tuning/jobs"] = lambda _: {"result": "ok"}
    with pytest.raises(Malformed):
        await workspace.jobs.list()


async def test_events_come_in_order_and_complete(workspace: Workspace, server: FaultServer) -> None:
    from tests.faults.server import page

    events = [{"id": f"e{n}", "message": f"Step {n}", "created_at": n} for n in range(250)]
    server.lists["/fine_tuning/jobs/j/events"] = lambda query: page(events[::-1], query)
    found = await workspace.jobs.events("j")
    assert [event.id for event in found] == [f"e{n}" for n in range(250)]
    assert server.count("GET /fine_tuning/jobs/j/events") == 3
    known = {f"e{n}" for n in range(240)}
    assert [event.id for event in await workspace.jobs.events("j", known)] == [
        f"e{n}" for n in range(240, 250)
    ]
    assert server.count("GET /fine_tuning/jobs/j/events") == 4


async def test_following_sits_out_failures(workspace: Workspace, server: FaultServer) -> None:
    server.new_job({"status": "odd_new_status"})
    one = "GET /fine_tuning/jobs/ftjob-1"
    server.lists["/fine_tuning/jobs/ftjob-1/events"] = lambda _: {"data": [{"message": "hi"}]}
    statuses, events = [], []
    async for update in follow(workspace.jobs, "ftjob-1", interval=PollInterval(0.02, 0.02)):
        statuses.append(update.job.status)
        events += update.new_events
        if len(statuses) == 1:
            assert not update.job.active
            assert not update.job.terminal
            server.fault(one, *[reply(500, problem("oops"))] * 3)  # one look and its repeats
            server.jobs[0]["status"] = "cancelled"
    assert statuses == ["odd_new_status", "cancelled"]
    assert [event.message for event in events] == ["hi"]


async def test_following_asks_as_often_as_the_poller_does(
    workspace: Workspace, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    states = iter(["running", "running", "paused", "running", "succeeded"])
    job = server.new_job({"status": "queued", "created_at": int(time.time())})

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        job["status"] = next(states)

    server.lists["/fine_tuning/jobs/ftjob-1/events"] = lambda _: {"data": []}
    monkeypatch.setattr("tui.services.jobs.polling.tail.asyncio", SimpleNamespace(sleep=sleep))
    seen = []
    async for update in follow(workspace.jobs, "ftjob-1"):
        seen.append(update.job.status)
        if len(seen) == 3:  # while it is paused, the server wants to be left alone
            server.fault(
                "GET /fine_tuning/jobs/ftjob-1", reply(429, problem("slow down"), retry_after="40")
            )
    assert seen == ["queued", "running", "paused", "succeeded"]
    assert slept[:-1] == [0.75, 2.5, 2.5, 15]
    assert slept[-1] >= 40


async def test_a_page_of_ids_that_are_no_ids(workspace: Workspace, server: FaultServer) -> None:
    from tui.services.errors import InputError

    for bad in ("", ".", ".."):
        with pytest.raises(InputError):
            await workspace.models.retrieve(bad)
    server.fault("GET /models/a%2Fb:c", reply(200, {"id": "a/b:c"}))
    assert (await workspace.models.retrieve("a/b:c")).id == "a/b:c"


async def test_an_answer_without_end_is_left(workspace: Workspace, server: FaultServer) -> None:
    server.fault(LIST, stream(b"[", *[b"1," * 2**20] * 33, endless=True))
    with pytest.raises(Malformed) as caught:
        await workspace.jobs.list()
    assert "goes on" in caught.value.cause
    assert await asyncio.to_thread(server.gone.wait, 20)


async def test_an_answer_that_trickles_for_ever(workspace: Workspace, server: FaultServer) -> None:
    server.fault(LIST, stream(b"[1,", endless=True))
    with pytest.raises(Unanswered) as caught:
        await workspace.jobs.list()
    assert "did not come to its end" in caught.value.cause
    assert server.count(LIST) == 1
