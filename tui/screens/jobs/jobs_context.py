"""The context that panes and controllers of Jobs share: jobs last heard of, and the screen.

Whoever changes something that others show calls `paint`; whoever shows it is in `on_paint`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.jobs.durations import entered
from tui.core.jobs.progress import Progress
from tui.screens.controller_context import ScreenContext
from tui.screens.jobs.panes.job_rows import JobLine
from tui.services.jobs.job_costs import JobCosts
from tui.services.jobs.polling.poller import PollerState

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from tui.core.jobs.jobs import Job
    from tui.screens.base import ModeScreen
    from tui.services.errors import InputError
    from tui.services.jobs.polling.poller import JobDetail, JobPoller
    from tui.services.jobs.service import JobService


class JobsContext(ScreenContext):
    """The jobs of the profile in use, the one selected, and the ways to ask and to tell.

    `started` are the ids of jobs made in this session that have not ended; `ready` says by job
    what is known of a model that is not there yet, `gone` by model what became of one that is not
    there any more.
    """

    def __init__(self, screen: ModeScreen) -> None:
        super().__init__(screen)
        self.on_state: list[Callable[[PollerState], None]] = []
        self.on_paint: list[Callable[[], None]] = []
        self.started: set[str] = set()  # one object for good: the poller holds it while it rests
        self.forget()

    def forget(self) -> None:
        """Forget all jobs: those of another profile come."""
        self.jobs: tuple[Job, ...] = ()
        self.selected: str | None = None
        self.state = PollerState()
        self.costs = JobCosts()
        self.detail: JobDetail | None = None  # of one job, the last one looked at
        self.ready: dict[str, str] = {}
        self.gone: dict[str, str] = {}
        self.started.clear()
        self._too_early: dict[str, InputError] = {}  # by job, the last one

    # -- the jobs ----------------------------------------------------------------------

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        return next((job for job in self.jobs if job.id == self.selected), None)

    @property
    def selected_detail(self) -> JobDetail | None:
        """What is known of the selected job, None before the provider or the cache has told."""
        return self._detail_of(self.selected)

    def _detail_of(self, job_id: str | None) -> JobDetail | None:
        found = self.detail
        known = found is not None and found.job is not None and found.job.id == job_id
        return found if known else None

    def line_of(self, job: Job, mark: str = "") -> JobLine:
        """Return what a row says of a job; `mark` is its letter in the curve."""
        state = self.state
        progress = state.progress.get(job.id, Progress())
        detail = self._detail_of(job.id)
        events = () if detail is None else detail.events
        return JobLine(
            job,
            progress,
            self.costs.cost(job, progress),
            entered(job, events, state.since.get(job.id)),
            state.usual.of(job.status, job.model) if job.active else None,
            state.forgotten.get(job.id),
            mark,
        )

    def paint(self) -> None:
        """Show again what is known of the jobs."""
        for listener in self.on_paint:
            listener()

    def until_ended(self, job: Job, error: InputError) -> InputError:
        """Return an error that is closed once the job has ended: it holds no longer then."""
        if not job.terminal:
            self._too_early[job.id] = error
        return error

    def close_ended(self) -> None:
        """Close what was refused of a job at work that has ended."""
        for job in self.jobs:
            if job.terminal and job.id in self._too_early:
                self.clear_errors(self._too_early.pop(job.id))

    # -- the program around ------------------------------------------------------------

    @property
    def service(self) -> JobService:
        """The jobs at the provider in use."""
        return self.workspace.jobs

    @property
    def poller(self) -> JobPoller:
        """What keeps the list of jobs current."""
        return self.workspace.poller

    def warn(self, text: str, *, seconds: float) -> None:
        """Tell of something that has gone wrong elsewhere."""
        self.tell(text, seconds=seconds, warning=True)

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call a function after some seconds."""
        return self._screen.set_timer(seconds, call)

    def ring(self) -> None:
        """Ring the terminal's bell."""
        self._screen.app.bell()

    def write_out(self, sequence: str) -> None:
        """Write an escape sequence to the terminal itself."""
        app = self._screen.app
        driver = app._driver  # noqa: SLF001 - Textual's own bell goes through it too
        if driver is not None and sequence and not app.is_headless:
            driver.write(sequence)
