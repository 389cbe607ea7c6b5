"""Any JSON value, as cheaply as hypothesis can draw it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def any_json(
    scalars: st.SearchStrategy[Any], keys: st.SearchStrategy[str], most: int = 3
) -> st.SearchStrategy[Any]:
    """Return values of these scalars and keys, of any depth, objects of `most` keys at most.

    `st.recursive` draws all again where there are too many leaves, which takes four times as long.
    Small lists and objects are there twice, so that about half of all values hold others.
    """
    inner: st.SearchStrategy[Any] = st.deferred(lambda: made)
    made = st.one_of(
        scalars,
        st.lists(inner, max_size=3),
        st.lists(inner, min_size=1, max_size=2),
        st.dictionaries(keys, inner, max_size=most),
        st.dictionaries(keys, inner, min_size=1, max_size=2),
    )
    return made
