"""What is said where a model that is gone would have to answer."""

from __future__ import annotations

from tui.commands import key_hint
from tui.core.text.text import one_line
from tui.services.errors import InputError


def gone(doing: str, model: str, why: str) -> InputError:
    """Return the error for a model that cannot be asked any more, with what is left of it."""
    cause = f"cannot {doing}: {one_line(model, 200)} is {why}"
    # The key is the same in Models and in Jobs.
    lists = key_hint("models.lineage", "lists")
    return InputError("The model is gone", cause, f"{lists} its chats, comparisons and recordings.")
