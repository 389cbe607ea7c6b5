"""Keep the best checkpoints of a job, or of all that have ended, and delete the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.widgets import Static

from tui.core.jobs.checkpoint_pruning import JudgedCheckpoint, Measure
from tui.core.money.rates import month_words
from tui.core.provider.deletion import confirmation_word
from tui.core.text.text import one_line, plural
from tui.dispatch import handles, start_worker
from tui.screens.app_words import in_app
from tui.screens.controller_context import DialogContext
from tui.screens.deleting import Batch, Deletion, DeletionQuestion, OutcomesPanel
from tui.screens.dialogs.base import Dialog
from tui.services.errors import InputError, ServiceError
from tui.services.jobs.checkpoint_pruning import (
    check_prunable,
    look_at_checkpoints,
    measure_of_all,
)
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from textual.app import ComposeResult

    from tui.core.jobs.jobs import Job
    from tui.screens.jobs.jobs_context import JobsContext
    from tui.services.jobs.checkpoint_pruning import PrunableJob
    from tui.services.workspace import Workspace

ASKING = "Asking for the checkpoints …"
NONE = "There are no checkpoints."
_TYPED = 40


class CheckpointPruning:
    """Opens the dialog for the job under the cursor."""

    def __init__(self, context: JobsContext) -> None:
        self._context = context

    @handles("jobs.keep_best")
    def show(self) -> None:
        """Choose how many checkpoints stay, and see which would go."""
        if (job := self._context.job) is None:
            return
        workspace = self._context.workspace
        workspace.provider.check_writable("delete checkpoints")
        check_prunable(workspace)
        ended = [one for one in self._context.jobs if one.terminal]
        self._context.open(KeepBestDialog(workspace, job, ended))


class KeepBestDialog(Dialog[None]):
    """Lists what would go and what stays while it is chosen; nothing goes before a typed word."""

    DEFAULT_CSS = """
    KeepBestDialog {
        & > .dialog { width: 96%; }
        & RecordList { height: auto; max-height: 11; min-height: 4; margin: 1 0 0 0; }
        &.-low RecordList { max-height: 4; }
    }
    """
    WHERE = "keep_best"
    CHOSEN = "keep_best.go_on"

    def __init__(self, workspace: Workspace, job: Job, ended: list[Job]) -> None:
        super().__init__("Keep the best checkpoints, delete the rest")
        self._workspace, self._job, self._ended = workspace, job, ended
        self._everything = False
        self._asked: Measure | None = None
        self._found: list[PrunableJob] | None = None
        self.judged: list[JudgedCheckpoint] = []
        self._gone: set[str] = set()  # ids deleted since the jobs were asked
        self._panel = OutcomesPanel()
        self.deletion = Deletion(DialogContext(self), self._panel, self, "checkpoint")

    def compose_content(self) -> ComposeResult:
        """Lay out how many stay, by what, the list, and what came of deleting."""
        yield Static("how many stay, of each job", markup=False)
        yield Entry("1", id="keep")
        yield Static(id="which", markup=False)
        yield RecordList(empty=ASKING, id="checkpoints")
        yield Static("", classes="problem", markup=False)
        yield self._panel
        yield self.key_hints(up=None, down=None, cancel="closes")

    def on_mount(self) -> None:
        """Ask for the checkpoints."""
        start_worker(self, self.fetch, "list", "list the checkpoints")

    async def fetch(self) -> None:
        """Ask for the checkpoints again. Raises ServiceError."""
        jobs = self._ended if self._everything else [self._job]
        try:
            self._found = await look_at_checkpoints(self._workspace, jobs)
        except ServiceError:
            self._found = []
            raise
        finally:
            self._gone = set()
            self._judge()
        problems = [one.problem for one in self._found if one.problem is not None]
        if problems:  # of the others what is known is shown
            raise problems[0]

    async def take_gone(self, ids: Collection[str]) -> None:
        """Judge without these, until their jobs are asked again."""
        self._gone = {*ids}
        self._judge()

    # -- choosing ----------------------------------------------------------------------

    def remembered(self) -> Mapping[str, Any]:
        """Return by what they are ranked, and whether those of all jobs are."""
        return {"measure": self._asked, "everything": self._everything}

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Rank them as then."""
        asked = remembered.get("measure")
        self._asked = next((one for one in Measure if one == asked), None)
        if remembered.get("everything") is True:
            self.switch_jobs()
        self._judge()

    def on_input_changed(self) -> None:
        """Judge by the number typed."""
        self._judge()

    @handles("keep_best.measure")
    def switch_measure(self) -> None:
        """Rank them by the next measure."""
        measures = [*Measure]
        now = self._measure()
        at = measures.index(now) if now is not None else -1
        self._asked = measures[(at + 1) % len(measures)]
        self._judge()

    @handles("keep_best.all")
    def switch_jobs(self) -> None:
        """Switch between this job and all that have ended."""
        self._everything = not self._everything
        self._found = None
        self._judge()
        start_worker(self, self.fetch, "list", "list the checkpoints")

    def _measure(self) -> Measure | None:
        try:
            return measure_of_all(self._found or [], self._asked)
        except InputError:
            return None

    def _judge(self) -> None:
        text, problem = self.query_one(Entry).value.strip(), ""
        self.judged = []
        measure = self._asked
        try:
            keep, measure = _number(text), measure_of_all(self._found or [], self._asked)
            for one in self._found or []:
                self.judged += (it for it in one.judged(keep, measure) if it.id not in self._gone)
        except InputError as error:
            problem = in_app(f"{error.cause}. {error.next_step}".strip())
        self.query_one(".problem", Static).update(one_line(problem, 200))
        self.query_one("#which", Static).update(self._which(measure))
        listing = self.query_one(RecordList)
        listing.show(len(self.judged), self._row, empty=ASKING if self._found is None else NONE)

    def _which(self, measure: Measure | None) -> str:
        jobs = "all jobs that have ended" if self._everything else f"job {self._job.id}"
        rate = self._workspace.profile.keep_rate("checkpoints")
        month = month_words(None if rate is None else rate.month(None))
        if rate is not None:
            month = month_words(rate.month(None), rate.counted)
        going = plural(len(self._going), "checkpoint")
        by = measure.words if measure else "nothing: choose with tab"
        return f"of {one_line(jobs, 60)}, by {by}\n{going} would go · keeping them costs: {month}"

    @property
    def _going(self) -> list[JudgedCheckpoint]:
        return [one for one in self.judged if not one.stays]

    def _row(self, row: int, width: int) -> Text:
        one = self.judged[row]
        measure = self._measure() or Measure.STEP
        text = Text.assemble(("  " if one.stays else "✗ ", "" if one.stays else "bold"))
        text.append(f"{one.line(measure):<30}")
        text.append(f"  {one_line(one.stays or 'goes', 60)}", style="dim" if one.stays else "")
        text.append(f"  {one_line(one.id or one.checkpoint.id, 200)}", style="dim")
        text.truncate(width, overflow="ellipsis")
        return text

    # -- deleting ----------------------------------------------------------------------

    @handles("keep_best.go_on")
    def go_on(self) -> None:
        """Ask for the word, then delete what would go."""
        going = self._going
        if self.deletion.busy():
            return
        if not going:
            self.notify("Every checkpoint would stay: nothing is deleted.", timeout=4)
            return
        facts = {one.id: one.to_json() for one in going}
        self.deletion.ask(
            DeletionQuestion(
                f"Delete {plural(len(going), 'checkpoint')}",
                self._statement(going),
                _word(going),
                (going[0].id,) if len(going) == 1 else (),
            ),
            [
                Batch(
                    self._workspace.models.deletions(),
                    "checkpoint",
                    lambda _: [*facts],
                    facts.__getitem__,
                )
            ],
        )

    def _statement(self, going: list[JudgedCheckpoint]) -> str:
        profile = self._workspace.profile.name
        stays = [one for one in self.judged if one.stays]
        lines = [f"Profile {profile} will delete {plural(len(going), 'checkpoint')} for good:", ""]
        lines += [f"  {one_line(one.id, 200)}" for one in going[:6]]
        lines += [f"  … and {len(going) - 6} more"] if len(going) > 6 else []
        kept = ", ".join(f"step {one.checkpoint.step}" for one in stays[:6])
        more = f" and {len(stays) - 6} more" if len(stays) > 6 else ""
        lines += ["", f"This cannot be undone. What stays: {kept or 'no checkpoint'}{more};"]
        return "\n".join([*lines, "the job's model, its files and its record."])

    @handles("dialog.cancel")
    def cancel(self) -> None:
        """Stop deleting, else close the results, else the dialog."""
        if not self.deletion.close():
            self.dismiss(None)


def _number(text: str) -> int:
    """Return how many are to stay. Raises InputError for what is not a number."""
    if text.isascii() and text.isdigit():
        return int(text)
    raise InputError("", f"{text!r} is not a number of checkpoints", "")


def _word(going: list[JudgedCheckpoint]) -> str:
    return confirmation_word("delete", len(going), [going[0].id.rpartition(":")[2]], _TYPED)
