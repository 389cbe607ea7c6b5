"""What deleting models would take, what depends on them, and what stays. Nothing is asked here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.models.cleanup import JudgedModel
from tui.core.models.states import ModelState
from tui.core.provider.deletion import STALE_S
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tui.core.jobs.jobs import Job
    from tui.core.models.entry import FileOfJob, ModelEntry

_NAMED = 4  # how many of those that depend on a model are named


@dataclass(frozen=True, slots=True)
class DeletionPlan:
    """What deleting some models would do.

    `going` would be asked for, `held` would not, each with why. `notes` is what depends on those
    that go, in sentences. `checkpoints` are ids of models that were kept in the middle of their
    training, and `files` those that no other job was given: both stay unless they are asked for
    too. `shared` counts the files that others use.
    """

    going: tuple[ModelEntry, ...]
    held: tuple[JudgedModel, ...] = ()
    notes: tuple[str, ...] = ()
    checkpoints: tuple[str, ...] = ()
    files: tuple[FileOfJob, ...] = ()
    shared: int = 0

    def files_of(self, gone: Collection[str]) -> list[str]:
        """Return the ids of the `files` that no model of the plan needs, once these are gone."""
        needed = {
            file.id
            for entry in self.going
            if entry.id not in gone
            for file in (entry.training_file, entry.validation_file)
            if file is not None
        }
        return [file.id for file in self.files if file.id not in needed]

    def to_json(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {
            "would_delete": [one.id for one in self.going],
            "held": [{"id": one.entry.id, "why": one.why} for one in self.held],
            "notes": [*self.notes],
            "checkpoints": [*self.checkpoints],
            "files": [file.id for file in self.files],
        }


def plan_deletion(
    chosen: Sequence[ModelEntry], entries: Iterable[ModelEntry], jobs: Iterable[Job], now: float
) -> DeletionPlan:
    """Return what deleting the `chosen` would do; `entries` and `jobs` are all that are known.

    `now` is in Unix seconds.
    """
    everything, known_jobs = [*entries], [*jobs]
    held = [JudgedModel(one, why) for one in chosen if (why := why_held(one, now))]
    kept = {one.entry.id for one in held}
    going = [one for one in chosen if one.id not in kept]
    ids = {one.id for one in going}
    files, shared = _files(going, ids, known_jobs)
    return DeletionPlan(
        tuple(going),
        tuple(held),
        tuple(_notes(going, ids, everything, known_jobs)),
        _checkpoints(going, ids, everything),
        files,
        shared,
    )


def why_held(entry: ModelEntry, now: float) -> str:
    """Return why a model is not asked to be deleted, empty where it is.

    One deleted from here that the provider lists still is asked for again after a day.
    """
    if entry.kind == "base":
        return "it is a base model of the provider"
    if entry.state is ModelState.DELETED_HERE:
        if not entry.listed:
            return "it was deleted from here already"
        if now - (entry.deleted_at or 0) < STALE_S:
            return "it was deleted from here already; the provider still lists it"
    if entry.state is ModelState.DELETED_ELSEWHERE:
        return "it is gone already"
    holding = [one for one in entry.deployments or () if not one.leaving]
    if holding:
        names = ", ".join(one.title for one in holding)
        return f"it is deployed as {names}: delete the deployment first"
    return ""


def _notes(
    going: Sequence[ModelEntry], ids: set[str], everything: Sequence[ModelEntry], jobs: list[Job]
) -> Iterable[str]:
    them = "them" if len(going) > 1 else "it"
    running = [job.id for job in jobs if job.model in ids and not job.terminal]
    if running:
        trains = "trains" if len(running) == 1 else "train"
        yield f"{plural(len(running), 'job')} still {trains} on {them}: {_few(running)}."
    made = [
        one.suffix or one.id
        for one in everything
        if one.base in ids and one.id not in ids and one.kind == "tuned" and not one.state.gone
    ]
    if made:
        yield f"Trained further from {them}, and staying: {_few(made)}."
    hidden = [one.id for one in going if not one.state.there and not one.state.gone]
    if hidden:
        they = "they are" if len(hidden) > 1 else "it is"
        yield f"Whether {they} there is not known, {they} asked for: {_few(hidden)}."
    chats = sum(one.usage.chats for one in going)
    compared = sum(one.usage.compared for one in going)
    done = [plural(chats, "request")] if chats else []
    done += [plural(compared, "comparison")] if compared else []
    if done:
        yield f"{' and '.join(done)} made with {them} can be read here, but not asked again."


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _checkpoints(
    going: Sequence[ModelEntry], ids: set[str], everything: Sequence[ModelEntry]
) -> tuple[str, ...]:
    """Return the checkpoints that the provider lists as models, and so may delete."""
    listed = {one.id for one in everything if one.kind == "checkpoint" and one.state.there}
    kept = (point.model for one in going for point in one.checkpoints or ())
    return tuple(dict.fromkeys(name for name in kept if name in listed and name not in ids))


def _files(
    going: Sequence[ModelEntry], ids: set[str], jobs: Iterable[Job]
) -> tuple[tuple[FileOfJob, ...], int]:
    own = {one.job for one in going}
    used = {
        name
        for job in jobs
        if job.id not in own and not (job.terminal and job.fine_tuned_model in ids)
        for name in (job.training_file, job.validation_file)
    }
    given = {
        file.id: file
        for one in going
        for file in (one.training_file, one.validation_file)
        if file is not None
    }
    alone = tuple(file for name, file in given.items() if name not in used)
    return alone, len(given) - len(alone)
