"""Choose the implementation of the interface that a profile's preset names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.services.provider.openai_protocol import OpenAiProtocol

if TYPE_CHECKING:
    from tui.services.provider.interface import ProviderApi
    from tui.services.provider.provider import Provider


def api_of(provider: Provider) -> ProviderApi:
    """Return what speaks the protocol of the provider of a profile."""
    # An adapter for another protocol is imported here, by `preset.protocol`.
    return OpenAiProtocol(provider, provider.profile.preset)
