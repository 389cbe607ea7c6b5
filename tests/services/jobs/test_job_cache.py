"""What was seen of jobs is kept, whoever stops waiting for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.core.jobs.jobs import parse_job
from tui.services.jobs.job_cache import JobCache
from tui.services.store.store import Store
from tui.services.store.tables.seen_jobs_table import SeenJobsTable

if TYPE_CHECKING:
    from pathlib import Path

JOB = {"id": "ftjob-1", "status": "running", "created_at": 1_790_000_000, "model": "base-one"}


class SlowTable(SeenJobsTable):
    """A table whose writes wait until they are let go, as on a disk that is busy."""

    def __init__(self, table: SeenJobsTable) -> None:
        self.__dict__.update(vars(table))
        self.asked, self.free = asyncio.Event(), asyncio.Event()

    async def keep_jobs(self, *given: Any) -> None:
        self.asked.set()
        await self.free.wait()
        await super().keep_jobs(*given)


async def test_whoever_stops_waiting_ends_no_write(tmp_path: Path) -> None:
    store = Store(tmp_path / "ledger.sqlite3")
    try:
        table = SlowTable(store.seen_jobs)
        cache = JobCache(table, "lab")
        cache.saw_jobs([parse_job(JOB)], listed=True)
        first, second = (asyncio.create_task(cache.jobs()) for _ in range(2))
        await table.asked.wait()
        await asyncio.sleep(0)
        for reader in (first, second):  # their screens are left, one after the other
            reader.cancel()
            await asyncio.wait({reader})
        table.free.set()
        await cache.close()
        kept = await JobCache(store.seen_jobs, "lab").jobs()
        assert [job.id for job in kept.jobs] == ["ftjob-1"]
    finally:
        await store.close()
