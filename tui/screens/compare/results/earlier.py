"""The list of the runs that were kept: open one, or delete it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui.core.compare.plan import Plan
from tui.core.text.paths import path_line
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from tui.core.compare.plan import Candidate
    from tui.services.store.tables.comparisons_table import RunRecord


@dataclass(frozen=True, slots=True)
class RunToDelete:
    """A run of the list that is to be deleted."""

    id: str


class EarlierRuns(Choose[str | RunToDelete]):
    """Answers with the id of a run to open, or with one to delete."""

    WHERE = "earlier_runs"

    @handles("earlier_runs.delete")
    def delete(self) -> None:
        """Answer with the run under the cursor, to be deleted."""
        if self.listed:
            run = self.listed[self.query_one(RecordList).cursor].value
            self.dismiss(RunToDelete(str(run)))
        else:
            self.notify("There is no run here to delete.", timeout=4)


def run_choice(run: RunRecord, mine: str) -> Choice[str | RunToDelete]:
    """Return a run as a choice; `mine` stands for the prompts of the run that is shown."""
    plan = Plan.from_json(run.settings, ())
    at = datetime.fromtimestamp(run.at).astimezone()
    names = ", ".join(_short(one) for one in plan.candidates)
    same = "the same prompts · " if run.prompts == mine else ""
    source = path_line(plan.source, 26)
    title = f"{at:%m-%d %H:%M} {source}, {plural(run.answered, 'answer')}"
    kept = "recording · " if run.records else ""
    return Choice(run.id, title, f"{kept}{same}{names}")


def deletion_question(run: RunRecord) -> str:
    """Return what deleting a run would take."""
    plan = Plan.from_json(run.settings, ())
    answers, source = plural(run.answered, "answer"), path_line(plan.source, 40)
    names = ", ".join(one_line(one.name, 60) for one in plan.candidates)
    said = f"{answers} of {names} to {source}, for good. Nothing is deleted at the provider."
    if run.records:
        said += (
            " It is a recording: once the model is gone, its answers cannot be had again. "
            "Comparisons made with it stay."
        )
    return said


def _short(candidate: Candidate) -> str:
    return candidate.name if len(candidate.name) <= 24 else f"…{candidate.name[-23:]}"
