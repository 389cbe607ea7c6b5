"""Prepare a tuned model's job for another profile: what it was, where it goes, what it becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from tui.core.catalog.abilities import Ability
from tui.core.catalog.methods import METHODS
from tui.core.catalog.models import base_of
from tui.core.catalog.training import AUTO
from tui.core.jobs.move.moving import MovedData, NewHome, OldJob, move
from tui.core.jobs.progress import Progress
from tui.core.money.pricing import FREE
from tui.core.text.text import one_line
from tui.services.errors import InputError, ServiceError, Unfit
from tui.services.jobs.drafts import FILES, Draft, MovedFrom, draft_from_job
from tui.services.jobs.job_costs import read_costs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tui.core.catalog.models import Catalog
    from tui.core.jobs.jobs import Job
    from tui.core.jobs.move.outcome import MovedJob
    from tui.services.jobs.moving.data import FoundFile, JobData
    from tui.services.jobs.service import JobService
    from tui.services.models.service import ModelService
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store

_LAB_BASE = "lab-small"
_FIELDS = ("suffix", "seed", "metadata", "grader", "wandb_project", "wandb_name", "wandb_entity",
           "wandb_tags")  # fmt: skip


@dataclass(frozen=True, slots=True)
class MoveOptions:
    """What whoever moves says: files in place of those found, and what becomes of pairs."""

    training: Path | None = None
    validation: Path | None = None
    chosen_only: bool = False


@dataclass(frozen=True, slots=True)
class MovePlan:
    """A job on its way to another profile; `draft` is what the form begins with there.

    `cost` is what the old job cost, in words.
    """

    job: Job
    came_from: str
    goes_to: str
    draft: Draft
    moved: MovedJob
    files: tuple[FoundFile, ...] = ()
    cost: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """Return all there is to say before anything is done, a line each."""
        job = self.job
        model = one_line(job.fine_tuned_model or job.id, 100)
        head = [f"{model} at {self.came_from}, trained on {one_line(job.model, 60)}"]
        head += [f"it cost at {self.came_from}: {self.cost or 'not known'}", self._base_words]
        return [*head, *(f"✓ data {one.words}" for one in self.files), *self.moved.lines,
                *(f"· {one}" for one in self.remarks)]  # fmt: skip

    def with_base(self, base: str) -> MovePlan:
        """Return it with the base to train on there."""
        return replace(self, draft=replace(self.draft, model=base))

    @property
    def _base_words(self) -> str:
        base, root = self.draft.model, root_of(self.job)
        if not base:
            return "· base: chosen in the form there"
        if base == root:
            return f"✓ base: {one_line(base, 60)}"
        return f"· base: {one_line(root, 60)} → {one_line(base, 60)}; answers will differ"

    def refuse_blocked(self) -> None:
        """Raise Unfit where the job cannot be moved."""
        if self.moved.blocked:
            step = "Choose another profile."
            if self.moved.may_be_chosen_only:
                step = "--chosen-only does that; or choose another profile."
            raise Unfit("The job cannot be moved", self.moved.blocked, step)

    def as_json(self) -> dict[str, Any]:
        """Return it for a document."""
        return {
            "from": {
                "profile": self.came_from,
                "model": self.job.fine_tuned_model,
                "job": self.job.id,
                "base": self.job.model,
                "cost": self.cost or None,
            },
            "to": {"profile": self.goes_to, "base": self.draft.model or None},
            "files": [{"path": str(one.path), "found": one.how} for one in self.files],
            **self.moved.as_json(),
            "remarks": list(self.remarks),
        }


class Moving:
    """Prepares moves from a profile."""

    def __init__(
        self,
        profile: Profile,
        jobs: JobService,
        store: Store,
        catalog: Callable[[], Catalog],
        data: JobData,
    ) -> None:
        self._profile, self._jobs, self._store = profile, jobs, store
        self._catalog, self._data = catalog, data

    async def job_of(self, model: str) -> Job:
        """Return the job that made a model, or of this id; as last seen where nobody answers.

        Raises InputError where there is none.
        """
        try:
            listed = await self._jobs.list()
        except ServiceError:  # the ledger may know it, also after the provider has forgotten
            listed = []
        kept = await self._jobs.cache.jobs()
        for job in (*listed, *kept.jobs):
            if model in {job.id, job.fine_tuned_model} or _is_checkpoint(model, job):
                return job
        raise InputError(
            "The job of the model is not known",
            f"no job of profile {self._profile.name} made {one_line(model, 100)}",
            "`finetui models list --tuned` lists those that can be moved.",
        )

    async def plan(self, job: Job, target: Profile, given: MoveOptions | None = None) -> MovePlan:
        """Return what a job becomes at another profile. Nothing is sent there.

        Raises InputError where its data is nowhere or the profile cannot take it.
        """
        given = given or MoveOptions()
        profile = self._profile
        _check_target(profile, target)
        was = draft_from_job(job, profile.terms)
        files = [await self._file("training", job.training_file, given.training)]
        if job.validation_file or given.validation:
            files.append(await self._file("validation", job.validation_file, given.validation))
        data = await self._data.look(files[0].path)
        moved = self._moved(job, was, target, data, given)
        bom = target.provider_entry.limits.wants_bom
        made = [
            await self._data.fitted(one.path, chosen_only=moved.chosen_only, bom=bom)
            for one in files
        ]
        paths, remarks = [path for path, _ in made], [said for _, said in made if said]
        cost = await self._cost(job)
        draft = self._draft(job, moved, paths, cost)
        return MovePlan(job, profile.name, target.name, draft, moved, tuple(files), cost,
                        tuple(remarks))  # fmt: skip

    # -- inside ------------------------------------------------------------------------

    async def _file(
        self, which: Literal["training", "validation"], file_id: str | None, given: Path | None
    ) -> FoundFile:
        from tui.services.jobs.moving.data import FoundFile, MissingDataError

        if given is not None:
            return FoundFile(given, "given")
        if not file_id:
            raise MissingDataError(
                "The data of the job is not known", "the job names no training file",
                "Name the dataset yourself.",
            )  # fmt: skip
        try:
            return await self._data.find(file_id)
        except MissingDataError as error:
            error.file = which
            raise

    def _moved(
        self, job: Job, was: Draft, target: Profile, data: MovedData, given: MoveOptions
    ) -> MovedJob:
        texts = {name: str(getattr(was, name)) for name in _FIELDS}
        texts["validation"] = job.validation_file or (str(given.validation or ""))
        old = OldJob(
            self._profile.terms,
            was.method,
            job.model,
            root_of(job),
            texts,
            was.settings,
            _unread(job, was, self._profile),
        )
        home = NewHome(target.provider_entry, target.terms)
        return move(old, home, data, chosen_only=given.chosen_only)

    def _draft(self, job: Job, moved: MovedJob, paths: list[Path], cost: str) -> Draft:
        texts = {name: text for name, text in moved.texts.items() if name not in FILES}
        validation = str(paths[1]) if len(paths) > 1 and "validation" in moved.texts else ""
        said = f"it cost {cost}" if cost else "what it cost is not known"
        brief = f"{said}; {moved.brief}"
        origin = MovedFrom(self._profile.name, job.fine_tuned_model or "", job.id, brief)
        made: dict[str, Any] = {**texts, "training": str(paths[0]), "validation": validation}
        return Draft(**made, method=moved.method, settings=moved.settings, moved=origin)

    async def _cost(self, job: Job) -> str:
        costs = await read_costs([job], self._profile, self._store.forecasts, self._catalog)
        found = costs.cost(job, Progress())
        if found.amount == 0:
            return FREE
        return found.words


async def base_there(models: ModelService, kind: str, root: str) -> str:
    """Return the base to train on at a profile of this kind: the same, or the lab's own.

    Empty where it is to be chosen.
    """
    try:
        listed = [one.id for one in await models.list() if not one.is_tuned]
    except ServiceError:
        return ""
    if root in listed:
        return root
    return next((one for one in listed if one == _LAB_BASE), "") if kind == "lab" else ""


def root_of(job: Job) -> str:
    """Return the base that a job's model comes from in the end."""
    tuned = job.model.startswith("ft:") or ".ft-" in job.model
    return base_of(job.model) if tuned else job.model


def _check_target(profile: Profile, target: Profile) -> None:
    if target.name == profile.name:
        raise InputError(
            "Nothing to move", f"the model is at profile {target.name} already",
            "Name another profile; `finetui jobs create --like JOB` makes it again here.",
        )  # fmt: skip
    if target.provider_entry.abilities.of(Ability.JOBS) == "no":
        cause = f"{target.provider_entry.name} offers no fine-tuning"
        raise InputError("The job cannot be moved", cause, "Choose another profile.")
    if not target.wants_key:  # that is asked for with the switch
        target.check_usable()


def _is_checkpoint(model: str, job: Job) -> bool:
    made = job.fine_tuned_model
    return bool(made) and model.startswith(f"{made}:ckpt-")


def _unread(job: Job, was: Draft, profile: Profile) -> Mapping[str, str]:
    """Return the hyperparameters of a job that its provider's terms have no name for."""
    known = {one.key for one in profile.terms.parameters if one.id in was.settings}
    other = {} if job.method in METHODS else {"method": job.method}
    found = {name: value for name, value in job.hyperparameters.items() if name not in known}
    shown = {name: one_line(str(value), 60) for name, value in found.items() if value is not None}
    return other | {name: value for name, value in shown.items() if value != AUTO}
