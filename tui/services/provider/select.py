"""Choose the implementation of the interface that the entry of a profile's provider names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.services.provider.openai_protocol import OpenAiProtocol

if TYPE_CHECKING:
    from tui.services.provider.interface import ProviderApi
    from tui.services.provider.provider import Provider


def api_of(provider: Provider) -> ProviderApi:
    """Return what speaks the protocol of the provider of a profile."""
    entry = provider.profile.provider_entry
    # Adapters of other protocols are imported only where they are needed.
    if entry.protocol == "fireworks":
        from tui.services.provider.fireworks.protocol import FireworksProtocol

        return FireworksProtocol(provider, entry)
    if entry.protocol == "together":
        from tui.services.provider.together import Together

        return Together(provider, entry)
    return OpenAiProtocol(provider, entry)
