"""What the screen wants of its worker processes, and says of one that dies."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.until import toasts, until
from tests.worker_tasks import die, echo, look
from tui.app import FinetuiApp
from tui.services.workers import WorkerDied


@pytest.mark.usefixtures("app_home")
async def test_a_worker_that_dies_is_told_of_and_the_next_task_is_done() -> None:
    app = FinetuiApp()
    async with app.run_test() as pilot:
        await until(lambda: app.workspace is not None, pilot)
        assert app.workspace is not None
        workers = app.workspace.workers
        told, _ = await workers.run(look, {}, b"")  # they give way to the screen
        assert told["niceness"] == max(os.getpriority(os.PRIO_PROCESS, 0), 10)
        with pytest.raises(WorkerDied):
            await workers.run(die, {}, b"")
        await until(lambda: any("worker process has died" in text for text in toasts(app)), pilot)
        assert (await asyncio.to_thread(workers.ask, echo, {}, b"on"))[1] == b"on"
