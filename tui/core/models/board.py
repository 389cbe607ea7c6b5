"""What ends, soonest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.models.entry import ModelEntry


def ending(entries: Iterable[ModelEntry]) -> list[ModelEntry]:
    """Return the models whose day is known and that are not gone, the soonest first."""
    found = [one for one in entries if one.ends is not None and not one.state.gone]
    return sorted(found, key=lambda one: (one.ends or "", not one.own, one.id))
