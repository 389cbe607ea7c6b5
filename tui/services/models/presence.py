"""Find out whether a model exists, on servers that answer by id and those that only list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.services.deleting import PresentObject
from tui.services.errors import NotOffered, Refused, ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.provider.records import ModelInfo
    from tui.services.provider.interface import ModelsApi


async def look_for(models: ModelsApi, model_id: str) -> PresentObject | None:
    """Return a model that is there, None for one that is not. Raises ServiceError.

    A model by its id counts for more than a list, which may be behind or leave it out; but where
    no model is found by its id, the list is all there is.
    """
    try:
        return PresentObject((await models.retrieve(model_id)).created)
    except Refused as error:
        if error.status != 404 and not isinstance(error, NotOffered):
            raise
        unknown = error
    try:
        listed = {model.id: model for model in await models.list()}
    except ServiceError:
        if isinstance(unknown, NotOffered):
            raise
        return None
    if model_id not in listed or await _found_by_id(models, listed, model_id):
        return None
    return PresentObject(listed[model_id].created)


async def _found_by_id(models: ModelsApi, listed: Mapping[str, ModelInfo], beside: str) -> bool:
    """Whether another model of the list is found by its id: then "not found" means that."""
    other = next((one for one in listed if one != beside), None)
    if other is None:
        return False
    try:
        await models.retrieve(other)
    except ServiceError:
        return False
    return True
