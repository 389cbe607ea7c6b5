"""The word to type before models are deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.models.entry import ModelEntry

_TYPED, _LEAST, _MOST = 30, 4, 64  # letters that may have to be typed


def word_for(chosen: Sequence[ModelEntry], listed: Sequence[ModelEntry]) -> str:
    """Return what has to be typed: for one model its short name, for several how many.

    The short name is the suffix where no other model has it, else the last part of the id.
    """
    if len(chosen) > 1:
        return f"delete {len(chosen)}"
    model = chosen[0]
    namesakes = sum(1 for other in listed if other.suffix == model.suffix)
    for word in (model.suffix or "" if namesakes <= 1 else "", _short(model.id, listed)):
        if 0 < len(word) <= _MOST and word.isprintable() and word == word.strip():
            return word
    return "delete"  # nobody can type control characters


def _short(model_id: str, listed: Sequence[ModelEntry]) -> str:
    """Return the end of a model's name, as little of it as tells it from the others listed."""
    last = model_id.rpartition(":")[2] or model_id
    if len(last) <= _TYPED:
        return last
    end = re.split(r"[-/]", last)[-1]
    alone = sum(1 for other in listed if other.id.endswith(end)) <= 1
    return end if len(end) >= _LEAST and alone else last
