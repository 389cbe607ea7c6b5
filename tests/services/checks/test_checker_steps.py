"""Edits at any moment of a check: what it answers fits the rows it was asked about, for good.

The moments are taken one by one instead of by chance: a check stops wherever it waits or reads
rows, and goes on when the edits meant for that moment are done.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.checks.reference import check_source
from tui.core.checks import FileFacts
from tui.core.checks.whole_file.reinforcement import GRADED, REINFORCEMENT
from tui.services.checks import checker as checking
from tui.services.checks import file_check, problems
from tui.services.checks.checker import Checker
from tui.services.datasets import Change, Document
from tui.services.errors import InputError
from tui.services.workers import Pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tui.services.checks.problems import Problems
    from tui.services.datasets.content import Snapshot


def chat(text: str, **more: object) -> bytes:
    turns = [{"role": "user", "content": text}, {"role": "assistant", "content": "yes"}]
    return json.dumps({"messages": turns, **more}).encode()


# Each is found another fault with, so that nearly every new row brings a new signature.
ROWS = [
    chat("plain"),
    chat("plain "),
    chat("more", extra=1),
    b"",
    b"{",
    b"[]",
    b'{"messages": []}',
    b'{"messages": [{"role": "robot", "content": 3}]}',
    b'{"messages": [{"role": "user", "content": "no answer"}], "answer": 1}',
    chat("mail me at ann@example.com, key sk-abcdefghijklmnopqrstuvwx1234567890"),
    b'{"prompt": "a", "completion": "b"}',
]
EDITS = ("insert", "delete", "change", "undo", "redo", "paste", "bulk", "drop")


class Stepper:
    """Runs what is meant for a moment on the event loop, while the check waits there."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._home = loop, threading.get_ident()
        self.moments = 0
        self.then: Callable[[int, bool], Any] | None = None  # told the moment, and if rows are held

    def here(self, *, held: bool) -> None:
        """Wait in a thread of a check until all is done; `held` when no other could pass."""
        if self.then is not None and threading.get_ident() != self._home:
            asyncio.run_coroutine_threadsafe(self.awaited(held=held), self._loop).result(20)

    async def awaited(self, *, held: bool) -> None:
        self.moments += 1
        if self.then is not None:
            await self.then(self.moments, held)


class _Lasting(ThreadPoolExecutor):
    """Threads that outlive the loop of a test: starting them again for each takes longer."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Keep them."""


_THREADS = _Lasting(64)
_POOL = Pool()  # starts nothing for so few rows


