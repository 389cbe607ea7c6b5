"""The text of the confirmation before models are deleted, and the word to type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.core.text.moments import date_words
from tui.core.text.text import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.models.entry import ModelEntry

_SHOWN = 8
_TYPED, _LEAST = 30, 4  # letters that may have to be typed


def word_for(chosen: Sequence[ModelEntry], listed: Sequence[ModelEntry]) -> str:
    """Return what has to be typed: for one model its short name, for several how many.

    The short name is the suffix where no other model has it, else the last part of the id.
    """
    if len(chosen) > 1:
        return f"delete {len(chosen)}"
    model = chosen[0]
    namesakes = sum(1 for other in listed if other.suffix == model.suffix)
    if model.suffix and namesakes <= 1:
        return model.suffix
    short = _short(model.id, listed)
    return short if short.isprintable() else "delete"  # nobody can type control characters


def _short(model_id: str, listed: Sequence[ModelEntry]) -> str:
    """Return the end of a model's name, as little of it as tells it from the others listed."""
    last = model_id.rpartition(":")[2] or model_id
    if len(last) <= _TYPED:
        return last
    end = re.split(r"[-/]", last)[-1]
    alone = sum(1 for other in listed if other.id.endswith(end)) <= 1
    return end if len(end) >= _LEAST and alone else last


def statement(chosen: Sequence[ModelEntry], profile: str, *, lab: bool, deletes: str = "") -> str:
    """Return what will happen, exactly; of checkpoints only the `lab` is known to keep them.

    `deletes` is what deleting a model does at this provider, where it is not plainly that.
    """
    lines = [f"Profile {profile} will delete {plural(len(chosen), 'model')} for good:", ""]
    for model in chosen[:_SHOWN]:
        lines.append(f"  {one_line(model.id, 200)}")
        if len(chosen) == 1:
            lines.append(f"  made {date_words(model.created)} by {model.job or 'unknown job'}")
    if len(chosen) > _SHOWN:
        lines.append(f"  … and {len(chosen) - _SHOWN} more that are marked")
    kept = "uploaded files, the job's record" + (", its checkpoints" if lab else "")
    if deletes:
        return "\n".join([*lines, "", deletes, "This cannot be undone. Uploaded files stay."])
    lines += ["", f"This cannot be undone. What stays: {kept}."]
    return "\n".join(lines)
