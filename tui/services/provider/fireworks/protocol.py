"""The whole of Fireworks behind the interface of a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.services.provider.fireworks.datasets import FireworksFiles
from tui.services.provider.fireworks.deployments import FireworksDeployments
from tui.services.provider.fireworks.gateway import Gateway
from tui.services.provider.fireworks.jobs import FireworksJobs
from tui.services.provider.fireworks.models import FireworksModels
from tui.services.provider.openai_protocol import NoEstimates

if TYPE_CHECKING:
    from tui.core.catalog.abilities import Abilities
    from tui.core.catalog.providers import ProviderEntry
    from tui.services.provider.provider import Provider


class FireworksProtocol:
    """A provider that speaks Fireworks' own protocol. Its account stands in the profile."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        self._entry = entry
        gateway = Gateway(provider, entry)
        self.files = FireworksFiles(gateway)
        self.models = FireworksModels(gateway)
        self.jobs = FireworksJobs(gateway, self.models)
        self.deployments = FireworksDeployments(gateway, self.models)
        self.estimates = NoEstimates()  # a job tells its cost once it is made

    @property
    def abilities(self) -> Abilities:
        """What it offers, as far as its entry tells."""
        return self._entry.abilities
