"""Edits of one example: the edit asked for, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core import edits
from tui.core.dataset.example import Broken, Example, Place, parse, write

CHAT = (
    b'{"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi",'
    b' "x": [1]}, {"role": "assistant", "content": "Hello", "weight": 1}], "extra": {"a": null}}'
)


def chat() -> Example:
    example = parse(CHAT)
    assert isinstance(example, Example)
    return example


def test_text_changes_and_unknown_keys_stay() -> None:
    changed = edits.set_text(chat(), Place("messages", 1), "Hey")
    assert write(changed, CHAT) == CHAT.replace(b'"Hi"', b'"Hey"')


def test_a_new_role_takes_the_weight_away() -> None:
    changed = edits.set_role(chat(), Place("messages", 2), "user")
    assert changed.messages[2].weight is None


def test_weight_is_for_answers_only() -> None:
    assert edits.set_weight(chat(), Place("messages", 2), 0).messages[2].trained is False
    with pytest.raises(edits.EditError, match="assistant"):
        edits.set_weight(chat(), Place("messages", 1), 0)


def test_messages_come_and_go() -> None:
    place = Place("messages", 1)
    more = edits.insert_message(chat(), place, "user", "first")
    assert [m.text for m in more.messages] == ["Be kind.", "first", "Hi", "Hello"]
    assert edits.delete_message(more, place).raw == chat().raw
    with pytest.raises(edits.EditError):
        edits.delete_message(chat(), Place("messages", 9))


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


def test_parts_are_not_flattened() -> None:
    example = parse(
        b'{"messages":[{"role":"user","content":[{"type":"text","text":"a"},'
        b'{"type":"image_url","image_url":{"url":"x"}}]}]}'
    )
    assert isinstance(example, Example)
    with pytest.raises(edits.EditError, match="parts"):
        edits.set_text(example, Place("messages", 0), "b")


def test_a_new_example_keeps_the_system_prompt_and_the_shape() -> None:
    made = edits.new_example(chat())
    assert [(m.role, m.text) for m in made.messages] == [
        ("system", "Be kind."), ("user", ""), ("assistant", "")
    ]  # fmt: skip
    assert len(edits.TEMPLATES["chat"]["messages"]) == 2


@pytest.mark.parametrize("line", [b"[1]", b"nope", b'"text"', b"12", b"null", b"", b"\xff"])
def test_what_is_no_object_says_so(line: bytes) -> None:
    broken = parse(line)
    assert isinstance(broken, Broken)
    assert broken.reason


@given(st.binary())
def test_parse_never_raises(line: bytes) -> None:
    parse(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "messages",
        "input",
        "preferred_output",
        "non_preferred_output",
        "prompt",
        "completion",
        "tools",
    ]
)


@given(
    st.dictionaries(
        KEYS,
        JSON
        | st.lists(
            st.fixed_dictionaries(
                {}, optional={"role": JSON, "content": JSON, "tool_calls": JSON, "weight": JSON}
            )
        ),
        max_size=4,
    )
)
def test_any_object_is_shown_and_written_back(raw: dict[str, object]) -> None:
    line = json.dumps(raw, ensure_ascii=True).encode()
    example = parse(line)
    if isinstance(example, Example):
        assert json.loads(write(example, line)) == example.raw
