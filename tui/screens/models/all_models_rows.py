"""Format the models of all profiles: the columns that fit, age and end before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.provider.files import age_words
from tui.core.provider.records import short_name
from tui.core.text.moments import day_of
from tui.screens.models.model_rows import cell, list_name, state_text

if TYPE_CHECKING:
    from tui.core.models.entry import ModelEntry

WIDE = 90  # columns from which the base has a column of its own
_PROFILE, _STATE, _AGE, _ENDS = 11, 13, 6, 10


def head_row(width: int) -> Text:
    """Return the columns' names for a list of this width."""
    name, base = _widths(width)
    text = f"{cell('profile', _PROFILE)} {cell('state', _STATE)} {cell('model', name)}"
    text += f" {cell('base', base)}" if base else ""
    text += f" {'age':>{_AGE}} ends"
    return Text(text, style="bold", no_wrap=True, overflow="crop")


def all_models_row(model: ModelEntry, now: float, width: int) -> Text:
    """Return one line of the list."""
    name, base = _widths(width)
    text = Text(f"{cell(model.profile, _PROFILE)} ", no_wrap=True, overflow="crop")
    state = state_text(model.state)
    state.truncate(_STATE, pad=True)
    text.append_text(state)
    text.append(f" {cell(list_name(model), name)}")
    text.append(f" {cell(short_name(model.base) or '–', base)}" if base else "", style="dim")
    age = age_words(None if model.created is None else max(now - model.created, 0))
    ends = model.left_words(day_of(now))
    text.append(f" {age:>{_AGE}} {cell(ends, _ENDS)}", style="dim")
    return text


def _widths(width: int) -> tuple[int, int]:
    """Return the widths of the name and of the base, which is 0 where it has no room."""
    rest = max(width - (_PROFILE + _STATE + _AGE + _ENDS + 4), 12)
    if width < WIDE:
        return rest, 0
    base = (rest - 1) * 2 // 5
    return rest - 1 - base, base
