"""Edits of whole examples: new ones, split, merged and cut."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.core.edits.examples import at, chat, tools, turns
from tui.core import edits


def test_a_new_example_keeps_the_system_prompt_and_the_shape() -> None:
    made = edits.new_example(chat())
    assert [(m.role, m.text) for m in made.messages] == [
        ("system", "Be kind."), ("user", ""), ("assistant", "")
    ]  # fmt: skip
    assert len(edits.TEMPLATES["chat"]["messages"]) == 2


def test_split_and_merge_are_each_others_inverse() -> None:
    one, two = edits.split_at(turns(3, mine=1), at(3))
    assert [m.text for m in one.messages] == ["S", "q0", "a0"]
    assert [m.text for m in two.messages] == ["S", "q1", "a1", "q2", "a2"]
    assert edits.merge(one, two).raw == turns(3, mine=1).raw


@pytest.mark.parametrize("index", [0, 1, 9])
def test_no_half_is_left_empty(index: int) -> None:
    with pytest.raises(edits.EditError):
        edits.split_at(turns(2), at(index))


def test_what_differs_is_not_merged_silently() -> None:
    with pytest.raises(edits.EditError, match="mine"):
        edits.merge(turns(1, mine=1), turns(1, mine=2))
    other = edits.set_text(turns(1), at(0), "T")
    with pytest.raises(edits.EditError, match="system"):
        edits.merge(turns(1), other)


def test_what_follows_the_last_answer_is_cut() -> None:
    more = edits.insert_message(turns(1), at(9), "user", "and?")
    assert edits.cut_trailing(more).raw == turns(1).raw
    with pytest.raises(edits.EditError, match="already"):
        edits.cut_trailing(turns(1))


def test_a_new_example_has_the_most_common_shape() -> None:
    plain, with_tools = turns(1), edits.set_tools(turns(2), tools().raw["tools"])
    new = edits.new_like([plain, with_tools, with_tools])
    assert new.raw["tools"] == tools().raw["tools"]
    assert [(m.role, m.text) for m in new.messages] == [
        ("system", "S"), ("user", ""), ("assistant", "")
    ]  # fmt: skip
    assert edits.new_like([]).kind == "chat"


def test_each_edit_that_cannot_be_made_says_what_to_do_instead() -> None:
    """The screen shows what stands behind the semicolon as the next step."""
    folder = Path(edits.__file__).parent
    raised = [
        ast.unparse(call.args[0])
        for path in folder.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "EditError"
    ]
    assert len(raised) > 20
    assert not [text for text in raised if "; " not in text]
