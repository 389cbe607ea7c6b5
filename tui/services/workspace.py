"""The composition root: a profile, the ledger, and every service for them."""

from __future__ import annotations

import asyncio
import os
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from tui.services.background import start
from tui.services.errors import InputError
from tui.services.provider.provider import Provider
from tui.services.provider.writes import may_be_done
from tui.services.provider_services import ProviderServices
from tui.services.settings.environment import without_secrets
from tui.services.settings.locations import Locations
from tui.services.settings.profiles import Profile, ProfileBook
from tui.services.settings.state_trouble import StateTrouble
from tui.services.store.store import Store
from tui.services.workers import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui.core.catalog.models import Catalog
    from tui.services.datasets import DatasetService, Document
    from tui.services.datasets.adding import ExampleAdding
    from tui.services.jobs.all_profiles import AllProfilesJobs
    from tui.services.jobs.creation import JobCreation
    from tui.services.jobs.moving.service import Moving
    from tui.services.jobs.preflight import PreflightService
    from tui.services.jobs.spending import Spending
    from tui.services.jobs.unanswered import UnansweredJobs
    from tui.services.models.all_profiles import AllProfilesModels
    from tui.services.models.all_profiles_deployments import AllProfilesDeployments
    from tui.services.models.deployments import DeploymentsSeen
    from tui.services.session.session import Session
    from tui.services.settings.typed_texts import TypedTexts
    from tui.services.tokens.service import TokenService

T = TypeVar("T")
_LARGE = 4_000_000
_PREPARED_AFTER_S = 2.0  # whoever opens a dataset wants to see its rows first


class _of_profile(Generic[T]):  # noqa: N801 - used as `property` is
    """A service of the profile in use: another object after each `use_profile`."""

    def __init__(self, get: Callable[[ProviderServices], T]) -> None:
        self._get = get

    def __get__(self, workspace: Workspace, _: type[Workspace]) -> T:
        """Return the service, made at first use."""
        return self._get(workspace.services)


