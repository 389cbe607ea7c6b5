"""The poller of jobs: one list a round, details only of what is watched, and never a pile-up."""

from __future__ import annotations

import asyncio
import threading
import time
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

from tests.faults.server import FaultServer, html, page, problem, reply
from tests.until import until
from tui.services.jobs.polling.poller import JobDetail, JobPoller, PollerState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.services.workspace import Workspace

T = TypeVar("T")
LIST = "GET /fine_tuning/jobs"
EVENTS = "/fine_tuning/jobs/ftjob-1/events"


class Listener(Generic[T]):
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[T] = []

    def __call__(self, state: T) -> None:
        self.told.append(state)


def poller(workspace: Workspace) -> JobPoller:
    return JobPoller(workspace.jobs, fast=0.02, slow=0.05, rest=0)


def said(listener: Listener[PollerState], test: Callable[[PollerState], object]) -> bool:
    return any(test(state) for state in listener.told)


async def test_the_list_is_kept_while_somebody_listens(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    server.lists[EVENTS] = lambda query: page([], query)
    live, listener = poller(workspace), Listener[PollerState]()
    assert server.seen == []
    leave = live.subscribe(listener)
    await until(lambda: len(listener.told) >= 3)
    server.new_job({"status": "queued"})
    await until(lambda: said(listener, lambda state: state.jobs[0].status == "queued"))
    generations = [state.generation for state in listener.told]
    assert generations == sorted(set(generations))
    late = Listener[PollerState]()
    live.subscribe(late)
    await until(lambda: late.told)  # told at once what is known
    leave()
    told = len(listener.told)
    await until(lambda: len(late.told) >= 3)
    assert len(listener.told) == told
    await live.close()
    # One list a round; of single jobs only the one that runs is looked at.
    assert {seen.path for seen in server.seen} == {
        "/fine_tuning/jobs",
        "/fine_tuning/jobs/ftjob-1/events",
    }
    assert {seen.query.get("limit") for seen in server.seen if seen.path == EVENTS} == {"100"}


async def test_hardly_anything_is_asked_once_all_jobs_have_ended(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    live, listener = poller(workspace), Listener[PollerState]()
    live.subscribe(listener)
    await until(lambda: len(listener.told) >= 2)
    server.jobs[0]["status"] = "succeeded"
    await until(lambda: listener.told[-1].jobs[0].terminal)
    await until(lambda: live.next_round() > time.monotonic() + 40)
    asked = server.count(LIST)
    server.new_job({"status": "running"})
    live.refresh()
    await until(lambda: len(listener.told[-1].jobs) == 2)
    assert server.count(LIST) == asked + 1
    await live.close()


async def test_once_all_have_ended_only_news_is_told(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "succeeded"})
    live, listener = (
        JobPoller(workspace.jobs, fast=0.02, rest=0, idle=0.02),
        Listener[PollerState](),
    )
    live.subscribe(listener)
    await until(lambda: server.count(LIST) >= 3)
    assert len(listener.told) == 1
    server.new_job({"status": "succeeded"})  # made elsewhere
    await until(lambda: len(listener.told[-1].jobs) == 2)
    asked = server.count(LIST)
    await until(lambda: server.count(LIST) >= asked + 3)
    assert len(listener.told) == 2
    live.refresh()  # who asks is answered
    await until(lambda: len(listener.told) == 3)
    server.fault(LIST, html())
    await until(lambda: said(listener, lambda state: state.failure is not None))
    await until(lambda: listener.told[-1].failure is None)
    live.rest(())  # nobody looks at the terminal
    await until(lambda: live.next_round() == inf)
    await live.close()


async def test_a_refresh_during_a_list_is_not_lost(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "succeeded"})
    live, listener = poller(workspace), Listener[PollerState]()
    old = page(server.jobs, {})

    def meanwhile(_: dict[str, str]) -> object:  # a job is made while the list is on its way
        if server.count(LIST) == 1:
            server.new_job({"status": "queued"})
            loop.call_soon_threadsafe(ask)
            assert asked.wait(60)
            return old
        return page(server.jobs, {})

    def ask() -> None:
        live.refresh()
        asked.set()

    loop, asked = asyncio.get_running_loop(), threading.Event()
    server.lists["/fine_tuning/jobs"] = meanwhile
    live.subscribe(listener)
    await until(lambda: listener.told and len(listener.told[-1].jobs) == 2)
    await live.close()


