"""What can be saved of a model before it goes: record it, move it, compare with what it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.catalog.abilities import Ability
from tui.core.compare.sides.compare_request import CompareAsked
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import GoOn
from tui.screens.dialogs.path import PathDialog
from tui.screens.models.asking import check_there

if TYPE_CHECKING:
    from tui.core.jobs.jobs import Job
    from tui.core.models.entry import ModelEntry
    from tui.screens.controller_context import ScreenContext
    from tui.screens.models.model_list import ModelList
    from tui.services.jobs.moving.service import MovePlan, Moving
    from tui.services.settings.profile import Profile


class WindingDown:
    """Records and moves the model under the cursor."""

    def __init__(self, context: ScreenContext, listed: ModelList) -> None:
        self._context, self._listed = context, listed

    @handles("models.record")
    def record(self) -> None:
        """Keep the model's answers to a dataset: Compare asks which, and what it may cost."""
        if (model := self._listed.current) is None:
            return
        check_there(model, "record it")
        self._context.host.compare(CompareAsked(models=(model.asked_as,), records=True))

    @handles("models.against", group="against")
    @opens
    async def compare_with_old(self) -> None:
        """Compare the model with the recording of the one that it takes the place of."""
        from tui.services.jobs.moving.recordings import recording_of_moved

        if (model := self._listed.current) is None:
            return
        check_there(model, "compare it with the recording")
        workspace = self._context.workspace
        found = await recording_of_moved(workspace.store, workspace.compare, model.id)
        asked = CompareAsked(models=(model.asked_as,), recording=found.id)
        self._context.host.compare(asked)

    @handles("models.move", group="move")
    @opens
    async def move(self) -> None:
        """Prepare the model's job for another profile: what becomes of it, then the form there."""
        model, context = self._listed.current, self._context
        if model is None:
            return
        target = await self._choose_profile(model)
        if target is None:
            return
        moving = context.workspace.moving()
        job = await moving.job_of(model.id)
        plan = await self._plan(moving, job, target)
        if plan is None or not await self._agreed(plan):
            return
        before = context.workspace.profile.name

        def left() -> None:
            context.run(self._back, before, group="move", description="go back to the model")

        if await context.host.switch_profile(target.name):
            context.host.train_on((await self._with_base(plan)).draft, left)

    async def _back(self, profile: str) -> None:
        """Go back to where the move began: the form was left without a job."""
        host = self._context.host
        host.show_mode("models")
        if self._context.workspace.profile.name != profile and await host.switch_profile(profile):
            self._context.tell(f"Nothing was moved: profile {profile} is in use again.", seconds=5)

    # -- inside ------------------------------------------------------------------------

    async def _choose_profile(self, model: ModelEntry) -> Profile | None:
        """Have a profile chosen that may train."""
        workspace = self._context.workspace
        choices = [
            Choice(one, one.name, _remark(one))
            for one in workspace.all_profiles
            if one.name != workspace.profile.name
            and one.provider_entry.abilities.of(Ability.JOBS) != "no"
            and not one.read_only
        ]
        empty = f"no other profile that trains: {key_hint('app.profile', 'adds')} one"
        title = f"Move {one_line(model.id, 40)} to"
        return await self._context.ask(Choose(title, choices, empty=empty))

    async def _plan(self, moving: Moving, job: Job, target: Profile) -> MovePlan | None:
        """Return what becomes of the job; what is not known is asked for. None leaves it."""
        from tui.services.jobs.moving.data import MissingDataError
        from tui.services.jobs.moving.service import MoveOptions

        given = MoveOptions()
        while True:
            try:
                plan = await moving.plan(job, target, given)
            except MissingDataError as error:
                path = await self._context.ask(
                    PathDialog(f"The dataset of the job? {one_line(error.cause, 120)}")
                )
                if path is None:
                    return None
                if error.file == "training":
                    given = replace(given, training=path)
                else:
                    given = replace(given, validation=path)
                continue
            if not plan.moved.blocked:
                return plan
            if not plan.moved.may_be_chosen_only:
                plan.refuse_blocked()
            question = f"{plan.moved.blocked}. The rejected answers would not be used."
            yes, no = "trains on the preferred answers", "goes back"
            if not await self._context.ask(GoOn("No DPO there", question, yes, no)):
                return None
            given = replace(given, chosen_only=True)

    async def _agreed(self, plan: MovePlan) -> bool:
        from tui.screens.models.move_report import MoveReport

        title = f"Move to {plan.goes_to}"
        return await self._context.ask(MoveReport(title, plan.lines)) is True

    async def _with_base(self, plan: MovePlan) -> MovePlan:
        """Return the plan with the base there, where it is the same; the lab's is found there."""
        from tui.services.jobs.moving.service import base_there, root_of

        workspace = self._context.workspace
        if workspace.profile.kind == "lab":
            return plan
        kind, root = workspace.profile.kind, root_of(plan.job)
        return plan.with_base(await base_there(workspace.models, kind, root))


def _remark(profile: Profile) -> str:
    where = "on this machine" if profile.starts else profile.base_url or ""
    bills = "bills" if profile.bills else "bills nothing"
    return f"{profile.provider_entry.name} · {bills} · {one_line(where, 40)}"
