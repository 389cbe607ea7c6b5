"""Following the job board: while the screen can be seen, and the terminal is looked at."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from textual import work

from tui.core.jobs.durations import entered
from tui.core.jobs.progress import Progress
from tui.screens.jobs.actions import JobActions
from tui.screens.jobs.overlays import Overlays
from tui.screens.jobs.rows import Line
from tui.services.errors import NotOffered
from tui.services.jobs.job_costs import JobBooks, Lineage, lineage, read_books
from tui.services.jobs.poller_list import BoardState

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from tui.core.jobs.jobs import Job
    from tui.services.jobs.poller import JobBoard, JobDetail
    from tui.services.workspace import Workspace

TOGETHER_S = 0.2  # a list and the details that follow it are painted once
MANY = 200  # jobs
SETTLED_S = 0.12  # moving through the list shows and asks for the job one stops at, not for each


class Following(JobActions):
    """The part of the Jobs screen that hears of jobs. Subclasses show what it hears."""

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.jobs: tuple[Job, ...] = ()
        self.selected: str | None = None
        self.state = BoardState()
        self.books = JobBooks()
        self._board: JobBoard | None = None
        self._here = False
        self.overlays = Overlays(self.show_overlays)
        self._calmed = False
        self._models: set[str] = set()
        self._details: dict[str, JobDetail] = {}
        self._leave_list: Callable[[], None] | None = None
        self._leave_job: Callable[[], None] | None = None
        self._leave_status: Callable[[], None] | None = None
        self._watch_timer: Timer | None = None
        self._news_timer: Timer | None = None

    def show_jobs(self, jobs: tuple[Job, ...]) -> None:
        """Show the list."""
        raise NotImplementedError

    def show_detail(self, detail: JobDetail) -> None:
        """Show what is known of the selected job."""
        raise NotImplementedError

    def show_lineage(self, found: tuple[Lineage, ...]) -> None:
        """Show where the data of the selected job came from."""
        raise NotImplementedError

    def show_overlays(self) -> None:
        """Show the other jobs that are marked."""
        raise NotImplementedError

    def show_selected(self) -> None:
        """Show the selected job as it is listed."""
        raise NotImplementedError

    def say(self) -> None:
        """Say in one line what the list holds."""
        raise NotImplementedError

    # -- the profile, the screen and the terminal --------------------------------------

    def on_workspace(self, workspace: Workspace) -> None:
        """Follow the jobs of this profile; those of another one are forgotten."""
        if workspace.board is self._board:
            return
        self._stop_following()
        if self._leave_status is not None:
            self._leave_status()
        self.clear_error()
        self._board = workspace.board
        self.jobs, self.selected, self._failed = (), None, None
        self.state, self.books, self._details = BoardState(), JobBooks(), {}
        self._models = set()
        self.started.clear()
        self.ready.clear()
        self._at_work.clear()
        self.overlays.clear()
        self.show_jobs(())
        self.say()
        self.fetched(None)
        self._leave_status = workspace.provider.subscribe(lambda _: self.say())
        if self._here:
            self._follow()

    def on_mount(self) -> None:
        """Follow whether the terminal is looked at."""
        super().on_mount()
        self.watch(self.app, "app_focus", self._looked_at, init=False)

    def _looked_at(self, focus: bool) -> None:
        if self._board is None:
            return
        if focus:
            self.seen()
            self._board.resume()
        else:
            self._board.rest(self.started)

    def on_screen_resume(self) -> None:
        """Follow the jobs while they can be seen."""
        self._here = True
        self.host.reached("jobs")
        self.seen()
        self._follow()
        if self._board is not None:
            self.overlays.resume(self._board)

    def on_screen_suspend(self) -> None:
        """Ask for nothing nobody sees; jobs made here are followed to their end."""
        self._here = False
        self._stop_watching()
        self.overlays.pause()
        if not self.started:
            self._stop_following()

    def on_unmount(self) -> None:
        """Leave the board."""
        self._stop_following()
        self.overlays.clear()
        self.seen()
        if self._leave_status is not None:
            self._leave_status()

    def _follow(self) -> None:
        if self._board is not None and self._leave_list is None:
            self._leave_list = self._board.subscribe(self._take_state)
        self._watch_selected()

    def _stop_following(self) -> None:
        self._stop_watching()
        if self._leave_list is not None:
            self._leave_list()
            self._leave_list = None

    # -- the list --------------------------------------------------------------------

    def _take_state(self, state: BoardState) -> None:
        failure = state.failure
        if failure is None:
            if self._failed is not None and self._failed == self._error_shown():
                self.clear_error()
            self._failed = None
        elif self._failed != (failure.title, failure.cause):
            self._failed = (failure.title, failure.cause)
            if state.jobs or not isinstance(failure, NotOffered):  # else the empty list says so
                self.show_error(failure)
        same = [job.id for job in state.jobs] == [job.id for job in self.jobs]
        self.state = state
        self.fetched(state.fetched_at)
        if same:
            self.jobs = state.jobs  # keys act on what is known, also before it is painted
            self._soon()
        else:
            self.show_jobs(state.jobs)
        self.tell_ended(state.jobs)
        self.say()
        if new := {job.model for job in state.jobs} - self._models:
            self._models |= new
            self._read_books()
        if len(state.jobs) >= MANY and not self._calmed and state.generation > 1:
            # They stay: looking through them again and again would hold up keys for 0.1 s.
            self._calmed = True
            gc.freeze()
        if not self._here and not self.started:
            self._stop_following()

    def _error_shown(self) -> tuple[str, str] | None:
        shown = self.failure_text.split("\n")
        return (shown[0], shown[1]) if len(shown) > 1 else None

    @work(group="books", exclusive=True, exit_on_error=False, description="read prices")
    async def _read_books(self) -> None:
        self.books = await read_books(self.workspace, self.jobs)
        self.show_jobs(self.jobs)

    def line_of(self, job: Job, mark: str = "") -> Line:
        """Return what a row says of a job."""
        state = self.state
        progress = state.progress.get(job.id, Progress())
        detail = self._details.get(job.id)
        events = () if detail is None else detail.events
        return Line(
            job,
            progress,
            self.books.cost(job, progress),
            entered(job, events, state.since.get(job.id)),
            state.usual.of(job.status, job.model) if job.active else None,
            state.forgotten.get(job.id),
            mark,
        )

    # -- the job selected ------------------------------------------------------------

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        return next((job for job in self.jobs if job.id == self.selected), None)

    def settle(self) -> None:
        """Show and watch the selected job once the cursor has come to rest."""
        self._stop_watching()
        if self._here:
            self._watch_timer = self.set_timer(SETTLED_S, self._settled)

    def _settled(self) -> None:
        self.show_selected()
        self._watch_selected()

    def _stop_watching(self) -> None:
        if self._watch_timer is not None:
            self._watch_timer.stop()
            self._watch_timer = None
        if self._leave_job is not None:
            self._leave_job()
            self._leave_job = None

    def _watch_selected(self) -> None:
        self._stop_watching()
        if self._board is not None and self.selected is not None and self._here:
            self._leave_job = self._board.watch(self.selected, self._take_detail)
            self._look_up_data()

    @work(group="lineage", exclusive=True, exit_on_error=False, description="look up the data")
    async def _look_up_data(self) -> None:
        if (job := self.job) is None:
            return
        found = await lineage(self.workspace, job)
        if job.id == self.selected:
            self.show_lineage(found)

    def _take_detail(self, detail: JobDetail) -> None:
        if detail.job is None:
            return
        new = detail.job.id not in self._details
        self._details = {detail.job.id: detail}
        if detail.job.id != self.selected:
            return
        if new:
            self.show_detail(detail)
        else:
            self._soon()

    def _soon(self) -> None:
        """Show what has come and what comes along with it, all in one go."""
        if self._news_timer is None:
            self._news_timer = self.set_timer(TOGETHER_S, self._show_news)

    def _show_news(self) -> None:
        self._news_timer = None
        detail = self._details.get(self.selected or "")
        self.show_jobs(self.state.jobs)
        if detail is not None and self._watch_timer is None:
            self.show_detail(detail)
