"""The examples that edits are tried on."""

from __future__ import annotations

from typing import Any

from tui.core.dataset.example import Example, Place, from_object, parse

CHAT = (
    b'{"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi",'
    b' "x": [1]}, {"role": "assistant", "content": "Hello", "weight": 1}], "extra": {"a": null}}'
)


def chat() -> Example:
    example = parse(CHAT)
    assert isinstance(example, Example)
    return example


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


def turns(count: int, **more: Any) -> Example:
    messages = [{"role": "system", "content": "S"}]
    for number in range(count):
        messages += [
            {"role": "user", "content": f"q{number}"},
            {"role": "assistant", "content": f"a{number}"},
        ]
    return made({"messages": messages, **more})
