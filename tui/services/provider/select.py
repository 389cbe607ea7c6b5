"""Choose the implementation of the interface that a profile's preset names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.services.provider.openai_protocol import OpenAiProtocol

if TYPE_CHECKING:
    from tui.services.provider.interface import ProviderApi
    from tui.services.provider.provider import Provider


def api_of(provider: Provider) -> ProviderApi:
    """Return what speaks the protocol of the provider of a profile."""
    preset = provider.profile.preset
    # Adapters of other protocols are imported only where they are needed.
    if preset.protocol == "fireworks":
        from tui.services.provider.fireworks.protocol import FireworksProtocol

        return FireworksProtocol(provider, preset)
    if preset.protocol == "together":
        from tui.services.provider.together import Together

        return Together(provider, preset)
    return OpenAiProtocol(provider, preset)
