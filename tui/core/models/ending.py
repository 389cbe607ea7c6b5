"""The models whose last day is known, the soonest first, and the base each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.models.days import days_left
from tui.core.provider.records import ModelInfo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tui.core.models.entry import ModelEntry


def ending(entries: Iterable[ModelEntry], today: date) -> list[ModelEntry]:
    """Return the models that are not gone and whose day is known, the soonest first.

    Those whose day has passed though they are still there stand behind, the latest first.
    """
    found = [(left, one) for one in entries if (left := _left(one, today)) is not None]
    found.sort(key=lambda pair: (pair[0] < 0, abs(pair[0]), not pair[1].own, pair[1].id))
    return [one for _, one in found]


def root_of(entry: ModelEntry) -> str:
    """Return the base that a model comes from in the end, empty where it is not known."""
    if entry.kind == "base":
        return entry.id
    return ModelInfo(entry.base, None, "", None, {}).base if entry.base else ""


def _left(entry: ModelEntry, today: date) -> int | None:
    return None if entry.state.gone else days_left(entry.shutdown, today)
