"""Subscriptions of the Jobs screen at the poller: the list, and the selected job.

It listens while the screen can be seen; jobs made here are followed to their end anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.reporting import ASKING
from tui.services.errors import NotOffered
from tui.services.jobs.job_costs import lineage, read_costs

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from tui.screens.jobs.jobs_context import JobsContext
    from tui.services.errors import ServiceError
    from tui.services.jobs.job_costs import Lineage
    from tui.services.jobs.polling.poller import JobDetail, JobPoller, PollerState
    from tui.services.workspace import Workspace

TOGETHER_S = 0.2  # a list and the details that follow it are painted once
SETTLED_S = 0.12  # moving through the list shows and asks for the job one stops at, not for each


class JobSubscriptions:
    """Puts what the poller tells into the context, and has it painted.

    `on_lineage` gets where the files of the selected job came from.
    """

    def __init__(
        self, context: JobsContext, on_lineage: Callable[[tuple[Lineage, ...]], None]
    ) -> None:
        self.failed: ServiceError | None = None  # the poller's failure already shown
        self._context = context
        self._on_lineage = on_lineage
        self._poller: JobPoller | None = None
        self._here = False
        self._models: set[str] = set()  # whose prices are known
        self._leave_list: Callable[[], None] | None = None
        self._leave_job: Callable[[], None] | None = None
        self._leave_status: Callable[[], None] | None = None
        self._settling: Timer | None = None
        self._painting: Timer | None = None

    # -- the profile, the screen and the terminal --------------------------------------

    def follows(self, workspace: Workspace) -> bool:
        """Return whether these are the jobs of a workspace's present profile."""
        return workspace.poller is self._poller

    def use(self, workspace: Workspace) -> None:
        """Follow the jobs of a workspace's present profile."""
        self.end()
        self._poller, self.failed, self._models = workspace.poller, None, set()
        self._leave_status = workspace.provider.subscribe(lambda _: self._tell())
        if self._here:
            self.resume()

    def resume(self) -> None:
        """Follow the jobs: they can be seen."""
        self._here = True
        if self._poller is not None and self._leave_list is None:
            self._leave_list = self._poller.subscribe(self._take_state)
        self.watch_selected()

    def suspend(self) -> None:
        """Ask for nothing nobody sees; jobs made here are followed to their end."""
        self._here = False
        self._stop_watching()
        if not self._context.started:
            self._leave()

    def end(self) -> None:
        """Follow nothing any more."""
        self._leave()
        if self._leave_status is not None:
            self._leave_status()
            self._leave_status = None

    def looked_at(self, looked: bool) -> None:
        """Follow whether somebody looks at the terminal."""
        if self._poller is None:
            return
        if looked:
            self._poller.resume()
        else:
            self._poller.rest(self._context.started)

    def _leave(self) -> None:
        self._stop_watching()
        if self._leave_list is not None:
            self._leave_list()
            self._leave_list = None

    # -- the list ----------------------------------------------------------------------

    @handles("jobs.refresh")
    def refresh(self) -> None:
        """Ask the provider now."""
        self._context.tell(ASKING, seconds=2)
        self._context.clear_error()
        self.failed = None
        self._context.poller.refresh()

    def _take_state(self, state: PollerState) -> None:
        context = self._context
        self._show_failure(state.failure, known=bool(state.jobs))
        same = [job.id for job in state.jobs] == [job.id for job in context.jobs]
        # Keys act on what is known, also before it is painted.
        context.state, context.jobs = state, state.jobs
        if same:
            self._paint_soon()
        else:
            context.paint()
        self._tell()
        if new := {job.model for job in state.jobs} - self._models:
            self._models |= new
            context.run(self._read_costs, group="costs", description="read prices")
        if not self._here and not context.started:
            self._leave()

    def _tell(self) -> None:
        for listener in self._context.on_state:
            listener(self._context.state)

    def _show_failure(self, failure: ServiceError | None, *, known: bool) -> None:
        """Show a failure once, and close it when it has passed."""
        context = self._context
        if failure is None:
            context.clear_errors(self.failed)
            self.failed = None
        elif self.failed is None or str(self.failed) != str(failure):
            self.failed = failure
            if known or not isinstance(failure, NotOffered):  # else the empty list says so
                context.show_error(failure)

    async def _read_costs(self) -> None:
        context, workspace = self._context, self._context.workspace
        context.costs = await read_costs(
            context.jobs, workspace.profile, workspace.store.forecasts, workspace.catalog
        )
        context.paint()

    def _paint_soon(self) -> None:
        """Paint what has come and what comes along with it, all in one go."""
        if self._painting is None:
            self._painting = self._context.later(TOGETHER_S, self._paint)

    def _paint(self) -> None:
        self._painting = None
        self._context.paint()

    # -- the job selected --------------------------------------------------------------

    @property
    def settling(self) -> bool:
        """Whether the cursor has only just moved."""
        return self._settling is not None

    def select(self, job_id: str) -> None:
        """Make a job the selected one; it is watched once the cursor has come to rest."""
        changed, self._context.selected = job_id != self._context.selected, job_id
        if not changed and self._leave_job is not None:
            return
        self._stop_watching()
        if self._here:
            self._settling = self._context.later(SETTLED_S, self._settled)

    def _settled(self) -> None:
        self.watch_selected()
        self._context.paint()

    def watch_selected(self) -> None:
        """Hear all of the selected job, while it can be seen."""
        context = self._context
        self._stop_watching()
        if self._poller is not None and context.selected is not None and self._here:
            self._leave_job = self._poller.watch(context.selected, self._take_detail)
            context.run(self._look_up_data, group="lineage", description="look up the data")

    def _stop_watching(self) -> None:
        if self._settling is not None:
            self._settling.stop()
            self._settling = None
        if self._leave_job is not None:
            self._leave_job()
            self._leave_job = None

    async def _look_up_data(self) -> None:
        if (job := self._context.job) is None:
            return
        workspace = self._context.workspace
        found = await lineage(job, workspace.profile.name, workspace.store)
        if job.id == self._context.selected:
            self._on_lineage(found)

    def _take_detail(self, detail: JobDetail) -> None:
        context = self._context
        if detail.job is None:
            return
        before = context.detail
        new = before is None or before.job is None or before.job.id != detail.job.id
        context.detail = detail
        if detail.job.id != context.selected:
            return
        if new:
            context.paint()
        else:
            self._paint_soon()
