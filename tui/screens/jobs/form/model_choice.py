"""Which models a job can be made on: bases the provider trains, and one's own tuned ones."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.core.catalog.shutdown import facts_at
from tui.screens.dialogs.choose import Choice

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tui.core.catalog.models import Catalog, ModelFacts
    from tui.core.provider.records import ModelInfo
    from tui.services.models.service import ModelService
    from tui.services.settings.profile import Profile


async def model_choices(
    listed: ModelService, read_catalog: Callable[[], Catalog], profile: Profile
) -> list[Choice[str]]:
    """Return the models to choose from, bases first. Raises ServiceError.

    `read_catalog` is called in a thread.
    """
    catalog = await asyncio.to_thread(read_catalog)
    today = datetime.now(tz=UTC).date()
    models = [m for m in await listed.list() if not m.is_checkpoint]
    known = [m for m in models if _trainable(_facts(catalog, m, profile), today)]
    # A provider nothing is known of: every model it lists may be trainable.
    offered = known or models
    bases = sorted((m for m in offered if not m.is_tuned), key=lambda m: _rank(catalog, m))
    tuned = [m for m in offered if m.is_tuned]
    return [
        *(Choice(m.id, m.id, _remark(_facts(catalog, m, profile), today)) for m in bases),
        *(
            Choice(m.id, m.id, f"goes on from here · {_remark(_facts(catalog, m, profile), today)}")
            for m in tuned
        ),
    ]


async def first_model(
    listed: ModelService, read_catalog: Callable[[], Catalog], profile: Profile
) -> str:
    """Return the first model to choose, the obvious one where nothing is billed; "" without any."""
    choices = await model_choices(listed, read_catalog, profile)
    return choices[0].value if choices else ""


def _facts(catalog: Catalog, model: ModelInfo, profile: Profile) -> ModelFacts:
    """Return what is known of a model, with the provider's own dates."""
    return facts_at(catalog.find(model.id), profile.provider_entry, profile.account_kind)


def _trainable(facts: ModelFacts, today: date) -> bool:
    return facts.known and facts.takes_jobs(today)


def _rank(catalog: Catalog, model: ModelInfo) -> tuple[int, str]:
    order = [facts.id for facts in catalog.trainable]
    base = catalog.find(model.id).base
    return (order.index(base) if base in order else len(order), model.id)


def _remark(facts: ModelFacts, today: date) -> str:
    if not facts.known:
        return "not known here"
    until = facts.no_new_jobs_after
    last = f" · new jobs until {until}" if until is not None and until >= today else ""
    if facts.price_training is None:
        return "price unknown" + last
    if facts.price_training == 0:
        return "free" + last
    return f"{facts.price_training} {facts.currency} per 1M trained tokens{last}"
