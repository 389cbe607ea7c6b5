"""The jobs of all profiles, and the way to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.jobs.jobs_context import JobsContext


class JobsEverywhere:
    """Lists the jobs of all profiles and goes to one; `select` puts the cursor on it."""

    def __init__(self, context: JobsContext, select: Callable[[str], None]) -> None:
        self._context, self._select = context, select

    @handles("jobs.everywhere", group="everywhere")
    async def show(self) -> None:
        """Show the jobs of all profiles; enter goes to one, with its profile."""
        from tui.screens.jobs.all_jobs import AllJobsDialog
        from tui.services.jobs.every_profile import EveryProfileJobs

        workspace = self._context.workspace
        every = EveryProfileJobs(workspace.locations, workspace.environ, workspace.store)
        profiles = workspace.all_profiles
        dialog = AllJobsDialog(len(profiles), lambda: every.list(profiles))
        chosen = await self._context.ask(dialog)
        if chosen is None:
            return
        name, job_id = chosen
        if name != workspace.profile.name and not await self._context.host.switch_profile(name):
            return
        self._context.app.call_later(self._select, job_id)  # once the screen has the profile