class Workspace:
    """Everything a screen or a command works with. Made by `open`, ended by `close`.

    After `use_profile` the services that talk to a provider are new objects: fetch them
    from here again, and subscribe again.
    """

    profile: Profile
    provider: Provider
    services: ProviderServices

    def __init__(
        self,
        profiles: ProfileBook,
        profile: Profile,
        locations: Locations,
        environ: Mapping[str, str],
        said: Mapping[str, str] | None = None,
    ) -> None:
        self.profiles = profiles
        self.locations = locations
        self.store = Store(locations.ledger)
        self.workers = Pool()
        self.trouble = StateTrouble()
        self._environ = environ
        self._said = said or {}
        self._typed_keys: dict[str, str] = {}
        self.deployed: dict[str, DeploymentsSeen] = {}  # what was seen last, by profile
        self._preparing: asyncio.Task[None] | None = None
        self._compose(profile)

    @classmethod
    async def open(
        cls,
        profile: str | None = None,
        *,
        locations: Locations | None = None,
        environ: Mapping[str, str] | None = None,
        said: Mapping[str, str] | None = None,
    ) -> Workspace:
        """Make a workspace for a profile (the default one when None), without any request.

        `said` are settings of the command line, over those of the file. Raises InputError when
        the configuration cannot be used or the profile is unknown.
        """
        environ = dict(os.environ) if environ is None else environ
        places = locations or Locations.standard(environ)
        book = ProfileBook.load(places, environ, chosen=profile, said=said)
        return cls(book, book.get(profile), places, environ, said)

    @classmethod
    async def open_safely(
        cls,
        profile: str | None = None,
        *,
        locations: Locations | None = None,
        environ: Mapping[str, str] | None = None,
        said: Mapping[str, str] | None = None,
    ) -> tuple[Workspace, InputError | None]:
        """Make a workspace like `open`; for one that cannot be, one on the lab, and the error.

        Nothing can be paid for by mistake there. The other profiles stay available if the
        configuration itself is in order.
        """
        environ = dict(os.environ) if environ is None else environ
        places = locations or Locations.standard(environ)
        book = ProfileBook.lab_only(places, environ)
        try:
            book = ProfileBook.load(places, environ, chosen=profile, said=said)
            return cls(book, book.get(profile), places, environ, said), None
        except InputError as error:
            return cls(book, book.get("lab"), places, environ), error

    @property
    def environ(self) -> dict[str, str]:
        """The environment without keys: for what is started, and for other profiles."""
        return without_secrets(self._environ, self.profiles.key_variables)

    @property
    def all_profiles(self) -> list[Profile]:
        """Every profile of the configuration, in its order, each with the key typed for it."""
        return [self.profile_called(name) for name in self.profiles.names]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is not safe about the configuration and the profile in use."""
        return (*self.profiles.remarks, *self.profile.remarks)

    async def use_profile(self, name: str) -> None:
        """Switch to another profile. Raises InputError when there is none of that name."""
        profile = self.profile_called(name)
        await self._close_provider()
        self._compose(profile)

    async def rename_profile(self, old: str, new: str) -> None:
        """Give a profile another name. Raises ServiceError, and leaves all as it was.

        Whoever renames the one in use calls `use_profile` then: its requests have ended.
        """
        from tui.services.profile_renaming import rename_profile
        from tui.services.settings.config_editor import ConfigEditor

        editor = ConfigEditor(self.locations, self._environ)
        in_use = old == self.profile.name
        if in_use:  # what it was told last is written under the old name
            await self._close_provider()
        try:
            await rename_profile(self.profiles, old, new, editor, self.store, self.typed)
            await self.read_profiles(new if in_use else self.profile.name)
        finally:
            if in_use:
                self._compose(self.profile_called(new if new in self.profiles.names else old))
        if (typed := self._typed_keys.pop(old, None)) is not None:
            self._typed_keys[new] = typed

    async def read_profiles(self, used: str = "") -> None:
        """Read the configuration again; the profile in use stays as it is until `use_profile`.

        `used` is the one that what the command line says is for. Raises InputError when the
        configuration cannot be used, and leaves all as it was.
        """
        load = partial(ProfileBook.load, said=self._said, chosen=used or self.profile.name)
        self.profiles = await asyncio.to_thread(load, self.locations, self._environ)

    def profile_called(self, name: str | None = None) -> Profile:
        """Return a profile, with the key that was typed for it. Raises InputError if unknown."""
        profile = self.profiles.get(name)
        typed = self._typed_keys.get(profile.name)
        return profile if typed is None else profile.with_typed_key(typed)

    def give_key(self, name: str, raw: str) -> None:
        """Take a key that was typed for a profile; it is kept in memory alone.

        It counts from the next `use_profile`. Raises InputError for what cannot be a key.
        """
        typed = self.profiles.get(name).with_typed_key(raw)
        if typed.problem is not None and not typed.api_key:
            raise InputError("The key cannot be used", *typed.problem)
        self._typed_keys[name] = raw

    # -- what is alike for all profiles: made and loaded when first asked for ------------

    @cached_property
    def tokens(self) -> TokenService:
        """Token counts and costs."""
        from tui.services.tokens.service import TokenService

        return TokenService(self.workers, locations=self.locations)

    @cached_property
    def datasets(self) -> DatasetService:
        """Datasets on disk."""
        from tui.services.datasets import DatasetService

        datasets = DatasetService(self.locations, self.store, self.trouble)
        datasets.subscribe(self._prepare)
        return datasets

    @cached_property
    def adding(self) -> ExampleAdding:
        """Examples made of answers, on their way into datasets."""
        from tui.services.datasets.adding import ExampleAdding

        return ExampleAdding(self.datasets, self.store)

    @cached_property
    def typed(self) -> TypedTexts:
        """Texts while they are typed."""
        from tui.services.settings.typed_texts import TypedTexts

        return TypedTexts(self.locations.state / "typed", self.trouble)

    @cached_property
    def session(self) -> Session:
        """Where the user was."""
        from tui.services.session.session import Session

        return Session(self.locations.state, self.trouble)

    def keep_now(self) -> None:
        """Write what is typed and where the user is. Blocks; for any thread."""
        if "typed" in vars(self):
            self.typed.flush()
        if "session" in vars(self):
            self.session.flush()

    def catalog(self) -> Catalog:
        """Return what is known of models. Blocking: the first time it reads files."""
        return self.tokens.catalog

    # -- what talks to the provider of the profile in use: made at first use -------------

    api = _of_profile(lambda services: services.api)
    files = _of_profile(lambda services: services.files)
    file_overview = _of_profile(lambda services: services.file_overview)
    jobs = _of_profile(lambda services: services.jobs)
    poller = _of_profile(lambda services: services.poller)
    chat = _of_profile(lambda services: services.chat)
    chats = _of_profile(lambda services: services.chats)
    chat_prices = _of_profile(lambda services: services.chat_prices)
    models = _of_profile(lambda services: services.models)
    inventory = _of_profile(lambda services: services.inventory)
    deployments = _of_profile(lambda services: services.deployments)
    compare = _of_profile(lambda services: services.compare)

    # -- what is made for one command or dialog ----------------------------------------

    @property
    def spending(self) -> Spending:
        """The money of the profile in use."""
        from tui.services.jobs.spending import Spending

        services, reservations = self.services, self.store.reservations
        # Nothing is listed by a poller that nobody has asked for.
        listed = lambda: services.poller.state.jobs if "poller" in vars(services) else ()  # noqa: E731
        return Spending(self.profile, reservations, self.catalog, listed)

    def moving(self) -> Moving:
        """Return what prepares moves from the profile in use to another one."""
        from tui.services.jobs.moving.data import JobData
        from tui.services.jobs.moving.service import Moving

        folder = self.locations.state / "moved"
        data = JobData(self.profile.name, self.files, self.store, folder)
        return Moving(self.profile, self.jobs, self.store, self.catalog, data)

    @property
    def unanswered(self) -> UnansweredJobs:
        """The jobs asked for without an answer."""
        from tui.services.jobs.unanswered import UnansweredJobs

        return UnansweredJobs(self.profile.name, self.store, self.jobs)

    def preflight(self) -> PreflightService:
        """Return what looks at drafts of jobs; close it in the end."""
        from tui.services.jobs.preflight import PreflightService
        from tui.services.jobs.preflight.sources import Sources

        provider = self.provider
        return PreflightService(
            self.profile,
            address=lambda: provider.base_url,
            sources=Sources(self.profile.name, self.files, self.store, self.workers),
            models=self.models,
            unanswered=self.unanswered,
            spending=self.spending,
            tokens=lambda: self.tokens,
            api=self.api,
        )

    def job_creation(self) -> JobCreation:
        """Return what creates jobs; close it in the end."""
        from tui.services.jobs.creation import JobCreation

        return JobCreation(
            self.profile, self.preflight(), self.spending, self.jobs, self.files, self.store,
            self.api.estimates,
        )  # fmt: skip

    def all_profiles_jobs(self) -> AllProfilesJobs:
        """Return what lists the jobs of all profiles."""
        from tui.services.jobs.all_profiles import AllProfilesJobs

        return AllProfilesJobs(self.locations, self.environ, self.store)

    def all_profiles_models(self) -> AllProfilesModels:
        """Return what lists the models of all profiles."""
        from tui.services.models.all_profiles import AllProfilesModels

        return AllProfilesModels(
            self.locations, self.environ, self.store, self.catalog, self.deployed
        )

    def all_profiles_deployments(self) -> AllProfilesDeployments:
        """Return what looks at what runs in all profiles; close it in the end."""
        from tui.services.models.all_profiles_deployments import AllProfilesDeployments

        return AllProfilesDeployments(self.locations, self.environ, self.store, self.deployed)

    def _prepare(self) -> None:
        """Have a process ready to count a large dataset before its tokens are asked for."""
        document = self.datasets.current
        self._forget_preparing()
        if document is not None and document.size > _LARGE:
            self._preparing = start(self._prepare_soon(document), "prepare to count")

    async def _prepare_soon(self, document: Document) -> None:
        await asyncio.sleep(_PREPARED_AFTER_S)
        await asyncio.to_thread(import_module, "tui.services.tokens.service")
        self.tokens.prepare(document.snapshot())

    def _forget_preparing(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None

    def may_be_done(self, *, broken_off: bool = False) -> tuple[str, str]:
        """Say what was asked of the provider without an answer so far, and the command that tells.

        With `broken_off` it is what nobody waits for any more. Two empty texts for nothing.
        """
        provider = self.provider
        writes = [*provider.broken_off.values()] if broken_off else provider.on_their_way
        named = "" if self.profiles.default == self.profile.name else self.profile.name
        return may_be_done(writes, named)

    async def close(self) -> None:
        """Keep what is typed and where one is, stop polling, close connections, dataset, ledger."""
        self._forget_preparing()
        made = vars(self)
        if "typed" in made:
            await asyncio.to_thread(self.typed.close)
        if "session" in made:
            await asyncio.to_thread(self.session.close)
        await self._close_provider()
        if "tokens" in made:
            await self.tokens.close()
        if "adding" in made:
            await self.adding.close()
        if "datasets" in made:
            await self.datasets.close()
        await asyncio.to_thread(self.workers.close)
        await self.store.close()

    def _compose(self, profile: Profile) -> None:
        self.profile = profile
        self.provider = Provider(profile, self.locations, self.environ)
        self.services = ProviderServices(
            profile, self.provider, self.store, lambda: self.tokens, self.deployed
        )

    async def _close_provider(self) -> None:
        await self.services.close()
        await self.provider.close()
