"""The lineage of the job under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.lineage.opening import show_lineage

if TYPE_CHECKING:
    from tui.screens.jobs.jobs_context import JobsContext


class JobLineage:
    """Opens the lineage of a job."""

    def __init__(self, context: JobsContext) -> None:
        self._context = context

    @handles("jobs.lineage", group="show-lineage")
    @opens
    async def show(self) -> None:
        """Show what the job under the cursor was made from, and what came of it."""
        if (job := self._context.job) is not None:
            await show_lineage(self._context, "job", job.id, job.suffix or job.id)
