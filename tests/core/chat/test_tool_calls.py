"""Tool calls that come in pieces, in the ways of different servers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.chat.tool_calls import ToolCalls


def piece(index: int | None = None, id_: str = "", name: str = "", more: Any = None) -> Any:
    function = {k: v for k, v in (("name", name), ("arguments", more)) if v not in ("", None)}
    found: dict[str, Any] = {"function": function}
    if index is not None:
        found["index"] = index
    if id_:
        found["id"] = id_
    return found


def collected(*pieces: Any) -> list[tuple[str, str, str]]:
    calls = ToolCalls()
    for one in pieces:
        assert calls.take({"tool_calls": [one]})
    return [
        (call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in calls.result()
    ]


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        ([piece(0, "c1", "look", ""), piece(0, more='{"a"'), piece(0, more=":1}")],
         [("c1", "look", '{"a":1}')]),
        ([piece(1, "c2", "b", "{}"), piece(0, "c1", "a", "{}")],
         [("c1", "a", "{}"), ("c2", "b", "{}")]),
        ([piece(0, "c1", "a"), piece(1, "c2", "b"), piece(0, more="{}"), piece(1, more="[]")],
         [("c1", "a", "{}"), ("c2", "b", "[]")]),
        # no index: by the id, or to the last one
        ([piece(None, "c1", "a", "{"), piece(None, more="}"), piece(None, "c2", "b", "{}")],
         [("c1", "a", "{}"), ("c2", "b", "{}")]),
        ([piece(None, "c1", "a", "{"), piece(None, "c1", more="}")], [("c1", "a", "{}")]),
        # each whole, all numbered 0
        ([piece(0, "c1", "a", "{}"), piece(0, "c2", "a", '{"b":1}')],
         [("c1", "a", "{}"), ("c2", "a", '{"b":1}')]),
        # each whole, without index and id
        ([piece(None, "", "a", "{}"), piece(None, "", "b", "{}")],
         [("call_1", "a", "{}"), ("call_2", "b", "{}")]),
        # the name with every piece, and a name in pieces
        ([piece(0, "c1", "look", "{"), piece(0, "c1", "look", "}")], [("c1", "look", "{}")]),
        ([piece(0, "c1", "lo"), piece(0, "", "ok", "{}")], [("c1", "look", "{}")]),
        # arguments that are an object already
        ([piece(0, "c1", "a", {"é": [1]})], [("c1", "a", '{"é": [1]}')]),
        ([piece("0", "c1", "a", "{}")], [("c1", "a", "{}")]),
        ([{"function": None}, 3], [("call_1", "", "")]),
    ],
)  # fmt: skip
def test_pieces_are_put_together(pieces: list[Any], found: list[tuple[str, str, str]]) -> None:
    assert collected(*pieces) == found


def test_the_old_form_and_none_at_all() -> None:
    calls = ToolCalls()
    assert not calls.take({"content": "x", "tool_calls": None})
    assert not calls
    calls.take({"function_call": {"name": "a", "arguments": "{"}})
    calls.take({"function_call": {"arguments": "}"}})
    assert [call["function"] for call in calls.result()] == [{"name": "a", "arguments": "{}"}]


@given(
    st.lists(st.text(alphabet='{}[]":,ab1 ', min_size=1), min_size=1, max_size=4),
    st.booleans(),
    st.data(),
)
def test_cut_anywhere_they_are_the_same(
    arguments: list[str], indexed: bool, data: st.DataObject
) -> None:
    calls = ToolCalls()
    for at, text in enumerate(arguments):
        index = at if indexed else None
        calls.take({"tool_calls": [piece(index, f"c{at}", f"f{at}")]})
        cut = data.draw(st.integers(0, len(text)))
        for part in (text[:cut], text[cut:]):
            calls.take({"tool_calls": [piece(index, "" if indexed else f"c{at}", "", part)]})
    assert [call["function"]["arguments"] for call in calls.result()] == arguments
