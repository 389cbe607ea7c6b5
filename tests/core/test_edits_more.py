"""Edits of tool use, parts, pairs and whole examples: each changes what it names and no more."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.core import edits
from tui.core.dataset.example import Example, Place, from_object
from tui.core.edits.content import data_url, image_words

PNG = b"\x89PNG\r\n\x1a\n" + bytes(1000)


def made(raw: dict[str, Any]) -> Example:
    example = from_object(raw)
    assert isinstance(example, Example)
    return example


def call(call_id: str, name: str = "look", **more: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": "{}", "strict": True}
    return {"id": call_id, "type": "function", "function": function, **more}


def tools() -> Example:
    return made(
        {
            "messages": [
                {"role": "user", "content": "q"},
                {"role": "assistant", "tool_calls": [call("a", extra=1), call("b")]},
                {"role": "tool", "tool_call_id": "a", "content": "1"},
                {"role": "tool", "content": "2"},
                {"role": "assistant", "content": "done", "weight": 1},
            ],
            "tools": [{"type": "function", "function": {"name": "look"}}],
            "mine": {"kept": True},
        }
    )


def at(index: int) -> Place:
    return Place("messages", index)


def test_a_call_is_changed_and_its_other_keys_stay() -> None:
    changed = edits.put_call(tools(), at(1), 0, edits.CallDraft("find", '{"q": 1}', "a"))
    assert changed.raw["messages"][1]["tool_calls"] == [
        {
            "id": "a",
            "type": "function",
            "function": {"name": "find", "arguments": '{"q": 1}', "strict": True},
            "extra": 1,
        },
        call("b"),
    ]


def test_a_call_is_added_and_the_last_one_takes_the_key_along() -> None:
    example = made({"messages": [{"role": "assistant", "content": "x"}]})
    draft = edits.CallDraft("f", "{}", edits.new_call_id(example))
    more = edits.put_call(example, at(0), 0, draft)
    assert more.messages[0].tool_calls[0].id == "call_1"
    assert edits.delete_call(more, at(0), 0).raw == example.raw
    with pytest.raises(edits.EditError, match="assistant"):
        edits.put_call(tools(), at(0), 0, draft)


def test_the_form_before_tool_calls_is_edited_where_it_stands() -> None:
    old = {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}
    example = made({"messages": [old]})
    changed = edits.put_call(example, at(0), 0, edits.CallDraft("g", "[]", ""))
    assert changed.raw["messages"][0]["function_call"] == {"name": "g", "arguments": "[]"}
    assert "tool_calls" not in changed.raw["messages"][0]
    assert edits.delete_call(example, at(0), 0).raw["messages"] == [{"role": "assistant"}]


def test_open_calls_are_those_nobody_else_answers() -> None:
    assert [c.id for c in edits.open_calls(tools(), at(2))] == ["a", "b"]
    assert [c.id for c in edits.open_calls(tools(), at(3))] == ["b"]
    assert edits.open_calls(tools(), at(1)) == []
    assert edits.set_tool_call_id(tools(), at(3), "b").messages[3].tool_call_id == "b"


def test_tools_of_a_pair_are_inside_its_input() -> None:
    pair = edits.preference_pair(tools(), edits.pair_from(tools()), "better")
    assert edits.set_tools(pair, None).raw["input"].keys() == {"messages"}
    assert edits.set_parallel(pair, False).raw["input"]["parallel_tool_calls"] is False
    assert edits.set_tools(tools(), None).raw.keys() == {"messages", "mine"}


def test_parts_are_edited_one_by_one() -> None:
    example = made({"messages": [{"role": "user", "content": "look"}]})
    example = edits.add_part(example, at(0), edits.image_part("https://x/y.png"))
    example = edits.set_detail(example, at(0), 1, "low")
    example = edits.set_url(example, at(0), 1, "https://x/z.png")
    example = edits.set_part_text(example, at(0), 0, "see")
    assert example.raw["messages"][0]["content"] == [
        {"type": "text", "text": "see"},
        {"type": "image_url", "image_url": {"url": "https://x/z.png", "detail": "low"}},
    ]
    assert len(edits.delete_part(example, at(0), 1).raw["messages"][0]["content"]) == 1
    with pytest.raises(edits.EditError, match="no text"):
        edits.set_part_text(example, at(0), 1, "x")


def test_an_image_is_told_by_type_and_size_never_by_its_bytes() -> None:
    url = data_url(PNG)
    assert image_words(url) == "image image/png, 1.0 kB, in the line"
    lie = url.replace("image/png", "image/webp")
    assert "its bytes are image/png" in image_words(lie)
    parts = edits.parts_of([edits.image_part(url), {"type": "odd"}, 3])
    assert base64.b64encode(PNG).decode()[:20] not in "".join(p.words for p in parts)
    with pytest.raises(edits.EditError, match="PNG"):
        data_url(b"%PDF-1.4")


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


def turns(count: int, **more: Any) -> Example:
    messages = [{"role": "system", "content": "S"}]
    for number in range(count):
        messages += [
            {"role": "user", "content": f"q{number}"},
            {"role": "assistant", "content": f"a{number}"},
        ]
    return made({"messages": messages, **more})


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


# -- each edit changes only what it names ---------------------------------------------------

KEPT = st.dictionaries(st.sampled_from(["x", "y", "z"]), st.integers() | st.text(max_size=3))
TEXT = st.text(max_size=5)
MESSAGES = st.lists(
    st.builds(
        lambda role, content, kept: {"role": role, "content": content, **kept},
        st.sampled_from(["user", "assistant", "tool"]),
        TEXT | st.lists(st.builds(lambda t: {"type": "text", "text": t, "k": 1}, TEXT), min_size=1),
        KEPT,
    ),
    min_size=1,
    max_size=4,
)
# What an edit does, and the keys of the message it may touch.
EDITS: list[tuple[Callable[[Example, Place], Example], set[str]]] = [
    (lambda e, p: edits.set_text(e, p, "t"), {"content"}),
    (lambda e, p: edits.set_role(e, p, "user"), {"role", "weight"}),
    (lambda e, p: edits.set_name(e, p, "n"), {"name"}),
    (lambda e, p: edits.set_weight(e, p, 0), {"weight"}),
    (lambda e, p: edits.set_refusal(e, p, "no"), {"refusal"}),
    (lambda e, p: edits.put_call(e, p, 0, edits.CallDraft("f", "{}", "i")), {"tool_calls"}),
    (lambda e, p: edits.set_tool_call_id(e, p, "i"), {"tool_call_id"}),
    (lambda e, p: edits.set_part_text(e, p, 0, "t"), {"content"}),
    (lambda e, p: edits.add_part(e, p, edits.image_part("u")), {"content"}),
    (lambda e, p: edits.delete_part(e, p, 0), {"content"}),
]


def without(raw: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {k: v for k, v in raw.items() if k not in keys}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGES, KEPT, st.data())
def test_an_edit_changes_only_what_it_names(
    messages: list[dict[str, Any]], kept: dict[str, Any], data: st.DataObject
) -> None:
    example = made({"messages": messages, **kept})
    index = data.draw(st.integers(0, len(messages) - 1))
    edit, touched = data.draw(st.sampled_from(EDITS))
    before = repr(example.raw)
    try:
        changed = edit(example, at(index))
    except edits.EditError:
        return
    finally:
        assert repr(example.raw) == before
    assert without(changed.raw, {"messages"}) == kept
    for number, (old, new) in enumerate(zip(messages, changed.raw["messages"], strict=True)):
        hidden = touched if number == index else set()
        assert without(old, hidden) == without(new, hidden)
