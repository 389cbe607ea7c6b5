"""Edits of preference pairs."""

from __future__ import annotations

import pytest

from tests.core.edits.examples import made, tools
from tui.core import edits
from tui.core.dataset.example import Example, Place, parse


def test_a_preference_pair_is_edited_where_it_stands() -> None:
    pair = parse(
        b'{"input":{"messages":[{"role":"user","content":"q"}]},'
        b'"preferred_completion":[{"role":"assistant","content":"a"}],'
        b'"non_preferred_output":[{"role":"assistant","content":"b"}]}'
    )
    assert isinstance(pair, Example)
    changed = edits.set_text(pair, Place("preferred_output", 0), "better")
    assert changed.raw["preferred_completion"] == [{"role": "assistant", "content": "better"}]
    assert "preferred_output" not in changed.raw
    changed = edits.set_text(pair, Place("input", 0), "why")
    assert changed.raw["input"] == {"messages": [{"role": "user", "content": "why"}]}


def test_a_pair_is_made_of_the_answer_and_what_came_before() -> None:
    pair = edits.preference_pair(tools(), edits.pair_from(tools()), "better")
    assert [m.text for m in pair.messages][-2:] == ["better", "done"]
    assert pair.raw["non_preferred_output"] == [{"role": "assistant", "content": "done"}]
    assert pair.raw["input"]["tools"] == tools().raw["tools"]
    assert pair.raw["mine"] == {"kept": True}
    assert edits.swap_outputs(edits.swap_outputs(pair)).raw == pair.raw
    assert edits.swap_outputs(pair).raw["preferred_output"][0]["content"] == "done"
    with pytest.raises(edits.EditError, match="no answer"):
        edits.pair_from(made({"messages": [{"role": "user", "content": "q"}]}))
