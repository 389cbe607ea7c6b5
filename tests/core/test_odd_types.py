"""A value of any type may stand where a text belongs: that is a finding, and stops nothing."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests import any_format
from tests.exploring import tried
from tests.rows import ANSWER, USER, chat
from tui.core.checks import RULES, check_row
from tui.core.dataset.example import Example, from_object, parse
from tui.core.edits import EditError
from tui.core.edits.calls import open_calls
from tui.core.edits.whole import cut_trailing, merge, new_like, split_at
from tui.core.fixes import can_fix, mend
from tui.core.formats import READERS, WRITERS, Columns, Record, convert, export, sniff
from tui.core.formats.detection.foreign import foreign_format

if TYPE_CHECKING:
    from collections.abc import Callable

FIXABLE = frozenset(rule for rule in RULES if can_fix(rule))
COLUMNS = Columns(user=("prompt",), assistant=("completion",))
UNHASHABLE: list[Any] = [
    [],
    {},
    [[]],
    {"type": []},
    [{"type": {}}],
    {"role": [], "from": {}, "content": {"type": []}},
    [{"role": {}, "content": [{"type": []}]}],
    [{"id": [], "function": {"name": {}, "arguments": []}}],
]


def asked(content: Any) -> Any:
    return {"messages": [{"role": "user", "content": content}, ANSWER]}


# Made once: made again for each example, they would be looked into again as well.
ROWS = any_format.row()
GOES_ON = st.integers(0, 4)
ODD = st.sampled_from(UNHASHABLE)


@st.composite
def bent(draw: st.DrawFn) -> Any:
    """A row of some format with one value somewhere replaced by one that cannot be hashed."""
    made: Any = draw(ROWS)
    holder = [made]
    at: Any = holder
    place: Any = 0
    while isinstance(at[place], (dict, list)) and at[place] and draw(GOES_ON):
        at = at[place]
        place = draw(st.sampled_from([*at] if isinstance(at, dict) else range(len(at))))
    at[place] = draw(ODD)
    return holder[0]


@tried(24)
@given(bent())
@example(asked({"type": []}))
@example(asked([{"type": [], "text": "Hi"}]))
@example({"prompt": [{"role": "user", "content": {"type": {}}}], "completion": [ANSWER]})
@example({"messages": [1, USER, ANSWER]})
@example(
    {
        "messages": [
            USER,
            {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "tool", "tool_call_id": [], "content": "r"},
            {"role": "function", "name": "f", "content": "r"},
            ANSWER,
        ]
    }
)
def test_no_reader_writer_check_or_fix_stops(row: Any) -> None:
    line = json.dumps(row).encode()
    for one in READERS:
        made = convert([Record(1, row)], one.id, columns=COLUMNS)
        assert made.read == 1
        assert {*made.origins, *(d.position for d in made.dropped)} == {1}
    for one in WRITERS:
        assert export([line], one.id).read == 1
    sniff([row])
    foreign_format(row)
    check_row(2, line)
    assert all(isinstance(json.loads(one), dict | list | str) for one in mend(line, FIXABLE).lines)


@tried(16)
@given(bent())
def test_an_edit_is_made_or_refused(row: Any) -> None:
    found = from_object(row)
    if not isinstance(found, Example):
        return
    edits: list[Callable[[], object]] = [
        partial(new_like, [found, found]),
        partial(merge, found, found),
        partial(cut_trailing, found),
        *(partial(split_at, found, message.place) for message in found.messages),
        *(partial(open_calls, found, message.place) for message in found.messages),
    ]
    for edit in edits:
        with suppress(EditError):
            assert edit() is not None


@pytest.mark.parametrize("role", [[], {}, ["system"]])
def test_a_role_that_is_no_text_is_no_role_to_an_edit(role: Any) -> None:
    found = parse(chat({"role": role, "content": "a"}, USER, ANSWER, USER, ANSWER))
    assert isinstance(found, Example)
    first, second = split_at(found, found.messages[3].place)
    assert len(first.messages) == 3
    assert len(second.messages) == 2
    assert len(merge(found, found).messages) == 10
