"""Tasks that nobody waits for: what they raise is told at once, not when they are collected."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine


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