async def test_a_terminal_nobody_looks_at_asks_for_nothing_but_the_jobs_waited_for(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    live, listener = poller(workspace), Listener[PollerState]()
    live.subscribe(listener)
    await until(lambda: len(listener.told) >= 2)
    live.rest(())
    await until(lambda: live.next_round() == inf)
    asked = len(server.seen)
    server.jobs[0]["status"] = "queued"
    live.watch("ftjob-1", Listener[JobDetail]())  # a cursor that moves changes nothing of it
    await until(lambda: not live.due_now)
    assert len(server.seen) == asked
    live.resume()
    await until(lambda: listener.told[-1].jobs[0].status == "queued")
    live.rest({"ftjob-1"})
    assert live.next_round() < inf
    await live.close()


async def test_a_server_that_asks_for_patience_gets_it(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    live, listener = poller(workspace), Listener[PollerState]()
    live.subscribe(listener)
    await until(lambda: listener.told)
    server.fault(LIST, reply(429, problem("slow down"), retry_after="90"))
    await until(lambda: listener.told[-1].failure)
    asked = len(server.seen)
    leave = live.watch("ftjob-1", Listener[JobDetail]())
    await until(lambda: not live.due_now)
    leave()
    assert len(server.seen) == asked
    assert live.next_round() - time.monotonic() > 80
    live.refresh()  # somebody has decided otherwise
    await until(lambda: listener.told[-1].failure is None)
    await live.close()


async def test_a_failing_detail_is_asked_for_ever_more_seldom(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    server.always[f"GET {EVENTS}"] = reply(403, problem("not for you"))
    live, listener = poller(workspace), Listener[JobDetail]()
    live.subscribe(Listener[PollerState]())
    live.watch("ftjob-1", listener)
    rounds = server.count(LIST)
    await until(lambda: server.count(LIST) > rounds + 20)
    assert server.count(f"GET {EVENTS}") <= 7  # 0.04 s, 0.08 s, 0.16 s, …
    assert listener.told[-1].failure is not None
    await live.close()


async def test_a_job_that_is_gone_was_seen_when_it_was_listed_last(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "succeeded"})
    began = int(time.time())
    live, listener = poller(workspace), Listener[PollerState]()
    live.subscribe(listener)
    await until(lambda: said(listener, lambda state: state.jobs))
    server.jobs.clear()
    live.refresh()
    await until(lambda: listener.told[-1].forgotten)
    assert began <= listener.told[-1].forgotten["ftjob-1"] <= time.time()
    await live.close()


async def test_what_was_seen_stays_readable_offline_and_after_it_is_forgotten(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running", "model": "base", "created_at": 1_700_000_010})
    server.new_job({"status": "succeeded", "model": "base", "created_at": 1_700_000_020})
    told = [{"id": "e1", "message": "Step 1/9: training loss=0.5", "data": {}}]
    points = [{"id": "c1", "step_number": 1}]
    for n in (1, 2):
        path = f"/fine_tuning/jobs/ftjob-{n}"
        server.lists[f"{path}/events"] = lambda query: page(told, query)
        server.lists[f"{path}/checkpoints"] = lambda query: page(points, query)
    first, listener, detail = poller(workspace), Listener[PollerState](), Listener[JobDetail]()
    first.subscribe(listener)
    first.watch("ftjob-2", detail)
    await until(lambda: detail.told and detail.told[-1].checkpoints)
    await until(lambda: listener.told[-1].progress.get("ftjob-1"))
    await first.close()
    await workspace.jobs.cache.flush()

    server.fault(LIST, *[reply(503, problem("down"))] * 3)  # offline
    later, again, kept = poller(workspace), Listener[PollerState](), Listener[JobDetail]()
    later.subscribe(again)
    await until(lambda: again.told)
    assert again.told[0].failure is None
    assert [job.id for job in again.told[0].jobs] == ["ftjob-2", "ftjob-1"]
    assert again.told[0].progress["ftjob-1"].words == "1/9"
    asked = server.count("GET /fine_tuning/jobs/ftjob-2/events")
    later.watch("ftjob-2", kept)
    await until(lambda: kept.told)
    assert [point.id for point in kept.told[0].checkpoints] == ["c1"]
    await until(lambda: said(again, lambda state: state.failure))
    assert [job.id for job in again.told[-1].jobs] == ["ftjob-2", "ftjob-1"]
    await until(lambda: again.told[-1].failure is None)
    # It has ended and all of it is known: there is nothing to ask for.
    assert server.count("GET /fine_tuning/jobs/ftjob-2/events") == asked

    server.jobs.pop()  # the provider forgets the job that ran
    later.refresh()
    await until(lambda: again.told[-1].forgotten)
    state = again.told[-1]
    assert [job.id for job in state.jobs] == ["ftjob-2", "ftjob-1"]
    assert state.forgotten["ftjob-1"] > 10
    gone = Listener[JobDetail]()
    later.watch("ftjob-1", gone)
    await until(lambda: gone.told)
    assert [event.id for event in gone.told[-1].events] == ["e1"]
    assert gone.told[-1].failure is None
    await later.close()


async def test_nothing_is_asked_once_nobody_listens(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    live, listener = poller(workspace), Listener[PollerState]()
    leave = live.subscribe(listener)
    await until(lambda: listener.told)
    leave()
    await live.close()
    asked = server.count(LIST)
    await workspace.jobs.retrieve("ftjob-1")
    assert server.count(LIST) == asked


async def test_failures_are_told_and_passed_over(workspace: Workspace, server: FaultServer) -> None:
    server.new_job({"status": "running"})
    live, listener = poller(workspace), Listener[PollerState]()
    live.subscribe(listener)
    await until(lambda: listener.told)
    server.fault(LIST, html(), reply(401, problem("wrong key")))
    await until(lambda: said(listener, lambda s: s.failure and "wrong key" in s.failure.cause))
    failed = next(state for state in listener.told if state.failure)
    assert [job.id for job in failed.jobs] == ["ftjob-1"]  # what was known stays
    assert failed.fetched_at == listener.told[0].fetched_at
    await until(lambda: listener.told[-1].failure is None)
    await live.close()


async def test_old_running_jobs_are_not_lost_behind_the_first_page(
    workspace: Workspace, server: FaultServer
) -> None:
    for n in range(230):
        server.new_job({"status": {0: "running", 229: "queued"}.get(n, "succeeded")})
    live, listener = poller(workspace), Listener[PollerState]()
    live.subscribe(listener)
    await until(lambda: len(listener.told) >= 2)
    assert all(len(state.jobs) == 230 for state in listener.told)
    server.jobs[-1]["status"] = "failed"
    await until(lambda: listener.told[-1].jobs[-1].status == "failed")
    assert all(len(state.jobs) == 230 for state in listener.told)
    asked = server.count("GET /fine_tuning/jobs/ftjob-1")
    rounds = len(listener.told)
    await until(lambda: len(listener.told) > rounds + 1)
    assert server.count("GET /fine_tuning/jobs/ftjob-1") == asked  # it has ended
    await live.close()


async def test_a_watched_job_is_followed_to_its_end(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    server.new_job({"status": "running"})
    events = [{"id": "e0", "message": "started"}]
    points = [{"id": "c1", "step_number": 1}]
    server.lists["/fine_tuning/jobs/ftjob-1/events"] = lambda query: page(events[::-1], query)
    server.lists["/fine_tuning/jobs/ftjob-1/checkpoints"] = lambda query: page(points, query)
    live, listener = poller(workspace), Listener[JobDetail]()
    live.watch("ftjob-1", listener)
    await until(lambda: listener.told)
    for step in (1, 2):
        data = {"step": step, "train_loss": 1 / step}
        events.append({"id": f"e{step}", "message": f"Step {step}", "data": data})
    late = {"step": 1, "full_valid_loss": 0.5}
    events.append({"id": "e3", "message": "Step 1", "data": late})
    await until(lambda: len(listener.told[-1].metrics) == 2)
    server.jobs[-1]["status"] = "succeeded"
    points.append({"id": "c2", "step_number": 2})
    events.append({"id": "e4", "message": "done"})
    await until(lambda: listener.told[-1].job is not None and listener.told[-1].job.terminal)
    detail = listener.told[-1]
    assert [event.id for event in detail.events] == ["e0", "e1", "e2", "e3", "e4"]
    assert [(m.step, m.train_loss, m.full_valid_loss) for m in detail.metrics] == [
        (1, 1.0, 0.5),
        (2, 0.5, None),
    ]
    assert [point.id for point in detail.checkpoints] == ["c1", "c2"]
    asked = server.count("GET /fine_tuning/jobs/ftjob-1/events")
    rounds = server.count(LIST)
    await until(lambda: server.count(LIST) > rounds + 2)
    assert server.count("GET /fine_tuning/jobs/ftjob-1/events") == asked  # it has ended
    assert server.count("GET /fine_tuning/jobs/ftjob-2/events") == 0  # nobody watches it
    live.refresh()
    await until(lambda: server.count("GET /fine_tuning/jobs/ftjob-1/events") > asked)
    await live.close()


async def test_the_last_steps_of_a_job_nobody_has_selected_are_fetched(
    workspace: Workspace, server: FaultServer
) -> None:
    """Its row would say how far it was when it was looked at last, for ever."""
    path = "/fine_tuning/jobs/ftjob-1/events"
    server.new_job({"status": "running"})
    events = [{"id": "e1", "message": "Step 318/352: training loss=0.5", "data": {}}]
    server.lists[path] = lambda query: page(events[::-1], query)
    live, listener = poller(workspace), Listener[PollerState]()
    live.subscribe(listener)
    await until(lambda: said(listener, lambda state: state.progress.get("ftjob-1")))
    assert listener.told[-1].progress["ftjob-1"].words == "318/352"
    live.rest({"ftjob-1"})  # nothing is asked meanwhile
    events.append({"id": "e2", "message": "Step 352/352: training loss=0.1", "data": {}})
    server.jobs[0]["status"] = "succeeded"
    server.fault(f"GET {path}", *[reply(503, problem("busy"))] * 3)  # one look and its repeats
    live.resume()
    await until(lambda: listener.told[-1].progress["ftjob-1"].words == "352/352")
    assert listener.told[-1].jobs[0].terminal
    await until(lambda: not live.watches)
    await live.close()

    # Another session saw it end before its last steps were known.
    await workspace.jobs.cache.flush()
    server.new_job({"status": "succeeded"})
    await workspace.jobs.list()
    late = "/fine_tuning/jobs/ftjob-2/events"
    first = [{"id": "x1", "message": "Step 1/9: training loss=0.5", "data": {}}]
    server.lists[late] = lambda query: page(first[::-1], query)
    await workspace.jobs.events("ftjob-2")
    first.append({"id": "x2", "message": "Step 9/9: training loss=0.1", "data": {}})
    asked = server.count(f"GET {path}")
    later, again = poller(workspace), Listener[PollerState]()
    later.subscribe(again)
    await until(lambda: said(again, lambda s: s.progress["ftjob-2"].words == "9/9"))
    assert server.count(f"GET {path}") == asked  # all of that one is known
    await later.close()


async def test_a_job_whose_events_cannot_be_had_is_given_up_at_its_end(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    live, listener = poller(workspace), Listener[PollerState]()
    live.subscribe(listener)
    await until(lambda: live.watches)
    server.jobs[0]["status"] = "failed"
    await until(lambda: listener.told and listener.told[-1].jobs[0].terminal)
    await until(lambda: not live.watches)
    await live.close()


async def test_a_watched_job_keeps_what_it_showed(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    path = "/fine_tuning/jobs/ftjob-1/events"
    server.lists[path] = lambda _: {"data": [{"id": "e0", "message": "hi"}], "has_more": False}
    server.fault("GET /fine_tuning/jobs/ftjob-1/checkpoints", reply(405, ""))
    live, listener = poller(workspace), Listener[JobDetail]()
    live.watch("ftjob-1", listener)
    await until(lambda: listener.told)
    server.fault(f"GET {path}", html())
    await until(lambda: listener.told[-1].failure is not None)
    assert [event.id for event in listener.told[-1].events] == ["e0"]
    await until(lambda: listener.told[-1].failure is None)
    assert server.count("GET /fine_tuning/jobs/ftjob-1/checkpoints") == 1  # not offered
    await live.close()


async def test_a_listener_that_fails_stops_nobody_else(
    workspace: Workspace, server: FaultServer
) -> None:
    complaints: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["exception"]))
    server.new_job({"status": "running"})
    live, listener = poller(workspace), Listener[PollerState]()

    def broken(_: PollerState) -> None:
        raise ValueError("broken")

    live.subscribe(broken)
    live.subscribe(listener)
    await until(lambda: len(listener.told) >= 2)
    await live.close()
    assert complaints
