"""Tasks side by side: none fails unheard, and none goes on when nobody waits for it any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Iterable, Sequence

_First = TypeVar("_First")
_Second = TypeVar("_Second")


def start(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Start a task; keep the reference. An exception of it goes to the loop's handler."""
    task = asyncio.get_running_loop().create_task(work, name=name)
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    if task.cancelled() or (error := task.exception()) is None:
        return
    context = {"message": f"Task {task.get_name()!r} failed", "exception": error, "task": task}
    task.get_loop().call_exception_handler(context)


async def both(
    first: Coroutine[Any, Any, _First], second: Coroutine[Any, Any, _Second]
) -> tuple[_First, _Second]:
    """Return what two pieces of work come to, done at the same time.

    When one fails, the other is ended before the failure is raised. `asyncio.gather` would leave
    it running: a request whose connection is made after the client was closed is never closed.
    """
    tasks = asyncio.create_task(first), asyncio.create_task(second)
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()  # raises what has failed
        return tasks[0].result(), tasks[1].result()
    except BaseException:  # a cancellation too: whatever it is, it is raised again
        for task in tasks:
            task.cancel()
        await _ended(tasks)
        raise


async def as_they_end(work: Iterable[Coroutine[Any, Any, _First]]) -> AsyncGenerator[_First, None]:
    """Yield what each piece of work comes to as soon as it ends; none outlives the generator."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for one in tasks:
            one.cancel()
        await _ended(tasks)


async def to_the_end(closing: Coroutine[Any, Any, None]) -> None:
    """Do what closes something, all of it; a cancellation meanwhile is raised afterwards."""
    task = asyncio.ensure_future(closing)
    await _ended([task])
    task.result()


async def _ended(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Wait until all have ended; a cancellation meanwhile is raised afterwards.

    It reaches none of them: what they close at their end, such as connections, would stay open.
    """
    cancelled = None
    while any(not one.done() for one in tasks):
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError as error:
            cancelled = error
    for one in tasks:
        if not one.cancelled():
            one.exception()  # is of no interest, and has been looked at
    if cancelled is not None:
        raise cancelled
