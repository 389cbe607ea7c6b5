"""The Jobs screen: the live list of jobs, and one of them in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Container

from tui.commands import key_hint, key_of
from tui.core.provider.parsing import as_text
from tui.core.text.text import one_line, plural
from tui.screens.base import ModeScreen
from tui.screens.jobs.all_profiles import JobsOfAllProfiles
from tui.screens.jobs.asking import JobAsking
from tui.screens.jobs.control import JobControl, ended_words
from tui.screens.jobs.endings import JobEndings
from tui.screens.jobs.form.opening import JobMaking
from tui.screens.jobs.jobs_context import JobsContext
from tui.screens.jobs.lineage import JobLineage
from tui.screens.jobs.overlays import Overlays
from tui.screens.jobs.panes.job_pane import JobPane
from tui.screens.jobs.panes.jobs_pane import JobsPane
from tui.screens.jobs.pruning import CheckpointPruning
from tui.screens.jobs.subscriptions import JobSubscriptions
from tui.screens.jobs.writing import JobWriting
from tui.screens.not_offered import jobs_unknown
from tui.widgets.frame.key_line import look_idle

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from textual.app import ComposeResult
    from textual.events import Key

    from tui.core.jobs.jobs import Job
    from tui.screens.jobs.panes.job_rows import JobLine
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.polling.poller import JobDetail, PollerState
    from tui.services.workspace import Workspace


def no_jobs() -> str:
    """Return what is said, with the keys in use."""
    return f"No jobs yet. Press {key_of('jobs.new')} to make one from {{0}}."


def needs_deployment() -> str:
    """Return what a job's model needs before it answers."""
    return f"it needs a deployment; the settings ({key_of('jobs.events')}) say how."


_OF_RUNNING = frozenset({"jobs.cancel", "jobs.pause"})
FEW = 2  # leave the room to the curve


