"""Where the prompts of a run come from: the open dataset, files of the models, a recording."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui.core.compare.plan import Plan
from tui.core.compare.recorded import recorded_candidate, successor
from tui.core.text.text import one_line, plural
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog
from tui.services.datasets.validation_file import validation_beside
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tui.core.compare.plan import Candidate
    from tui.core.compare.prompts import Prompt
    from tui.screens.compare.compare_context import CompareContext
    from tui.services.datasets import Document
    from tui.services.store.tables.comparisons_table import RunRecord


@dataclass(frozen=True, slots=True)
class Source:
    """Where prompts come from: a file, rows of the open dataset by position, or a recording."""

    words: str
    path: Path | None = None
    positions: Sequence[int] = ()
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Participants:
    """Who takes part in a run, and what a recording decides of it."""

    candidates: tuple[Candidate, ...]
    repeats: int | None = None
    source: str = ""


class RunSources:
    """Offers sources, and reads their prompts."""

    def __init__(self, context: CompareContext) -> None:
        self._context = context

    async def choose(
        self, models: Sequence[str], marked: Source | None, *, records: bool = False
    ) -> Source | None:
        """Have a source chosen, None for none; `marked` are rows that another mode asks for.

        To be recorded with (`records`), a recording is not a source.
        """
        title = "Record the answers to the prompts of" if records else "Ask the prompts of"
        document = self._context.workspace.datasets.current
        choices: list[Choice[Source | str]] = []
        if document is not None:
            if marked is not None and marked.positions[-1] < len(document):
                choices.append(Choice(marked, marked.words))
            words = f"{document.path.name}, {plural(len(document), 'example')}"
            choices.append(Choice(Source(words, None, range(len(document))), words, "open now"))
        known = {document.path} if document is not None else set()
        for path, why in (await self._beside(models, document)).items():
            if path not in known:
                choices.append(Choice(Source(path.name, path), path.name, why))
        if not records:
            choices += await self._recordings()
        choices.append(Choice("file", "Another file …", "JSONL, such as a validation file"))
        if len(choices) == 1:
            return await self._choose_file(title)
        chosen = await self._context.ask(Choose(title, choices))
        if isinstance(chosen, Source):
            return chosen
        return await self._choose_file(title) if chosen == "file" else None

    async def with_recording(self, candidates: Sequence[Candidate], source: Source) -> Participants:
        """Return who takes part: with a recording that is the first, and others are asked alike."""
        if not source.recording:
            return Participants(tuple(candidates))
        found = await self._context.workspace.compare.read(source.recording)
        plan = found.plan
        if plan is None:
            raise InputError("No such recording", source.recording, "Choose another one.")
        first = recorded_candidate(found.id, plan)
        others = [successor(one.model, plan) for one in candidates if not one.recording]
        return Participants((first, *others), plan.repeats, plan.source)

    async def prompts(self, source: Source, limit: int | None) -> tuple[list[Prompt], int]:
        """Return the prompts of a source, and how many of its lines ask nothing."""
        from tui.services.compare.sources import prompts_of_file, prompts_of_rows

        if source.recording:
            found = await self._context.workspace.compare.read(source.recording)
            return [*found.plan.prompts[:limit]] if found.plan else [], 0
        if source.path is not None:
            return await prompts_of_file(source.path, limit)
        document = self._context.workspace.datasets.current
        if document is None:
            raise InputError("The dataset was closed", source.words, "Open it again.")
        return await prompts_of_rows(document.snapshot(), source.positions, limit)

    # -- inside ------------------------------------------------------------------------

    async def _beside(self, models: Sequence[str], document: Document | None) -> dict[Path, str]:
        """Return files to measure with, and why: of the models' jobs, and beside the open one."""
        found: dict[Path, str] = {}
        for one in await self._context.workspace.compare.files_of(models):
            found.setdefault(one.path, f"{one.kind} of {one_line(one.model, 40)}")
        if document is not None:
            path = await asyncio.to_thread(validation_beside, document.path)
            if path is not None:
                found.setdefault(path, f"validation file beside {document.path.name}")
        return found

    async def _recordings(self) -> list[Choice[Source | str]]:
        found = await self._context.workspace.compare.recordings(all_profiles=True)
        return [_recording_choice(one) for one in found]

    async def _choose_file(self, title: str) -> Source | None:
        recents = await self._context.workspace.datasets.recents()
        path = await self._context.ask(PathDialog(title, recents))
        return None if path is None else Source(path.name, path)


def source_of(one: RunRecord) -> Source:
    """Return a recording as a source."""
    plan = Plan.from_json(one.settings, ())
    model = plan.candidates[0].model if plan.candidates else one.id
    return Source(f"recording of {one_line(model, 40)}", recording=one.id)


def _recording_choice(one: RunRecord) -> Choice[Source | str]:
    source = source_of(one)
    at = datetime.fromtimestamp(one.at).astimezone()
    part = "" if one.good >= one.wanted else f" of {one.wanted:,}"
    why = f"{at:%m-%d %H:%M}, {one.good:,}{part} answers of {one.profile}, not asked again"
    return Choice(source, source.words, why)
