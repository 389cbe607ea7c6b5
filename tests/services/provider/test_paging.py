"""Walking pages ends, gives every id once, and misses none of a well-behaved list."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui.services.provider.paging import Page, collect


@given(
    ids=st.lists(st.integers(0, 30), unique=True, max_size=25),
    size=st.integers(1, 7),
    says=st.sampled_from(["truth", "nothing", "always more"]),
    limit=st.none() | st.integers(0, 30),
    known=st.none() | st.integers(0, 30),
)
async def test_a_list_in_pages(
    ids: list[int], size: int, says: str, limit: int | None, known: int | None
) -> None:
    items = [{"id": f"x{n}"} for n in ids]
    asked = 0

    async def fetch(after: str | None) -> Page:
        nonlocal asked
        asked += 1
        start = 0 if after is None else items.index({"id": after}) + 1
        more = {"truth": start + size < len(items), "nothing": None, "always more": True}[says]
        return Page(tuple(items[start : start + size]), more)

    found = await collect(fetch, limit=limit, known=() if known is None else {f"x{known}"})
    expected = items[: ids.index(known)] if known in ids else items
    assert found == expected[:limit]
    assert asked <= len(ids) // size + 2


@given(
    pages=st.lists(st.lists(st.sampled_from("abcdef"), max_size=4), min_size=1, max_size=6),
)
async def test_any_nonsense_ends(pages: list[list[str]]) -> None:
    asked = 0

    async def fetch(_after: str | None) -> Page:
        nonlocal asked
        items: list[dict[str, Any]] = [{"id": name} for name in pages[asked % len(pages)]]
        asked += 1
        return Page(tuple(items), True)

    found = [item["id"] for item in await collect(fetch)]
    assert len(found) == len(set(found))
    assert asked <= 7
