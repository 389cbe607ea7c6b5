"""Two pieces of work at the same time: neither goes on when nobody waits for it any more."""

from __future__ import annotations

import asyncio

import pytest

from tui.services.background import both


class Work:
    """Waits until it is ended, and takes a moment for that."""

    ended = False

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
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
