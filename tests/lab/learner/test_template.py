"""Messages of any shape become tokens; only what is to be learned is marked."""

from __future__ import annotations

import pytest

from tui.lab.learner import (
    CONTEXT_WINDOW,
    ContextExceededError,
    prompt_tokens,
    template,
    tokenizer,
)


def text_of(ids, marks=None) -> str:
    return tokenizer.shared().decode(
        token for at, token in enumerate(ids) if marks is None or marks[at]
    )


def test_only_assistant_messages_with_weight_are_trained() -> None:
    encoded = template.encode(
        [
            {"role": "system", "content": "S"},
            {"role": "user", "content": "question"},
            {"role": "assistant", "content": "no", "weight": 0},
            {"role": "user", "content": "again"},
            {"role": "assistant", "content": "yes"},
        ]
    )
    assert text_of(encoded.ids, encoded.trained) == "yes"
    assert [encoded.ids[at] for at in range(len(encoded)) if encoded.trained[at]][-1] == (
        tokenizer.END
    )


def test_tool_calls_are_said_too() -> None:
    call = {"type": "function", "function": {"name": "find", "arguments": '{"id": 7}'}}
    encoded = template.encode(
        [
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
        ]
    )
    assert text_of(encoded.ids, encoded.trained) == '[call find {"id": 7}]'


def test_odd_messages_are_rendered_not_refused() -> None:
    odd = [
        {"role": "system", "content": None},
        {"role": "critic", "content": "hm"},
        {"role": 7},
        {"content": 3.5},
        {"role": "user", "content": [{"type": "text", "text": "look"}, {"type": "image_url"}, 1]},
        {"role": "assistant", "function_call": {"name": "f", "arguments": {"a": 1}}},
        {"role": "assistant", "tool_calls": ["x", {"function": None}], "refusal": "no"},
    ]
    assert "critic: hm" in text_of(prompt_tokens(odd))
    assert "look\n[image_url]\n1" in text_of(prompt_tokens(odd))


def test_a_prompt_opens_the_assistants_turn() -> None:
    ids = prompt_tokens([{"role": "user", "content": "Hi"}])
    assert ids[0] == tokenizer.USER
    assert ids[-2:] == [tokenizer.END, tokenizer.ASSISTANT]
    assert prompt_tokens([]) == [tokenizer.ASSISTANT]


def test_a_prompt_that_leaves_no_room_is_refused_and_never_cut() -> None:
    old = [{"role": "user", "content": f"old {n} " * 20} for n in range(60)]
    long = [{"role": "system", "content": "Rules."}, *old]
    for messages in (long, [{"role": "user", "content": "zq" * 9000 + "end"}]):
        with pytest.raises(ContextExceededError) as refused:
            prompt_tokens(messages)
        assert refused.value.tokens > CONTEXT_WINDOW
    empty = {"role": "user", "content": ""}  # two tokens: who speaks, and that it ended
    most = (CONTEXT_WINDOW - 2) // 2
    assert len(prompt_tokens([empty] * most)) == CONTEXT_WINDOW - 1
    with pytest.raises(ContextExceededError):
        prompt_tokens([empty] * (most + 1))


def test_an_overlong_example_loses_its_end() -> None:
    encoded = template.encode(
        [{"role": "user", "content": "q"}, {"role": "assistant", "content": "zq" * 5000}]
    )
    assert len(encoded) == CONTEXT_WINDOW
    assert encoded.ids[0] == tokenizer.USER
