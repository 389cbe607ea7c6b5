"""What talks to the provider of one profile, each service made and loaded when first asked for."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.services.chat.chats import SavedChats
    from tui.services.chat.prices import ChatPrices
    from tui.services.chat.service import ChatService
    from tui.services.compare.service import CompareService
    from tui.services.files.overview import FileOverview
    from tui.services.files.service import FileService
    from tui.services.jobs.polling.poller import JobPoller
    from tui.services.jobs.service import JobService
    from tui.services.models.deployments import DeploymentService, DeploymentsSeen
    from tui.services.models.inventory import Inventory
    from tui.services.models.service import ModelService
    from tui.services.provider.interface import ProviderApi
    from tui.services.provider.provider import Provider
    from tui.services.settings.profiles import Profile
    from tui.services.store.store import Store
    from tui.services.tokens.service import TokenService


class ProviderServices:
    """The services of a profile. `deployed` is what was seen last to run, by profile."""

    def __init__(
        self,
        profile: Profile,
        provider: Provider,
        store: Store,
        tokens: Callable[[], TokenService],
        deployed: dict[str, DeploymentsSeen],
    ) -> None:
        self._profile, self._provider, self._store = profile, provider, store
        self._tokens, self._deployed = tokens, deployed

    @cached_property
    def api(self) -> ProviderApi:
        """What the provider's protocol makes of each request."""
        from tui.services.provider.select import api_of

        return api_of(self._provider)

    @cached_property
    def files(self) -> FileService:
        """Uploaded files."""
        from tui.services.files.service import FileService

        return FileService(self._provider, self._store, self.api)

    @cached_property
    def jobs(self) -> JobService:
        """Fine-tuning jobs."""
        from tui.services.jobs.service import JobService

        return JobService(self._provider, self._store, self.api)

    @cached_property
    def file_overview(self) -> FileOverview:
        """Uploaded files with what uses them."""
        from tui.services.files.overview import FileOverview

        keeping = self._profile.keep_rate("files")
        return FileOverview(self.files, self.jobs, self._store, self._profile.name, keeping)

    @cached_property
    def poller(self) -> JobPoller:
        """What follows the jobs."""
        from tui.services.jobs.polling.poller import JobPoller

        return JobPoller(self.jobs)

    @cached_property
    def chat(self) -> ChatService:
        """Questions to models."""
        from tui.services.chat.service import ChatService

        return ChatService(self._provider, self._store, self.api)

    @cached_property
    def chats(self) -> SavedChats:
        """Chats kept on this machine."""
        from tui.services.chat.chats import SavedChats

        return SavedChats(self._store.chats, self._profile.name)

    @cached_property
    def chat_prices(self) -> ChatPrices:
        """What answers cost."""
        from tui.services.chat.prices import ChatPrices

        return ChatPrices(self._profile, lambda: self._tokens().catalog)

    @cached_property
    def models(self) -> ModelService:
        """The provider's models."""
        from tui.services.models.service import ModelService

        # The catalogue's dates are OpenAI's own: other providers keep models for longer.
        dated = self._profile.kind == "openai"
        catalog = (lambda: self._tokens().catalog) if dated else None
        return ModelService(
            self._provider, self._store, self.jobs, catalog, self.api,
            lambda: self.deployments.last,
        )  # fmt: skip

    @cached_property
    def inventory(self) -> Inventory:
        """Every model there is or was."""
        from tui.services.models.inventory import Inventory

        return Inventory(
            self._profile,
            self.api,
            (self.models, self.jobs, self.deployments),
            self._store,
            lambda: self._tokens().catalog,
            dated=self._profile.kind == "openai",
        )

    @cached_property
    def deployments(self) -> DeploymentService:
        """What serves models."""
        from tui.services.models.deployments import DeploymentService

        return DeploymentService(self._provider, self.api, self._store, self._deployed)

    @cached_property
    def compare(self) -> CompareService:
        """Comparisons."""
        from tui.services.compare.estimate import Estimator
        from tui.services.compare.service import CompareService

        estimator = Estimator(self.chat_prices, self._tokens)
        return CompareService(self._provider, self._store, estimator)

    def jobs_at_work(self, seconds: float) -> int:
        """Count the jobs known to be at work: as they were listed, in the last `seconds`.

        Nobody is asked, also not the cache: what it keeps may have ended since.
        """
        if "poller" not in vars(self):
            return 0
        state = self.poller.state
        if state.fetched_at is None or time.time() - state.fetched_at > seconds:
            return 0
        return sum(job.active for job in state.listed)

    async def close(self) -> None:
        """Stop what those do that were made; what was saved last is written."""
        made = vars(self)
        if "chats" in made:
            await self.chats.close()
        if "poller" in made:
            await self.poller.close()
        if "jobs" in made:
            await self.jobs.close()
