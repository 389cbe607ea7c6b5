"""The jobs of all profiles, and the way to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.jobs.jobs_context import JobsContext


class JobsOfAllProfiles:
    """Lists the jobs of all profiles and goes to one; `select` puts the cursor on it."""

    def __init__(self, context: JobsContext, select: Callable[[str], None]) -> None:
        self._context, self._select = context, select

    @handles("jobs.everywhere", group="everywhere")
    async def show(self) -> None:
        """Show the jobs of all profiles; enter goes to one, with its profile."""
        from tui.screens.dialogs.all_profiles import choose_of_all
        from tui.screens.jobs.all_jobs import AllJobsDialog

        workspace = self._context.workspace
        all_profiles = workspace.all_profiles_jobs()
        profiles = workspace.all_profiles
        dialog = AllJobsDialog(len(profiles), lambda: all_profiles.list(profiles))
        await choose_of_all(self._context, dialog, self._select)
