"""Deleting fine-tuned models: what it would take is shown first, with what may go too."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.core.models.cleanup import continued_by
from tui.core.models.deletion_plan import plan_deletion
from tui.core.models.deletion_words import plan_lines, word_for
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.deleting import Batch, DeletionQuestion
from tui.screens.models.pruning import PruneModels
from tui.services.errors import InputError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.models.deletion_plan import DeletionPlan
    from tui.core.models.entry import ModelEntry
    from tui.screens.controller_context import ScreenContext
    from tui.screens.deleting import Deletion
    from tui.screens.models.model_list import ModelList
    from tui.services.workspace import Workspace

_SHOWN = 5  # models named in the question


class ModelDeletion:
    """Deletes the models marked, or the one under the cursor."""

    def __init__(self, context: ScreenContext, listed: ModelList, deletion: Deletion) -> None:
        self._context, self._listed, self._deletion = context, listed, deletion

    @handles("models.delete")
    def delete(self) -> None:
        """Delete the marked models, or the one under the cursor, after a typed word."""
        listed = self._listed
        chosen = [model for model in listed.models if model.id in listed.marked]
        if not chosen and listed.current is not None:
            chosen = [listed.current]
        if chosen and not self._deletion.busy():
            self._ask(chosen, marked=bool(listed.marked))

    @handles("models.prune")
    def prune(self) -> None:
        """Choose how long unused, see what goes and stays, and delete it after a typed word."""
        seen = self._listed.seen
        if self._deletion.busy():
            return
        self._deletion.check_writable()
        seen.check_known()

        def chosen(ids: tuple[str, ...] | None) -> None:
            going = [one for one in self._listed.seen.entries if ids and one.id in ids]
            if going:
                self._ask(going, marked=False)

        self._context.open(PruneModels(seen.entries, continued_by(seen.jobs)), chosen)

    def _ask(self, chosen: Sequence[ModelEntry], *, marked: bool) -> None:
        listed = self._listed
        plan = plan_deletion(chosen, listed.seen.entries, listed.seen.jobs, time.time())
        try:
            self._deletion.check_writable()
            _check_any(plan)
        except ServiceError as error:
            self._context.show_error(error)
            return
        self._context.clear_error()
        workspace = self._context.workspace
        batches = _batches(plan, workspace)
        question = _question(plan, batches, listed.models, workspace, marked=marked)
        self._deletion.ask(question, batches)


def _check_any(plan: DeletionPlan) -> None:
    """Raise InputError where none of those chosen can be deleted."""
    if plan.going:
        return
    first = plan.held[0]
    more = f" ({len(plan.held) - 1} more are not either)" if len(plan.held) > 1 else ""
    raise InputError("Nothing is deleted", f"{first.entry.id}: {first.why}{more}")


def _question(
    plan: DeletionPlan,
    batches: Sequence[Batch],
    listed: Sequence[ModelEntry],
    workspace: Workspace,
    *,
    marked: bool,
) -> DeletionQuestion:
    noun = "marked model" if marked else "model"
    extras = [batch.noun for batch in batches if batch.extra]

    def statement(too: frozenset[int]) -> str:
        going = {extras[place] for place in too}
        lines = plan_lines(
            plan, workspace.profile, _SHOWN,
            checkpoints="checkpoint" in going, files="file" in going,
        )  # fmt: skip
        return "\n".join(lines)

    return DeletionQuestion(
        f"Delete {plural(len(plan.going), noun)}",
        statement,
        word_for(plan.going, listed),
        (plan.going[0].id,) if len(plan.going) == 1 else (),
    )


def _batches(plan: DeletionPlan, workspace: Workspace) -> list[Batch]:
    going = {model.id: model for model in plan.going}
    models, files = workspace.models.deletions(), workspace.files.deletions()
    batches = [Batch(models, "model", lambda _: [*going], lambda one: going[one].to_json())]
    if plan.checkpoints:
        extra = plural(len(plan.checkpoints), "checkpoint")
        batches.append(Batch(models, "checkpoint", lambda _: plan.checkpoints, extra=extra))
    if plan.files:
        extra = f"{plural(len(plan.files), 'file')} that no other job used"
        batches.append(Batch(files, "file", plan.files_of, extra=extra))
    return batches
