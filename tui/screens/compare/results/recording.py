"""Record a model before it goes, and compare others with what was recorded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.compare.plan import Candidate
from tui.core.compare.recorded import recorder
from tui.dispatch import handles
from tui.screens.chat.parameters.controller import defaults_for
from tui.screens.compare.results.sources import RunSources, source_of
from tui.screens.controller_context import opens
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from tui.core.chat.parameters import ChatParameters
    from tui.core.compare.sides.compare_request import CompareAsked
    from tui.screens.compare.compare_context import CompareContext
    from tui.screens.compare.results.running import DatasetRuns


class Recording:
    """Makes recordings with the run's own form, and has them take part."""

    def __init__(self, context: CompareContext, running: DatasetRuns) -> None:
        self._context, self._running = context, running
        self._sources = RunSources(context)

    def take(self, asked: CompareAsked) -> None:
        """Do what another mode has asked for."""
        if asked.records and asked.models:
            candidate = Candidate(asked.models[0], asked.models[0], self._defaults)
            self._context.run(
                self._or_back, asked.back, partial(self._record, candidate),
                group="run-form", description="record a model",
            )  # fmt: skip
        elif asked.recording:
            self._context.run(
                self._or_back, asked.back, partial(self._compare, asked.recording, asked.models),
                group="run-form", description="compare with a recording",
            )  # fmt: skip

    async def _or_back(self, mode: str, ask: Callable[[], Awaitable[bool]]) -> None:
        """Begin what another mode has asked for; whoever leaves it is taken back there."""
        if not await ask() and mode:
            self._context.host.show_mode(mode)

    @handles("compare.record", group="run-form")
    @opens
    async def record(self) -> None:
        """Record the model of the column in focus: keep its answers to a dataset for good."""
        columns, at = self._context.comparison.columns, self._context.focused
        if at >= len(columns):
            self._context.tell_no_column()
            return
        candidate = columns[at].candidate
        if candidate.recording:
            raise InputError("Recorded already", candidate.name, "Choose another column.")
        await self._record(candidate)

    async def _record(self, candidate: Candidate) -> bool:
        """Record a model after its dialogs; False if they were left."""
        if self._running.busy():
            return True  # which is said here
        source = await self._sources.choose([candidate.model], None, records=True)
        if source is None:
            return False
        left_out = self._context.workspace.profile.provider_entry.not_in_chat
        asked = recorder(candidate.model, candidate, logprobs="logprobs" not in left_out)
        return await self._running.ask_source([asked], source, records=True)

    async def _compare(self, recording: str, models: Sequence[str]) -> bool:
        """Compare models with a recording after its dialogs; False if they were left."""
        if self._running.busy():
            return True  # which is said here
        found = await self._context.workspace.compare.recordings(all_profiles=True)
        run = next((one for one in found if one.id == recording), None)
        if run is None:
            raise InputError(
                "No such recording",
                recording,
                f"{key_hint('compare.run', 'lists')} those there are.",
            )
        candidates = [Candidate(model, model, self._defaults) for model in models]
        return await self._running.ask_source(candidates, source_of(run))

    @property
    def _defaults(self) -> ChatParameters:
        return defaults_for(self._context.workspace.profile.kind)
