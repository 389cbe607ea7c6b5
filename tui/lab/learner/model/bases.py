"""The shipped bases."""

from __future__ import annotations

from tui.lab.learner.model.sizes import BASES
from tui.lab.learner.model.weights import Model, load_model
from tui.lab.learner.shipped import base_path


def load_base(base_id: str) -> Model:
    """Return a base as shipped. Raises KeyError for an id that is not in `BASES`."""
    return load_model(base_path(BASES[base_id].id))
