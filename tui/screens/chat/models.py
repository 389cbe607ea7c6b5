"""Which models Chat offers, and which one it begins with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui.screens.dialogs.choose import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.services.models import ChatChoice


def choice_of(choice: ChatChoice) -> Choice[str]:
    """Return a row of the list; the remark says what kind of model it is."""
    remark = {"base": "base", "tuned": "fine-tuned", "checkpoint": "checkpoint"}[choice.kind]
    if choice.step is not None:
        remark += f" at step {choice.step}"
    if choice.kind != "base" and choice.created:
        made = datetime.fromtimestamp(choice.created).astimezone()
        remark += f" · {made:%Y-%m-%d %H:%M}"
    return Choice(choice.id, choice.id, remark)


def default_choice(choices: Sequence[ChatChoice]) -> ChatChoice | None:
    """Return the newest fine-tuned model, else a base that is known to be trainable."""
    tuned = [choice for choice in choices if choice.kind == "tuned"]
    if tuned:
        return max(tuned, key=lambda choice: choice.created or 0)
    from tui.core.catalog import load

    bases = {choice.id: choice for choice in choices if choice.kind == "base"}
    known = next((bases[m.id] for m in load().trainable if m.id in bases), None)
    return known or next(iter(bases.values()), None)
