"""Lists that come in pages, walked so that no server can keep us walking for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.parsing import as_map, as_text
from tui.services.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Mapping

MAX_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its objects, and whether more follow (None when the server does not say)."""

    items: tuple[Mapping[str, Any], ...]
    has_more: bool | None


def parse_page(value: object, what: str) -> Page:
    """Read a list answer: `{"data": [...]}`, or a bare JSON list. Raises Malformed otherwise."""
    has_more = as_map(value).get("has_more")
    data = value if isinstance(value, list) else as_map(value).get("data", ...)
    if data is None or (data is ... and isinstance(value, dict) and not value):
        data = []
    if not isinstance(data, list):
        raise Malformed(
            f"No list of {what}",
            f"the answer has no data: {str(value)[:120]}",
            "Check the profile's base_url.",
        )
    items = tuple(item for item in data if isinstance(item, dict))
    return Page(items, has_more if isinstance(has_more, bool) else None)


async def collect(
    fetch: Callable[[str | None], Awaitable[Page]],
    *,
    limit: int | None = None,
    known: Container[str] = (),
) -> list[Mapping[str, Any]]:
    """Return the objects of all pages, newest first, each id once.

    `fetch(after)` gets one page. It ends when the server says so, after `limit` objects, at
    the first id in `known`, or when a page brings no new id: a server that ignores `after`
    repeats itself, and one that never sends `has_more` is asked until it does.
    """
    found: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    after: str | None = None
    for _ in range(MAX_PAGES):
        page = await fetch(after)
        before = len(found)
        for item in page.items:
            key = as_text(item.get("id")) or repr(item)
            if key in known or (limit is not None and len(found) >= limit):
                return found
            if key not in seen:
                seen.add(key)
                found.append(item)
        last = as_text(page.items[-1].get("id")) if page.items else None
        if page.has_more is False or len(found) == before or last is None:
            return found
        after = last
    return found
