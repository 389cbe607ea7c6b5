"""The live board: one list a round, details only of what is watched, and never a pile-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from tests.faults.server import FaultServer, html, page, problem, reply
from tests.until import until
from tui.services.board import BoardState, JobBoard, JobDetail

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.services.workspace import Workspace

T = TypeVar("T")
LIST = "GET /fine_tuning/jobs"


class Listener(Generic[T]):
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[T] = []

    def __call__(self, state: T) -> None:
        self.told.append(state)


def board(workspace: Workspace) -> JobBoard:
    return JobBoard(workspace.jobs, fast=0.02, slow=0.05)


def said(listener: Listener[BoardState], test: Callable[[BoardState], object]) -> bool:
    return any(test(state) for state in listener.told)


async def test_the_list_is_kept_while_somebody_listens(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    live, listener = board(workspace), Listener[BoardState]()
    assert server.seen == []
    leave = live.subscribe(listener)
    await until(lambda: len(listener.told) >= 3)
    server.jobs[0]["status"] = "succeeded"
    await until(lambda: said(listener, lambda state: state.jobs[0].status == "succeeded"))
    generations = [state.generation for state in listener.told]
    assert generations == sorted(set(generations))
    late = Listener[BoardState]()
    live.subscribe(late)
    await until(lambda: late.told)  # told at once what is known
    leave()
    told = len(listener.told)
    await until(lambda: len(late.told) >= 3)
    assert len(listener.told) == told
    await live.close()
    assert {seen.path for seen in server.seen} == {"/fine_tuning/jobs"}


async def test_nothing_is_asked_once_nobody_listens(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    live, listener = board(workspace), Listener[BoardState]()
    leave = live.subscribe(listener)
    await until(lambda: listener.told)
    leave()
    await live.close()
    asked = len(server.seen)
    await workspace.jobs.retrieve("ftjob-1")
    assert len(server.seen) == asked + 1


async def test_failures_are_told_and_passed_over(workspace: Workspace, server: FaultServer) -> None:
    server.new_job({"status": "running"})
    live, listener = board(workspace), Listener[BoardState]()
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
        server.new_job({"status": "running" if n == 0 else "succeeded"})
    live, listener = board(workspace), Listener[BoardState]()
    live.subscribe(listener)
    await until(lambda: len(listener.told) >= 2)
    assert all(len(state.jobs) == 230 for state in listener.told)
    server.jobs[-1]["status"] = "failed"
    await until(lambda: listener.told[-1].jobs[-1].status == "failed")
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
    live, listener = board(workspace), Listener[JobDetail]()
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


async def test_a_watched_job_keeps_what_it_showed(
    workspace: Workspace, server: FaultServer
) -> None:
    server.new_job({"status": "running"})
    path = "/fine_tuning/jobs/ftjob-1/events"
    server.lists[path] = lambda _: {"data": [{"id": "e0", "message": "hi"}], "has_more": False}
    server.fault("GET /fine_tuning/jobs/ftjob-1/checkpoints", reply(405, ""))
    live, listener = board(workspace), Listener[JobDetail]()
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
    import asyncio

    complaints: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["exception"]))
    server.new_job({"status": "running"})
    live, listener = board(workspace), Listener[BoardState]()

    def broken(_: BoardState) -> None:
        raise ValueError("broken")

    live.subscribe(broken)
    live.subscribe(listener)
    await until(lambda: len(listener.told) >= 2)
    await live.close()
    assert complaints
