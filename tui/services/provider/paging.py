"""Iterate over lists in pages, with limits against servers whose pages never end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_int, as_map, as_text
from tui.services.errors import Malformed, NotOffered, Refused
from tui.services.provider.response_errors import words_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Mapping

MAX_PAGES = 10_000
# How servers word that they have no such list, where the status does not tell.
_NOT_OFFERED = re.compile(
    r"(unexpected|unknown|unsupported|invalid|no such) (endpoint|method|path|route|url)"
    r"|not (found|supported|implemented|offered)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its objects, and whether more follow (None when the server does not say)."""

    items: tuple[Mapping[str, Any], ...]
    has_more: bool | None


def parse_page(value: object, what: str, *, names: bool = False) -> Page:
    """Read a list answer: `{"data": [...]}`, `{"models": [...]}`, or a bare JSON list.

    `what` is the plural of what is listed, with `names` possibly by its bare id. Raises Refused
    or NotOffered for an error that came with 200, Malformed for anything else.
    """
    raw = as_map(value)
    data = value if isinstance(value, list) else raw.get("data", raw.get(what, ...))
    if data is ... and raw.get("error"):
        raise _refusal(raw, what)
    if data is None or value is None or (data is ... and value == {}):
        data = []
    if not isinstance(data, list):
        raise Malformed(
            f"No list of {what}",
            f"the answer has no data: {str(value)[:120]}",
            "Check the profile's base_url.",
        )
    rows = ({"id": row} if names and isinstance(row, str) else row for row in data)
    has_more = raw.get("has_more")
    return Page(
        tuple(row for row in rows if isinstance(row, dict)),
        has_more if isinstance(has_more, bool) else None,
    )


def _refusal(raw: Mapping[str, Any], what: str) -> Refused:
    """Return the error a server has sent as if all were well."""
    error = as_map(raw["error"])
    code = error.get("code", error.get("status"))
    said = words_in(raw) or str(raw["error"])[:300]
    absent = as_int(code) in {404, 405, 501} or _NOT_OFFERED.search(said)
    kind = NotOffered if absent else Refused
    step = "This provider does not offer it." if absent else "Check the profile and its key."
    return kind(f"Cannot list the {what}", said, step, status=200, code=as_text(code))


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
