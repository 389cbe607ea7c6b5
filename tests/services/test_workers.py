"""The pool of worker processes: what they are given, and what happens when they die."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.forks import in_forks
from tests.served import served
from tests.until import until
from tests.worker_tasks import die, echo, fail, look, wait
from tui.services import workers
from tui.services.workers import Pool, TaskError, WorkerDied, WorkerError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _as_a_user_starts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "start_worker", in_forks.worker_as_users_do)


pool = served(partial(Pool, 2))


def test_nothing_secret_and_no_terminal_is_given(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789")
    monkeypatch.setenv("MY_SERVICE_TOKEN", "abc")
    monkeypatch.setenv("MY_COLOUR", "green")
    told, _ = pool.ask(look, {}, b"")
    assert told["environment"]["MY_COLOUR"] == "green"
    assert not {"OPENAI_API_KEY", "MY_SERVICE_TOKEN"} & told["environment"].keys()
    assert told["errors"] == told["output"] == os.devnull
    assert told["group"] == told["pid"]  # the terminal's signals are for the screen
    assert told["session"] == os.getsid(0)


def test_priority_is_lowered_for_those_that_run_and_those_to_come(pool: Pool) -> None:
    usual = pool.ask(look, {}, b"")[0]["niceness"]
    pool.lower_priority()
    assert pool.ask(look, {}, b"")[0]["niceness"] == max(usual, 10)
    with pytest.raises(WorkerDied):
        pool.ask(die, {}, b"")
    assert pool.ask(look, {}, b"")[0]["niceness"] == max(usual, 10)


def test_many_threads_are_answered_by_few_processes(pool: Pool) -> None:
    with ThreadPoolExecutor(8) as threads:
        bodies = [b"%d" % n * 100_000 for n in range(40)]
        found = [*threads.map(lambda body: pool.ask(echo, {"n": len(body)}, lambda: body), bodies)]
    assert [data for _, data in found] == bodies
    assert [head["n"] for head, _ in found] == [*map(len, bodies)]
    assert {head["pid"] for head, _ in found} <= {*pool.processes}
    assert len(pool.processes) <= 2


def test_the_process_used_last_is_used_next(pool: Pool) -> None:
    first = pool.ask(echo, {}, b"")[0]["pid"]
    assert {pool.ask(echo, {}, b"")[0]["pid"] for _ in range(5)} == {first}


def test_what_a_task_raises_is_told_and_the_process_goes_on(pool: Pool) -> None:
    with pytest.raises(TaskError, match="not there") as caught:
        pool.ask(fail, {}, b"")
    assert caught.value.kind == "LookupError"
    before = pool.processes
    assert pool.ask(echo, {}, b"yes")[1] == b"yes"
    assert pool.processes == before


def test_what_cannot_be_read_costs_no_process(pool: Pool) -> None:
    def read() -> bytes:
        raise OSError("cut short")

    with pytest.raises(OSError, match="cut short"):
        pool.ask(echo, {}, read)
    assert pool.processes == ()


def test_a_process_that_dies_is_replaced_and_told_of(pool: Pool) -> None:
    deaths: list[int] = []
    pool.on_death = lambda: deaths.append(1)
    with pytest.raises(WorkerDied):
        pool.ask(die, {}, b"")
    assert pool.ask(echo, {}, b"on")[1] == b"on"
    assert len(deaths) == 1
    (pid,) = pool.processes
    os.kill(pid, signal.SIGKILL)  # while nothing is asked of it
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert pool.ask(echo, {}, b"and on")[1] == b"and on"
    assert len(deaths) == 2


async def test_closing_ends_what_is_under_way_and_what_waits(pool: Pool, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    one = Pool(1)
    busy = asyncio.create_task(one.run(wait, {"pipe": str(pipe)}, b""))
    assert await asyncio.to_thread(pipe.read_text) == "begun"
    thread = asyncio.create_task(asyncio.to_thread(one.ask, echo, {}, b""))
    await until(lambda: bool(one._waiting))
    deaths: list[int] = []
    one.on_death = lambda: deaths.append(1)
    await asyncio.to_thread(one.close)
    with pytest.raises(WorkerDied):
        await busy
    with pytest.raises(WorkerError, match="ending"):
        await thread
    with pytest.raises(WorkerError):
        await one.run(echo, {}, b"")
    assert not deaths  # it was us


def test_without_processes_it_says_so(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(WorkerError, match="does not start"):
        pool.ask(echo, {}, b"")


_PROGRAM = """
import sys
from tests.worker_tasks import echo
from tui.services import workers
from tui.services.workers import Pool
pool = Pool()
print(pool.ask(echo, {}, b"")[0]["pid"], flush=True)
sys.stdin.read()
"""


def test_they_end_with_a_program_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        worker = os.pidfd_open(int(program.stdout.readline()))
        program.kill()
    assert select.select([worker], [], [], 60)[0]  # readable once the process has ended
    os.close(worker)
