"""The shipped bases."""

from __future__ import annotations

from .model import Model, load_model
from .shipped import base_path
from .sizes import BASES


def load_base(base_id: str) -> Model:
    """Return a base as shipped. Raises KeyError for an id that is not in `BASES`."""
    return load_model(base_path(BASES[base_id].id))
