"""Chat with the model a job has made, or compare it with its base, unless it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.compare.sides.compare_request import CompareAsked
from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.gone import gone
from tui.services.errors import InputError

if TYPE_CHECKING:
    from tui.core.jobs.jobs import Job
    from tui.screens.jobs.jobs_context import JobsContext
    from tui.services.jobs.polling.poller import PollerState


class JobAsking:
    """Takes the model of the job under the cursor to Chat and to Compare."""

    def __init__(self, context: JobsContext) -> None:
        self._context = context
        self._looked_for: dict[str, int | None] = {}

    @handles("jobs.chat", group="chat")
    @opens
    async def chat(self) -> None:
        """Chat with what serves the model, or with itself, which then says what it lacks."""
        from tui.services.models.serving import look_at_serving

        if (job := self._context.job) is None:
            return
        context, model = self._context, await self._model_of(job, "chat with it")
        context.host.complete("chat")
        if context.workspace.api.deployments.next_step(model):
            context.note("looking what serves the model …")
            serving = await look_at_serving(
                context.workspace.api, context.workspace.deployments.last
            )
            context.note("")
            model = serving.chat_name(model) or model
        context.host.chat_with(model)

    @handles("jobs.compare", group="chat")
    @opens
    async def compare(self) -> None:
        """Compare the model with its base."""
        if (job := self._context.job) is not None:
            model = await self._model_of(job, "compare it")
            self._context.host.compare(CompareAsked(models=(job.model, model)))

    def take(self, _state: PollerState) -> None:
        """Look whether the models of jobs that were not listed before are there."""
        if self._made() != self._looked_for:
            self.look_for_models()

    def look_for_models(self) -> None:
        """Look in the ledger which models of the jobs listed are gone."""
        self._context.run(self._look, group="gone", description="look which models are gone")

    async def _look(self) -> None:
        from tui.services.models.tombstones import all_gone

        context = self._context
        workspace = context.workspace
        self._looked_for, profile = self._made(), workspace.profile.name
        gone = await all_gone(workspace.store, profile, self._looked_for)
        if gone != context.gone and profile == context.workspace.profile.name:
            context.gone = gone
            context.paint()

    def _made(self) -> dict[str, int | None]:
        """Return the models of the jobs listed, with when each was made (Unix seconds)."""
        return {
            job.fine_tuned_model: job.finished_at or job.created_at
            for job in self._context.jobs
            if job.fine_tuned_model
        }

    async def _model_of(self, job: Job, doing: str) -> str:
        """Return the model of a job. Raises InputError where there is none, or none any more."""
        from tui.services.models.tombstones import why_gone

        model = job.fine_tuned_model
        if model is None:
            step = "Wait until it has succeeded." if job.active else "Choose another job."
            error = InputError("No model yet", f"job {job.id} is {job.status}", step)
            raise self._context.until_ended(job, error)
        workspace = self._context.workspace
        made = job.finished_at or job.created_at
        if why := await why_gone(workspace.store, workspace.profile.name, model, made):
            raise gone(doing, model, why)
        return model
