"""Wait until a model just made can be used: it may be unknown for minutes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.services.errors import NotOffered, Refused, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.services.models.service import ModelService

LONGEST_WAIT_S = 600.0  # the longest wait a server may ask for; more is cut to this
# About ten minutes in all.
WAITS_S = (0.0, 2.0, 4.0, 8.0, 15.0, *(30.0,) * 19)


async def wait_until_ready(
    models: ModelService, model_id: str, on_wait: Callable[[], None]
) -> bool:
    """Return once the provider knows a model; False when it still does not in the end.

    `on_wait` is told each time it does not. A provider that cannot be asked counts as ready.
    """
    asked = 0.0
    for wait in WAITS_S:
        await asyncio.sleep(max(wait, asked))
        asked = 0.0
        try:
            if await _answers_by_id(models, model_id):
                return True
        except NotOffered:
            return True
        except ServiceError as error:
            if not error.passing:
                return True  # it will not say: the chat itself will tell
            asked = min(error.retry_after or 0.0, LONGEST_WAIT_S)
        on_wait()
    return False


async def _answers_by_id(models: ModelService, model_id: str) -> bool:
    try:
        await models.retrieve(model_id)
    except Refused as error:
        if error.status != 404 or isinstance(error, NotOffered):
            raise
        # Some servers have the list only.
        return any(model.id == model_id for model in await models.list())
    return True