class JobsScreen(ModeScreen):
    """All jobs of the profile. What is shown follows the poller while it is on the screen."""

    MODE: ClassVar[str] = "jobs"
    CSS_PATH = "screen.tcss"
    REOPENS = frozenset({"jobs.new"})
    NEEDS_ROWS = frozenset(
        {
            *("events", "levels", "measure", "log", "smooth", "mark"),
            *("step_back", "step_on", "zoom", "zoom_out"),
            *("lineage", "chat", "compare", "result", "pause", "cancel", "again", "write", "ids"),
            "keep_best",
        }
    )
    # Side by side only where the list still shows what it shows at 80 columns.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-middle"), (140, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]
    context: JobsContext

    def __init__(self) -> None:
        super().__init__(classes="-no-jobs")
        self.context = context = JobsContext(self)
        context.on_state.append(self._take_state)
        context.on_paint.append(self._paint)
        self._said = ""
        self._ended = False  # whether the job under the cursor has
        self._of_last_time: str | None = None  # the job under the cursor then, until it is listed
        self.listing = JobsPane(self._line_of)
        self.pane = pane = JobPane()
        self.subscriptions = JobSubscriptions(context, pane.show_lineage)
        self.overlays = Overlays(context)
        self.making = JobMaking(context, self.select)
        self.endings = JobEndings(context)
        self.asking = JobAsking(context)
        context.on_state.insert(0, self.endings.take)
        context.on_state.append(self.asking.take)
        for owner in (
            *(pane, pane.curve, self.subscriptions, self.overlays, self.making),
            *(JobControl(context), JobWriting(context), JobsOfAllProfiles(context, self.select)),
            self.asking,
            CheckpointPruning(context),
            JobLineage(context),
        ):
            self.dispatcher.add(owner)

    def compose_body(self) -> ComposeResult:
        """Lay out the list, and the pane of the job under the cursor."""
        with Container(id="workbench"):
            yield self.listing
            yield self.pane

    def has_rows(self) -> bool:
        """Whether there are jobs."""
        return bool(self.context.jobs)

    def nothing_words(self) -> str:
        """Return why no job is listed."""
        return " ".join(self._nothing().split())

    # -- the profile, the screen and the terminal --------------------------------------

    def on_workspace(self, workspace: Workspace) -> None:
        """Follow the jobs of this profile; those of another one are forgotten."""
        if self.subscriptions.follows(workspace):
            return
        self.subscriptions.end()
        self.overlays.clear()
        self._of_last_time = None
        self.endings.forget()
        self.context.forget()
        self._paint()
        self.fetched(None)
        self.subscriptions.use(workspace)
        self._say()

    def remembered(self) -> Mapping[str, Any]:
        """Return the job under the cursor, those drawn over it, and how they are looked at."""
        return {
            "job": self.context.selected,
            "marked": self.overlays.remembered(),
            **self.pane.remembered(),
        }

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Look at jobs as then; select the job and draw the others, once they are listed."""
        self.pane.come_back(remembered)
        self.overlays.come_back(remembered.get("marked"))
        if job := as_text(remembered.get("job")):
            self.context.selected = self._of_last_time = job

    def on_mount(self) -> None:
        """Follow whether the terminal is looked at."""
        super().on_mount()
        self.watch(self.app, "app_focus", self._looked_at, init=False)

    def _looked_at(self, focus: bool) -> None:
        if focus:
            self.endings.seen()
        self.subscriptions.looked_at(focus)

    def on_screen_resume(self) -> None:
        """Follow the jobs while they can be seen."""
        self.host.complete("jobs")
        self.endings.seen()
        self.subscriptions.resume()
        self.overlays.resume()
        if self.host.workspace is not None:
            self.asking.look_for_models()  # Models may have deleted some

    def on_screen_suspend(self) -> None:
        """Ask for nothing nobody sees; jobs made here are followed to their end."""
        self.subscriptions.suspend()
        self.overlays.suspend()

    def on_unmount(self) -> None:
        """Follow nothing any more."""
        self.subscriptions.end()
        self.overlays.clear()
        self.endings.seen()

    def on_key(self, event: Key) -> None:
        """Whoever presses a key has seen what the terminal's title told."""
        del event  # the handler of every mode has it too
        self.endings.seen()

    # -- the list ----------------------------------------------------------------------

    def _take_state(self, state: PollerState) -> None:
        self.overlays.listed()
        self.context.close_ended()
        self.fetched(state.fetched_at)
        self._say()
        self._tell_gone(state)

    def _tell_gone(self, state: PollerState) -> None:
        """Tell of a job of the last time that is not listed: the cursor is on another one."""
        job = self._of_last_time
        if job is None:
            return
        there = any(one.id == job for one in self.context.jobs)
        if there or (state.fetched_at is not None and self.subscriptions.failed is None):
            self._of_last_time = None
        if not there and self._of_last_time is None:
            self.context.tell(f"{one_line(job, 60)} is not listed any more.", seconds=10)

    def _say(self) -> None:
        """Say how many jobs there are, or why there are none."""
        jobs, state = self.context.jobs, self.context.state
        running = sum(job.active for job in jobs if job.id not in state.forgotten)
        said = f"{plural(len(jobs), 'job')}, {running} active" if jobs else ""
        if said != self._said:
            self._said = said
            self.note(said)
        if not jobs:
            self.listing.show_empty(self._nothing())

    def _nothing(self) -> str:
        failure = self.context.state.failure
        if said := jobs_unknown(self.workspace.profile.name, failure) if failure else "":
            return said
        if self.subscriptions.failed is not None:
            return f"No jobs known. {key_hint('jobs.refresh', 'asks')} the provider again."
        if self.workspace.provider.status == "starting":
            profile = self.workspace.profile
            return "Starting the lab…" if profile.kind == "lab" else f"Asking {profile.name}…"
        if self.context.poller.state.fetched_at is None:
            return "Asking the provider…"
        opened = self.workspace.datasets.current is not None
        return no_jobs().format("the open dataset" if opened else "a dataset file")

    def _line_of(self, job: Job) -> JobLine:
        return self.context.line_of(job, self.overlays.letter(job.id))

    def _paint(self) -> None:
        """Show what is known of the jobs; what says the same as before is not painted."""
        context = self.context
        if bool(context.jobs) == self.has_class("-no-jobs"):
            self.set_class(not context.jobs, "-no-jobs")
            self.refresh_bindings()
        self.set_class(len(context.jobs) <= FEW, "-few-jobs")
        ended = context.job is not None and context.job.terminal
        if ended != self._ended:
            self._ended = ended
            self.refresh_bindings()
        if (job_id := self.listing.show(context.jobs, context.selected)) is not None:
            self.subscriptions.select(job_id)
            self._show_selected()
        elif not self.subscriptions.settling:
            self._show_selected()
        if (detail := context.selected_detail) is not None and not self.subscriptions.settling:
            self._show_detail(detail)

    # -- the job selected --------------------------------------------------------------

    def select(self, job_id: str) -> None:
        """Put the cursor on a job as soon as it is listed."""
        self.context.selected = job_id
        self.listing.move_to(job_id)
        self.subscriptions.watch_selected()

    def show_one(self, one: str) -> None:
        """Put the cursor on a job."""
        self.select(one)

    def on_jobs_pane_selected(self, event: JobsPane.Selected) -> None:
        """Show the job under the cursor once that has come to rest."""
        self.subscriptions.select(event.job_id)

    def idle(self) -> Collection[str]:
        """Return what the job under the cursor is past, or has not come to."""
        if (job := self.context.job) is None:
            return ()
        found = [
            (job.terminal, ("cancel", "pause")),
            (
                not job.fine_tuned_model or job.fine_tuned_model in self.context.gone,
                ("chat", "compare"),
            ),
            (not job.result_files, ("result",)),
        ]
        return [f"jobs.{name}" for idles, names in found if idles for name in names]

    def _show_selected(self) -> None:
        """Show the selected job as it is listed."""
        context = self.context
        look_idle(self)
        if (job := context.job) is None:
            return
        model = job.fine_tuned_model
        serving = self.workspace.api.deployments.next_step(model) if model else ""
        ready = context.ready.get(job.id, needs_deployment() if serving else "")
        if (why := context.gone.get(model or "")) is not None:
            ready = f"{why}."
        self.pane.show_job(
            context.line_of(job), self.overlays.shown(job.id), ready=ready, serving=serving
        )

    def _show_detail(self, detail: JobDetail) -> None:
        """Show what is known of the selected job."""
        if (job := self.context.job or detail.job) is None:
            return
        self.pane.show_detail(self.context.line_of(job), detail)
        if detail.failure is not None:
            self._said = f"detail not current: {one_line(detail.failure.brief, 80)}"
            self.note(self._said)

    def on_jobs_pane_opened(self) -> None:
        """Go into the job."""
        self.pane.enter()

    def on_job_pane_checkpoint_chosen(self, event: JobPane.CheckpointChosen) -> None:
        """Chat with a checkpoint."""
        self.host.chat_with(event.model)

    def new_from(self, what: str | Draft, left: Callable[[], None]) -> None:
        """Open a form that trains on an uploaded file, or one as it is filled in.

        `left` is called once it is left without a job.
        """
        self.making.new_from(what, left)

    def out_of_view(self, command_id: str) -> str:
        """Say that a job has ended of what would stop it."""
        job = self.context.job
        if command_id not in _OF_RUNNING or job is None or not job.terminal:
            return ""
        return f"This job has {ended_words(job.status)}: there is nothing to stop."

    # -- layers and copying ------------------------------------------------------------

    def go_back(self) -> bool:
        """Close the error, or return from the job to the list."""
        if self.clear_error():
            return True
        if self.focused is not self.listing.listing:
            self.listing.listing.focus()
            return True
        return False

    def copy_text(self) -> tuple[str, str]:
        """Copy the job's id, or the event under the cursor."""
        if (event := self.pane.event_under_cursor) is not None:
            return event.message, "The event"
        return self.context.selected or "", "The job's id"
