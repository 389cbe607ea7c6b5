"""Put the inventory together from what lists, jobs, deployments and the ledger tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.catalog.shutdown import shutdown_of, training_ends
from tui.core.models.entry import CheckpointKept, FileOfJob, ModelEntry, Usage
from tui.core.models.remembered import RememberedModel
from tui.core.models.states import Evidence, state_of
from tui.core.provider.deployments import Deployment, deployment_of
from tui.core.provider.parsing import as_int, as_text
from tui.core.provider.records import ModelInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from tui.core.catalog.models import Catalog
    from tui.core.catalog.providers import ProviderEntry
    from tui.core.catalog.shutdown import AccountKind, Shutdown, Until
    from tui.core.jobs.cost_so_far import JobCost
    from tui.core.jobs.jobs import Job
    from tui.core.models.entry import Kind
    from tui.core.models.states import Verdict
    from tui.core.provider.deletion import Tombstone

_STEP = ":ckpt-step-"
_NOTHING = RememberedModel()


def _no_step(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class KnownModels:
    """All that is known of the models of one profile, each part None or empty where it is not.

    `listed` is the provider's list, `deployments` what serves its models, `next_step` how to make
    one answer by its id. `datasets` are local paths by the id of a file, `costs` and `checkpoints`
    stand by the id of a job, `usage` by what was asked: a model or its deployment. `asked` is what
    came of asking to delete a model from here.
    """

    profile: str = ""
    listed: tuple[ModelInfo, ...] | None = None
    jobs: tuple[Job, ...] = ()
    deployments: tuple[Deployment, ...] | None = None
    next_step: Callable[[str], str] = _no_step
    remembered: Mapping[str, RememberedModel] = field(default_factory=dict)
    usage: Mapping[str, Usage] = field(default_factory=dict)
    datasets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    costs: Mapping[str, JobCost] = field(default_factory=dict)
    checkpoints: Mapping[str, tuple[CheckpointKept, ...]] = field(default_factory=dict)
    catalog: Catalog | None = None
    provider_entry: ProviderEntry | None = None
    account: AccountKind = ""
    asked: Mapping[str, Tombstone] = field(default_factory=dict)


def assemble(told: KnownModels, now: float, today: date) -> tuple[ModelEntry, ...]:
    """Return every model the account has or ever had, as far as anything tells of it.

    In the provider's order, then those that only jobs or the ledger name. Takes a while for
    thousands: call it off the event loop.
    """
    return _Assembly(told, now, today).entries()


def made_models(jobs: Iterable[Job]) -> dict[str, Job]:
    """Return the jobs that ended with a model, by the model."""
    return {job.fine_tuned_model: job for job in jobs if job.fine_tuned_model and job.succeeded}


class _Assembly:
    """The parts of what is told, by the ids that they are looked up with."""

    def __init__(self, told: KnownModels, now: float, today: date) -> None:
        self._told, self._now, self._today = told, now, today
        self._listed = {one.id: one for one in reversed(told.listed or ())}
        self._jobs = {job.fine_tuned_model: job for job in told.jobs if job.fine_tuned_model}
        self._deployed: dict[str, list[Deployment]] = {}
        for one in told.deployments or ():
            self._deployed.setdefault(one.model, []).append(one)
        self._ends: dict[str, Shutdown] = {}  # by base
        self._points: dict[str, list[CheckpointKept]] = {}
        for name, info in self._listed.items():
            if info.is_checkpoint:
                point = CheckpointKept(name, name, info.step, info.created)
                self._points.setdefault(name.rpartition(_STEP)[0], []).append(point)

    def entries(self) -> tuple[ModelEntry, ...]:
        """Return all of them."""
        names = dict.fromkeys(one.id for one in self._told.listed or ())
        ghosts = dict.fromkeys((*made_models(self._told.jobs), *self._told.remembered))
        found = [self._of_listed(self._listed[name]) for name in names]
        found += [self._ghost(name) for name in ghosts if name not in names]
        return tuple(found)

    def _of_listed(self, info: ModelInfo) -> ModelEntry:
        known = info.is_tuned or info.id in self._jobs or info.id in self._told.remembered
        if info.is_checkpoint:
            return self._entry(info, "checkpoint", listed=True)
        return self._entry(info, "tuned" if known else "base", listed=True)

    def _ghost(self, name: str) -> ModelEntry:
        remembered = self._told.remembered.get(name, _NOTHING)
        day = as_text(remembered.facts.get("shutdown_date"))
        info = ModelInfo(name, remembered.created, "", day, {})
        listed = None if self._told.listed is None else False
        return self._entry(info, "checkpoint" if info.is_checkpoint else "tuned", listed=listed)

    def _entry(self, info: ModelInfo, kind: Kind, *, listed: bool | None) -> ModelEntry:
        told, name = self._told, info.id
        own = name if kind != "checkpoint" else name.rpartition(_STEP)[0]
        job = self._jobs.get(own)
        remembered = told.remembered.get(name, _NOTHING)
        base = (job.model if job else "") or remembered.base or info.base
        shutdown = self._shutdown(info, base)
        created = info.created or remembered.created or _made_at(job)
        deployed = tuple(self._deployed.get(name, ()))
        step = told.next_step(name) if kind == "tuned" and not deployed else ""
        verdict = state_of(
            Evidence(
                listed,
                listed is True or remembered.listed_at is not None,
                remembered.deleted_at,
                remembered.lookup,
                _made_at(job),
                created,
                shutdown,
                deployed,
                needs_deployment=bool(step),
                deployments_known=told.deployments is not None,
                asked=told.asked.get(name),
            ),
            self._now,
            self._today,
        )
        serving = deployment_of(name, deployed)
        answers = serving is not None and serving.ready is not False
        return ModelEntry(
            name,
            kind,
            verdict.state,
            base,
            info.suffix or (job.suffix if job else "") or _suffix(remembered),
            told.profile,
            verdict.why,
            job.id if job else remembered.job,
            created,
            listed,
            remembered.deleted_at if verdict.state.gone else None,
            shutdown,
            deployments=None if told.deployments is None else deployed,
            checkpoints=self._checkpoints(name, job) if kind == "tuned" else None,
            training_file=self._file(job.training_file if job else None),
            validation_file=self._file(job.validation_file if job else None),
            trained_tokens=job.trained_tokens if job and kind == "tuned" else None,
            cost=told.costs.get(job.id) if job and kind == "tuned" else None,
            bytes=as_int(info.raw.get("bytes")),
            usage=self._usage(name, deployed),
            serving=serving.words if serving else step,
            needs=bool(step),
            chat_name=serving.chat_name if serving is not None and answers else "",
            owner=info.owned_by,
            raw=info.raw,
            takes_jobs=self._takes_jobs(name) if kind == "base" else None,
            unanswered=self._unanswered(name, verdict, created),
        )

    def _unanswered(self, name: str, verdict: Verdict, created: int | None) -> bool:
        asked = self._told.asked.get(name)
        gone_or_anew = verdict.state.gone or (created or 0) > (asked.asked_at if asked else 0)
        return asked is not None and asked.open and not gone_or_anew

    def _takes_jobs(self, base: str) -> Until | None:
        told = self._told
        if told.provider_entry is None:
            return None
        return training_ends([base], told.catalog, told.provider_entry, told.account).get(base)

    def _shutdown(self, info: ModelInfo, base: str) -> Shutdown:
        """Return when a model stops; those of one base without a day of their own stop together."""
        alike = not info.shutdown_date and base not in {"", info.id}
        if alike and base in self._ends:
            return self._ends[base]
        told = self._told
        found = shutdown_of(
            info, base, self._listed, told.catalog, told.provider_entry, told.account
        )
        if alike:
            self._ends[base] = found
        return found

    def _checkpoints(self, name: str, job: Job | None) -> tuple[CheckpointKept, ...] | None:
        """Return what its job and the list of models tell, each once, None where neither does."""
        of_job = self._told.checkpoints.get(job.id) if job else None
        listed = self._points.get(name)
        if of_job is None and listed is None:
            return None
        found = {point.model or point.id: point for point in (*(listed or ()), *(of_job or ()))}
        found.pop(name, None)  # some providers call the result the last of them
        return tuple(sorted(found.values(), key=lambda point: point.step or 0))

    def _file(self, file_id: str | None) -> FileOfJob | None:
        return FileOfJob(file_id, self._told.datasets.get(file_id, ())) if file_id else None

    def _usage(self, name: str, deployed: tuple[Deployment, ...]) -> Usage:
        names = dict.fromkeys((name, *(one.chat_name for one in deployed)))
        found = [self._told.usage[one] for one in names if one in self._told.usage]
        if len(found) < 2:
            return found[0] if found else _UNUSED
        return Usage(
            max((one.last_chatted for one in found if one.last_chatted is not None), default=None),
            sum(one.chats for one in found),
            sum(one.compared for one in found),
            sum(one.decided for one in found),
            sum(one.won for one in found),
        )


_UNUSED = Usage()


def _made_at(job: Job | None) -> int | None:
    if job is None or not job.succeeded:
        return None
    return job.finished_at or job.created_at


def _suffix(remembered: RememberedModel) -> str:
    return as_text(remembered.facts.get("suffix")) or ""