@asynccontextmanager
async def stepping(patch: pytest.MonkeyPatch) -> AsyncIterator[Stepper]:
    """Let every check stop where it waits for a thread, and in it wherever rows are read."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(_THREADS)  # each check that stands still holds one
    stepper = Stepper(loop)

    def stopping(module: Any, name: str, *, held: bool) -> None:
        function = getattr(module, name)

        def stopped(*given: Any) -> Any:
            stepper.here(held=held)
            done = function(*given)
            stepper.here(held=held)
            return done

        patch.setattr(module, name, stopped)

    class Slow:
        """asyncio for one module under test, with threads that wait to be let go."""

        def __init__(self, *, held: bool) -> None:
            self._held = held

        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def to_thread(self, function: Any, *given: Any) -> Any:
            await stepper.awaited(held=self._held)
            done = await asyncio.to_thread(function, *given)
            await stepper.awaited(held=self._held)
            return done

    patch.setattr(checking, "asyncio", Slow(held=False))
    patch.setattr(file_check, "asyncio", Slow(held=True))  # all checks wait for the file's
    stopping(file_check, "check_batch", held=True)
    stopping(checking, "sample_stats_of", held=False)
    stopping(checking, "check_row", held=True)
    stopping(checking, "is_range", held=True)
    stopping(problems, "findings_of_file", held=False)
    stopping(problems, "running_sums", held=False)
    yield stepper
    stepper.then = None


async def edit(document: Document, kind: str, at: int, row: bytes) -> None:
    """Do one edit of a kind somewhere in the rows there are."""
    count = len(document)
    at %= count + 1
    if kind == "insert":
        await document.insert(at, [row], "insert")
    elif kind == "paste":
        await document.insert(at, [row, b"{", row], "paste")
    elif kind == "delete":
        await document.delete(at, min(2, count - at), "delete")
    elif kind == "change" and at < count:
        await document.change("change", [Change(at, 1, (row,))])
    elif kind == "bulk":
        new = [row if n % 2 else n for n in range(count)]
        await document.rewrite("bulk", [*reversed(new)], document.version)
    elif kind == "undo":
        await document.undo()
    elif kind == "redo":
        await document.redo()
    elif kind == "drop":
        await document.drop_changes()


def fits(found: Problems, rows: Snapshot, document: Document) -> None:
    """Hold the problems against those of the same rows, checked plainly."""
    facts = FileFacts(document.path.name, document.size, document.head, document.ends_with_newline)
    expected = check_source(rows, facts)
    if any(one.rule == REINFORCEMENT for one in expected):
        as_it_should_be = GRADED - {REINFORCEMENT}
        expected = [one for one in expected if one.rule not in as_it_should_be]
    assert [*found] == expected
    assert len(found) == len(expected)
    assert [*found[-3:]] == expected[-3:]
    assert sum(found.counts.values()) == len(expected)
    for line in range(len(rows) + 3):
        assert [*found.at(line)] == [issue for issue in expected if issue.line == line]
        assert sorted(found.rules_at(line)) == sorted(issue.rule for issue in found.at(line))
        worst = found.worst(line)
        assert worst == (found.at(line)[0].severity if found.at(line) else None)
    for rule, times in found.by_rule.items():
        assert times == sum(issue.rule == rule for issue in expected)
        assert found.lines_of(rule) == sorted({i.line for i in expected if i.rule == rule})


class Session:
    """A document and the checks asked of it while it is edited, as the screen asks."""

    def __init__(self, document: Document, plan: dict[int, list[tuple[str, int, bytes]]]) -> None:
        self.document, self.checker, self.plan = document, Checker(document, _POOL), plan
        self.answers: list[tuple[Problems, Snapshot]] = []
        self._by_version: dict[int, Snapshot] = {}
        self._asking: set[asyncio.Task[None]] = set()
        self._busy = False

    async def ask(self) -> None:
        """Ask for the problems, and keep the answer with the rows that it is of."""
        self._by_version[self.document.version] = self.document.snapshot()
        try:
            found = await self.checker.issues()
        except asyncio.CancelledError:
            return
        self.answers.append((found, self._by_version[found.version]))

    async def at(self, moment: int, held: bool) -> None:
        """Do the edits meant for a moment, and ask again after each, as the screen does."""
        for kind, at, row in self.plan.pop(moment, ()):
            with contextlib.suppress(InputError):  # another edit came first to the same rows
                await edit(self.document, kind, at, row)
            self._by_version[self.document.version] = self.document.snapshot()
            asked = asyncio.create_task(self.ask())
            self._asking.add(asked)
            if not held:  # the later check overtakes the one that stands still here
                await asyncio.wait({asked})

    async def done(self) -> None:
        """Wait until no check runs."""
        while waiting := [task for task in self._asking if not task.done()]:
            await asyncio.gather(*waiting)
        for task in self._asking:
            task.result()


PLANS = st.dictionaries(
    st.integers(1, 24),
    st.lists(
        st.tuples(st.sampled_from(EDITS), st.integers(0, 50), st.sampled_from(ROWS)),
        min_size=1,
        max_size=3,
    ),
    max_size=8,
)
FILES = st.lists(st.sampled_from(ROWS), max_size=7)


async def run(path: Path, rows: list[bytes], plan: dict[int, list[tuple[str, int, bytes]]]) -> bool:
    """Carry out a plan; return whether all of its moments came."""
    path.write_bytes(b"".join(row + b"\n" for row in rows))
    with pytest.MonkeyPatch.context() as patch:
        async with stepping(patch) as stepper:
            document = Document.open(path, path.parent / "journals")
            session = Session(document, dict(plan))
            stepper.then = session.at
            await session.ask()
            await session.done()
            stepper.then = None
            await session.ask()  # at rest it is right as well
            assert session.answers[-1][0].version == document.version
            for found, of in session.answers:  # and none has changed under who holds it
                fits(found, of, document)
            rows_left = [*document.snapshot()]
            await document.close()
            again = Document.open(path, path.parent / "journals")
            assert [*again.snapshot()] == rows_left  # so the journal says
            await again.close()
            return not session.plan


@pytest.mark.parametrize("rows", [[], ROWS[:1], ROWS[:3], ROWS[3:]], ids=["none", "1", "3", "more"])
@pytest.mark.parametrize("kind", EDITS)
async def test_one_edit_at_each_moment_of_a_check(
    rows: list[bytes], kind: str, tmp_path: Path
) -> None:
    for moment in range(1, 99):
        before = [("insert", 1, ROWS[7])] if kind in {"undo", "redo", "drop"} else []
        undone = [("undo", 0, b"")] if kind == "redo" else []
        plan = {moment: [*before, *undone, (kind, 1, ROWS[9])]}
        if not await run(tmp_path / f"data{moment}.jsonl", rows, plan):
            break  # the check was done before
    assert 3 < moment < 99


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=FILES, plan=PLANS)
def test_edits_at_any_moments_of_checks(
    rows: list[bytes],
    plan: dict[int, list[tuple[str, int, bytes]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    asyncio.run(run(tmp_path_factory.mktemp("steps") / "data.jsonl", rows, plan))


async def test_problems_shown_before_a_new_example_can_still_be_read(
    workers: Pool, tmp_path: Path
) -> None:
    # An empty file, then n: the check of the new row wrote into what the list was drawn from.
    path = tmp_path / "zero.jsonl"
    path.touch()
    document = Document.open(path, tmp_path / "journals")
    checker = Checker(document, workers)
    shown = await checker.issues()
    before = [*shown]
    await document.insert(0, [b'{"messages": []}'], "new example")
    after = await checker.issues()
    assert [*shown] == before
    assert shown.worst(1) is None
    assert after.worst(1) == "error"
    await document.close()


@pytest.mark.parametrize("ended", range(1, 9))
async def test_an_edit_given_up_at_any_moment_is_in_rows_and_journal_or_in_neither(
    ended: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The screen ends the command before when the next key of its kind comes.
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(row + b"\n" for row in ROWS))
    document = Document.open(path, tmp_path / "journals")
    moments = 0
    to_thread = asyncio.to_thread

    async def passing() -> None:
        nonlocal moments
        moments += 1
        if moments == ended:
            first.cancel()
        await asyncio.sleep(0)

    async def counting(function: Any, *given: Any) -> Any:
        await passing()
        done = await to_thread(function, *given)
        await passing()
        return done

    monkeypatch.setattr(asyncio, "to_thread", counting)
    first = asyncio.ensure_future(document.delete(2, 3, "delete"))
    await asyncio.wait({first})
    await document.insert(0, [b"{}"], "insert")
    await document.insert(1, [b"[]"], "insert another")
    await document.undo()
    monkeypatch.undo()
    left = [*document.snapshot()]
    assert left in ([b"{}", *ROWS], [b"{}", *ROWS[:2], *ROWS[5:]])
    await document.close()
    again = Document.open(path, tmp_path / "journals")
    assert not again.notice
    assert [*again.snapshot()] == left
    await again.close()


async def test_an_edit_of_rows_that_are_gone_meanwhile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(row + b"\n" for row in ROWS))
    document = Document.open(path, tmp_path / "journals")
    first = asyncio.ensure_future(document.delete(0, 5, "delete"))
    second = asyncio.ensure_future(document.change("edit", [Change(4, 1, (b"{}",))]))
    third = asyncio.ensure_future(document.insert(11, [b"{}"], "insert"))
    done = await asyncio.gather(first, second, third, return_exceptions=True)
    assert [type(one) for one in done] == [type(None), InputError, InputError]
    assert [*document.snapshot()] == ROWS[5:]
    await document.close()
