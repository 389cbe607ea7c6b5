"""The jobs of all profiles: each asked with its own key at its own address, on demand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.services.background import as_they_end
from tui.services.errors import InputError, ServiceError
from tui.services.jobs.service import JobService
from tui.services.provider.lab_process import lab_rests
from tui.services.provider.provider import Provider
from tui.services.provider.select import api_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping

    from tui.core.jobs.jobs import Job
    from tui.services.settings.locations import Locations
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store

LONGEST_S = 15.0  # how long one of many may take to begin its answer, whatever its profile says
MOST = 100  # jobs listed of one profile


@dataclass(frozen=True, slots=True)
class ProfileJobs:
    """The jobs of one profile, newest first.

    `error` is why it could not be asked, and `asked` false then, or where nobody wanted it: the
    jobs are those seen last (`seen_at`, Unix seconds, None where nothing is known).
    """

    profile: str
    jobs: tuple[Job, ...]
    asked: bool
    seen_at: float | None = None
    error: ServiceError | None = None

    @property
    def any_listed(self) -> bool:
        """Whether it has any jobs, though they may be those seen last."""
        return bool(self.jobs)


@dataclass(frozen=True, slots=True)
class AllProfilesJobs:
    """Lists jobs of many profiles. `environ` is given to the lab, and holds no key."""

    locations: Locations
    environ: Mapping[str, str]
    store: Store

    def list(
        self, profiles: Iterable[Profile], *, asks: bool = True, limit: int = MOST
    ) -> AsyncGenerator[ProfileJobs, None]:
        """Return a generator of the jobs of each, as they come; nothing is raised for one."""
        return as_they_end(self._list_one(one, asks, limit) for one in profiles)

    async def _list_one(self, profile: Profile, asks: bool, limit: int) -> ProfileJobs:
        quick = replace(profile, timeout=min(profile.timeout, LONGEST_S))
        provider = Provider(quick, self.locations, self.environ)
        jobs = JobService(provider, self.store, api_of(provider))
        try:
            if not asks or await lab_rests(profile, self.locations, self.environ):
                return await _remembered_jobs(profile, jobs, None)
            try:
                profile.check_usable()
                return ProfileJobs(profile.name, tuple(await jobs.list(limit)), asked=True)
            except ServiceError as error:
                return await _remembered_jobs(profile, jobs, error)
        finally:
            try:
                await jobs.close()
            finally:  # whoever looked may be gone, and this be cancelled
                await provider.close()


async def _remembered_jobs(
    profile: Profile, jobs: JobService, error: ServiceError | None
) -> ProfileJobs:
    try:
        kept = await jobs.cache.jobs()
    except ServiceError as broken:
        return ProfileJobs(profile.name, (), asked=False, error=error or broken)
    return ProfileJobs(profile.name, kept.jobs, asked=False, seen_at=kept.at, error=error)


def newest_first(found: Iterable[ProfileJobs]) -> list[tuple[str, Job]]:
    """Return all jobs with the names of their profiles, newest first."""
    rows = [(one.profile, job) for one in found for job in one.jobs]
    return sorted(rows, key=lambda row: row[1].created_at or 0, reverse=True)


def nothing_kept(what: str, *, asks: bool) -> str:
    """Return why nothing of a profile is listed that was not asked, though none failed."""
    return f"{'not asked, as it does not run; ' if asks else ''}no {what} of it are known yet."


def failure_words(error: ServiceError | None) -> str:
    """Return why a profile could not be asked, empty where it was."""
    if error is None:
        return ""
    return error.cause if isinstance(error, InputError) else error.brief
