"""The models of all profiles: each asked with its own key at its own address, on demand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.services.background import as_they_end
from tui.services.errors import ServiceError
from tui.services.jobs.all_profiles import LONGEST_S
from tui.services.jobs.service import JobService
from tui.services.models.deployments import DeploymentService
from tui.services.models.inventory import Inventory, InventorySeen
from tui.services.models.service import ModelService
from tui.services.provider.lab_process import lab_rests
from tui.services.provider.provider import Provider
from tui.services.provider.select import api_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Mapping

    from tui.core.catalog.models import Catalog
    from tui.services.models.deployments import DeploymentsSeen
    from tui.services.settings.locations import Locations
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store


@dataclass(frozen=True, slots=True)
class ProfileModels:
    """The models of one profile.

    `error` is why it could not be asked, and `asked` false then, or where nobody wanted it: the
    models are those seen before.
    """

    profile: str
    seen: InventorySeen
    asked: bool
    error: ServiceError | None = None

    @property
    def any_listed(self) -> bool:
        """Whether it has any models, though they may be those seen last."""
        return bool(self.seen.entries)


@dataclass(frozen=True, slots=True)
class AllProfilesModels:
    """Takes the inventory of many profiles. `environ` is given to the lab, and holds no key.

    `looks` takes the last look at the deployments of each.
    """

    locations: Locations
    environ: Mapping[str, str]
    store: Store
    catalog: Callable[[], Catalog]
    looks: dict[str, DeploymentsSeen] | None = None

    def list(
        self, profiles: Iterable[Profile], *, asks: bool = True
    ) -> AsyncGenerator[ProfileModels, None]:
        """Return a generator of the models of each, as they come; nothing is raised for one."""
        return as_they_end(self._list_one(one, asks) for one in profiles)

    async def _list_one(self, profile: Profile, asks: bool) -> ProfileModels:
        quick = replace(profile, timeout=min(profile.timeout, LONGEST_S))
        provider = Provider(quick, self.locations, self.environ)
        api = api_of(provider)
        jobs = JobService(provider, self.store, api)
        dated = profile.kind == "openai"
        models = ModelService(provider, self.store, jobs, self.catalog if dated else None, api)
        deployments = DeploymentService(provider, api, self.store, self.looks)
        services = (models, jobs, deployments)
        inventory = Inventory(quick, api, services, self.store, self.catalog, dated=dated)
        try:
            if not asks or await lab_rests(profile, self.locations, self.environ):
                return ProfileModels(profile.name, await inventory.remembered(), asked=False)
            try:
                profile.check_usable()
            except ServiceError as error:
                seen = await inventory.remembered()
                return ProfileModels(profile.name, seen, asked=False, error=error)
            seen = await inventory.whole()
            return ProfileModels(profile.name, seen, seen.problem is None, seen.problem)
        finally:
            try:
                await jobs.close()
            finally:  # whoever looked may be gone, and this be cancelled
                await provider.close()
