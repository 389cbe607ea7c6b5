"""What runs in every profile whose provider tells it, each asked with its own key, on demand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.services.background import as_they_end, to_the_end
from tui.services.errors import ServiceError
from tui.services.jobs.all_profiles import LONGEST_S
from tui.services.models.deployments import DeploymentService
from tui.services.provider.provider import Provider
from tui.services.provider.select import api_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping

    from tui.services.models.deployments import DeploymentsSeen
    from tui.services.settings.locations import Locations
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store


@dataclass(frozen=True, slots=True)
class ProfileDeployments:
    """What one profile has deployed; `seen` is None where it was not told, for `error` if any."""

    profile: str
    seen: DeploymentsSeen | None = None
    error: ServiceError | None = None


class AllProfilesDeployments:
    """Looks at the deployments of many profiles, and keeps what acts on them; to be closed.

    `environ` is given to nobody but helpers of profiles, and holds no key. `looks` takes the last
    look of each profile.
    """

    def __init__(
        self,
        locations: Locations,
        environ: Mapping[str, str],
        store: Store,
        looks: dict[str, DeploymentsSeen] | None = None,
    ) -> None:
        self._locations, self._environ, self._store = locations, environ, store
        self._looks = {} if looks is None else looks
        self._open: dict[str, tuple[Provider, DeploymentService]] = {}

    def list(self, profiles: Iterable[Profile]) -> AsyncGenerator[ProfileDeployments, None]:
        """Return a generator of what each has deployed, as it is there; nothing is raised for one.

        Those whose provider tells of none are not asked.
        """
        return as_they_end(self._list_one(one) for one in profiles)

    def service(self, profile: str) -> DeploymentService:
        """Return what acts on the deployments of a profile that was listed."""
        return self._open[profile][1]

    async def close(self) -> None:
        """Close all connections, even if cancelled."""
        await to_the_end(self._close())

    async def _close(self) -> None:
        while self._open:
            _, (provider, _) = self._open.popitem()
            await provider.close()

    async def _list_one(self, profile: Profile) -> ProfileDeployments:
        service = self._service(profile)
        if not service.told:
            return ProfileDeployments(profile.name)
        try:
            profile.check_usable()
            return ProfileDeployments(profile.name, await service.look())
        except ServiceError as error:
            return ProfileDeployments(profile.name, error=error)

    def _service(self, profile: Profile) -> DeploymentService:
        if profile.name not in self._open:
            quick = replace(profile, timeout=min(profile.timeout, LONGEST_S))
            provider = Provider(quick, self._locations, self._environ)
            service = DeploymentService(provider, api_of(provider), self._store, self._looks)
            self._open[profile.name] = provider, service
        return self._open[profile.name][1]
