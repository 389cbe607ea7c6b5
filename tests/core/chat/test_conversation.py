"""The tree of a conversation: nothing said is lost, and the branch that counts is clear."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.core.chat.conversation import (
    Conversation,
    add,
    add_after,
    back_to,
    edit,
    fork,
    messages,
    path,
    position,
    positions,
    siblings,
    step,
)


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def model(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def texts(conversation: Conversation) -> list[str]:
    return [node.message["content"] for node in path(conversation)]


def talk(*said: str) -> Conversation:
    found = Conversation()
    for at, text in enumerate(said):
        found = add(found, model(text) if at % 2 else user(text))
    return found


def test_an_edited_answer_is_gone_on_from() -> None:
    first = talk("q", "wrong", "why?", "because")
    edited = add(edit(first, 2, model("right")), user("and then?"))
    assert texts(edited) == ["q", "right", "and then?"]
    assert position(edited, 2) == (1, 2)
    assert edited.nodes[5].edited
    before = step(edited, 5, -1)
    assert texts(before) == ["q", "wrong", "why?", "because"]
    assert texts(step(before, 2, 1)) == ["q", "right", "and then?"]
    assert step(edited, 5, 1) == edited  # past the end


def test_another_answer_is_a_sibling_of_the_first() -> None:
    again = add_after(talk("q", "one"), 1, model("two"), model="m")
    assert siblings(again, 3) == (2, 3)
    assert texts(again) == ["q", "two"]
    assert texts(back_to(again, 1)) == ["q"]


def test_the_first_question_has_siblings_too() -> None:
    two = edit(talk("q", "a"), 1, user("Q"))
    assert texts(two) == ["Q"]
    assert position(two, two.head or 0) == (2, 2)


def test_what_is_sent_begins_with_the_system_prompt() -> None:
    one = talk("q", "a", "r")
    assert [m["role"] for m in messages(one, system="s")] == ["system", "user", "assistant", "user"]
    assert [m["content"] for m in messages(one, 1)] == ["q"]


def test_an_answer_without_text_is_not_sent_nor_its_question() -> None:
    call = {"role": "assistant", "content": "", "tool_calls": [{"id": "c"}]}
    one = add(add(talk("q", "", "r"), call), {"role": "tool", "tool_call_id": "c", "content": ""})
    assert [m.get("role") for m in messages(one)] == ["user", "assistant", "tool"]
    assert messages(talk("q", ""), system="s") == ({"role": "system", "content": "s"},)


Step = tuple[str, int]


@given(st.lists(st.tuples(st.sampled_from(["add", "edit", "step"]), st.integers(0, 9))))
def test_any_steps_leave_a_tree_with_the_head_at_a_branch(steps: list[Step]) -> None:
    now = talk("q", "a")
    for what, number in steps:
        at = sorted(now.nodes)[number % len(now.nodes)] if now.nodes else None
        count, last = len(now.nodes), now.last_id
        if what == "add" or at is None:
            now = add(now, user(str(number)))
        elif what == "edit":
            now = edit(now, at, model(str(number)))
        else:
            now = step(now, at, number - 4)
        if what in {"add", "edit"}:
            assert (len(now.nodes), now.last_id) == (count + 1, last + 1)
        for node in now.nodes.values():
            assert node.parent is None or node.parent in now.nodes
        assert (now.head is None) == (not now.nodes)
        assert positions(now) == {one: position(now, one) for one in now.nodes}
        assert texts(fork(now)) == texts(now)
        assert [n.id for n in path(fork(now))] == list(range(1, len(path(now)) + 1))
