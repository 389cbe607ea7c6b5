"""Prices of chatting with the models of a profile, where they are known."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.catalog.models import Catalog, ModelFacts
    from tui.services.settings.profile import Profile


class ChatPrices:
    """Looks up prices at the profile's terms."""

    def __init__(self, profile: Profile, catalog: Callable[[], Catalog]) -> None:
        self._profile, self._catalog = profile, catalog
        self._facts: dict[str, ModelFacts] = {}

    async def facts(self, model: str) -> ModelFacts | None:
        """Return a model with its prices, None at a provider whose prices are not known."""
        if model not in self._facts:
            catalog = await asyncio.to_thread(self._catalog)
            facts = catalog.to_chat(model)
            if not catalog.is_own(facts) and not self._listed:
                return None
            self._facts[model] = self._profile.money.priced(facts)
        return self._facts[model]

    @property
    def _listed(self) -> bool:
        return self._profile.provider_entry.catalog_prices
