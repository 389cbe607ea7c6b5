"""What the provider itself says a job would cost, beside what is reckoned here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.catalog.abilities import Ability
from tui.core.text.text import one_line
from tui.services.jobs.preflight.parts import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.catalog.training import Terms
    from tui.core.provider.estimates import PriceEstimate
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.preflight.sources import Source, Sources
    from tui.services.provider.interface import ProviderApi

_NO_MARK = ""  # nothing comes of the request, so nothing has to be found again


class ProviderPrice:
    """Asks the provider for its price; one that it has named is not asked for again."""

    def __init__(self, api: ProviderApi, sources: Sources, terms: Terms) -> None:
        self._api, self._sources, self._terms = api, sources, terms
        self._known: tuple[object, PriceEstimate] | None = None

    @property
    def offered(self) -> bool:
        """Whether the provider is known to name prices."""
        return self._api.abilities.of(Ability.ESTIMATES) == "yes"

    async def ask(
        self, draft: Draft, sources: Sequence[Source]
    ) -> tuple[Part | None, PriceEstimate | None]:
        """Return what to say of it, and the price. Raises ServiceError.

        Its files must be at the provider: while one is not, that is said and nothing is asked.
        """
        if not sources or draft.method == "reinforcement" or draft.problems(self._terms):
            return None, None
        ids = [await self._sources.uploaded_as(source) for source in sources]
        missing = [one.name for one, known in zip(sources, ids, strict=True) if known is None]
        name = self._api.abilities.provider
        if missing:
            files = one_line(" and ".join(missing), 80)
            text = f"{name} names its own price once {files} is there"
            return Part("quote", "note", text), None
        training, validation = ids[0] or "", ids[1] if len(ids) > 1 else None
        request = draft.request(self._terms, training, validation).body(_NO_MARK)
        if self._known is None or self._known[0] != request:
            told = await self._api.estimates.estimate(request)
            if told is None or told.amount is None:
                words = told.words if told else f"{name} names no price"
                return Part("quote", "note", one_line(words, 200)), None
            self._known = request, told
        estimate = self._known[1]
        return Part("quote", "ok", one_line(estimate.words, 200)), estimate
