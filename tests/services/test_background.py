"""Two pieces of work at the same time: neither goes on when nobody waits for it any more."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from tui.services.background import as_they_end, both


class Work:
    """Waits until it is ended, and takes a moment for that."""

    ended = False

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.ended = True


class SlowToEnd(Work):
    """Waits until it is ended, and then for leave to end."""

    def __init__(self) -> None:
        self.begun, self.ends, self.may_end = (asyncio.Event() for _ in range(3))

    async def run(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ends.set()
            await self.may_end.wait()
            self.ended = True


async def fails() -> None:
    await asyncio.sleep(0)
    raise ValueError("no")


async def is_told(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def test_what_both_come_to() -> None:
    assert await both(is_told(1), is_told(2)) == (1, 2)


@pytest.mark.parametrize("first", [True, False])
async def test_when_one_fails_the_other_has_ended(first: bool) -> None:
    work = Work()
    with pytest.raises(ValueError, match="no"):
        await (both(fails(), work.run()) if first else both(work.run(), fails()))
    assert work.ended


async def test_when_it_is_cancelled_both_have_ended() -> None:
    one, other = Work(), Work()
    waiting = asyncio.create_task(both(one.run(), other.run()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert one.ended
    assert other.ended


async def test_two_failures_are_one() -> None:
    with pytest.raises(ValueError, match="no"):
        await both(fails(), fails())


async def all_of(*works: Work) -> None:
    async with aclosing(as_they_end(one.run() for one in works)) as found:
        async for _ in found:
            pass


@pytest.mark.parametrize("waits", [both, all_of])
async def test_cancelled_again_they_come_to_their_ends_all_the_same(waits: Any) -> None:
    works = [SlowToEnd(), SlowToEnd()]
    given = works if waits is all_of else [one.run() for one in works]
    task = asyncio.create_task(waits(*given))
    await asyncio.gather(*(one.begun.wait() for one in works))
    task.cancel()
    await asyncio.gather(*(one.ends.wait() for one in works))
    task.cancel()  # as a dialog that is closed, and then the program
    for _ in range(5):
        await asyncio.sleep(0)
    for one in works:
        one.may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert all(one.ended for one in works)
