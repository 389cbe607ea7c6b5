"""Cursor pages: ``after``, ``limit``, ``has_more``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.lab.http.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which page was asked for. ``after`` is the id of the last item already seen."""

    after: str | None
    limit: int
    newest_first: bool = True


def cursor(query: Mapping[str, str], *, default: int, most: int) -> Cursor:
    """Read a cursor from the query string. Raises a 400 for a limit out of range."""
    text = query.get("limit")
    limit = default
    if text not in {None, ""}:
        try:
            limit = int(text or "")
        except ValueError:
            raise invalid(
                f"Invalid type for 'limit': expected an integer, but got '{text}' instead.",
                "limit",
                "invalid_type",
            ) from None
        if not 1 <= limit <= most:
            raise invalid(
                f"Invalid 'limit': expected a value between 1 and {most}, but got {limit}.",
                "limit",
                "invalid_value",
            )
    order = query.get("order", "desc")
    if order not in {"asc", "desc"}:
        raise invalid(
            f"Invalid value: '{order}'. Supported values are: 'asc' and 'desc'.",
            "order",
            "invalid_value",
        )
    return Cursor(query.get("after") or None, limit, order == "desc")


def page(items: Sequence[Mapping[str, Any]], limit: int) -> dict[str, Any]:
    """Return the list object for ``items``: one more than ``limit`` if more follow."""
    shown = list(items[:limit])
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": len(items) > limit,
    }
