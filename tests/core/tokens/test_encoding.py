import json
from typing import Any

import pytest

from tui.core.dataset.example import Example, parse
from tui.core.tokens.encoding import TokenCount, count_example


class Words:
    """Counts words, so that sums can be seen."""

    def count(self, text: str) -> int:
        return len(text.split())


def count(value: Any) -> TokenCount:
    example = parse(json.dumps(value).encode())
    assert isinstance(example, Example)
    return count_example(example, Words())


def cookbook(messages: list[dict[str, Any]]) -> int:
    """num_tokens_from_messages of the notebook."""
    total = 0
    for message in messages:
        total += 3
        for key, value in message.items():
            total += len(value.split())
            if key == "name":
                total += 1
    return total + 3


def test_plain_chat_is_counted_as_in_the_cookbook() -> None:
    messages = [
        {"role": "system", "content": "You are Fern."},
        {"role": "user", "content": "Is it quiet at night?", "name": "mia"},
        {"role": "assistant", "content": "Softer than rain."},
    ]
    found = count({"messages": messages})
    assert found.context == cookbook(messages)
    assert found.trained == 3
    assert [(m.role, m.trained) for m in found.messages] == [
        ("system", 0),
        ("user", 0),
        ("assistant", 3),
    ]
    assert found.context == 3 + sum(m.context for m in found.messages)


@pytest.mark.parametrize(("weight", "trained"), [(0, 0), (0.0, 0), (1, 2), (None, 2)])
def test_weight_0_is_context_only(weight: object, trained: int) -> None:
    answer = {"role": "assistant", "content": "two words", "weight": weight}
    found = count({"messages": [answer]})
    assert (found.context, found.trained) == (3 + 3 + 1 + 2, trained)


def test_tool_calls_are_trained_by_name_and_arguments() -> None:
    call = {"id": "an id", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    found = count(
        {
            "messages": [
                {"role": "assistant", "tool_calls": [call, call]},
                {"role": "tool", "tool_call_id": "an id", "content": "in Oslo"},
            ],
            "tools": [{"type": "function", "function": {"name": "f", "description": "many words"}}],
        }
    )
    assert found.trained == 2 * (1 + 2)
    assert found.context == 3 + (3 + 1 + 6) + (3 + 1 + 2 + 2)


def test_parts_count_their_texts_and_images_are_reported() -> None:
    parts = [
        {"type": "text", "text": "two words"},
        {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}},
    ]
    found = count({"messages": [{"role": "user", "content": parts}]})
    assert (found.context, found.uncounted) == (3 + 3 + 1 + 2, 1)


def test_preference_pairs_count_prompt_and_preferred_answer() -> None:
    found = count(
        {
            "input": {
                "messages": [
                    {"role": "user", "content": "one"},
                    {"role": "assistant", "content": "an earlier answer"},
                    {"role": "user", "content": "two"},
                ]
            },
            "preferred_output": [{"role": "assistant", "content": "it is better"}],
            "non_preferred_output": [{"role": "assistant", "content": "it is very much worse"}],
        }
    )
    assert found.trained == 3
    assert found.context == 3 + (3 + 1 + 1) + (3 + 1 + 3) + (3 + 1 + 1) + (3 + 1 + 3)


def test_completions_have_no_overhead() -> None:
    found = count({"prompt": "one two three", "completion": "four five"})
    assert (found.context, found.trained) == (5, 2)


@pytest.mark.parametrize("value", [{}, {"messages": 3}, {"messages": [1, None]}, {"messages": []}])
def test_odd_examples_count_what_there_is(value: Any) -> None:
    assert count(value).trained == 0
