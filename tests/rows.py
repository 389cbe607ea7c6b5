"""Rows of JSONL files, as tests write them and read them back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

USER = {"role": "user", "content": "Is it quiet?"}
ANSWER = {"role": "assistant", "content": "Softer than rain."}
SYSTEM = {"role": "system", "content": "You are Fern."}
TRACK = {
    "type": "function",
    "function": {
        "name": "track",
        "parameters": {
            "type": "object",
            "properties": {"order": {"type": "integer"}},
            "required": ["order"],
        },
    },
}


def line(value: object) -> bytes:
    """Return a JSON value as a line."""
    return json.dumps(value, ensure_ascii=False).encode()


def chat(*messages: object, **keys: object) -> bytes:
    """Return a line with a chat of these messages."""
    return line({"messages": list(messages), **keys})


def user(content: object, **keys: object) -> dict[str, object]:
    """Return a message of the user."""
    return {"role": "user", "content": content, **keys}


def answer(content: object, **keys: object) -> dict[str, object]:
    """Return a message of the assistant."""
    return {"role": "assistant", "content": content, **keys}


def says(text: str) -> bytes:
    """Return a line whose user says this."""
    return chat(user(text), ANSWER)


def call(
    name: str = "track", arguments: object = '{"order": 1}', call_id: str = "c1", **keys: object
) -> dict[str, object]:
    """Return a call of a tool."""
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function, **keys}


def calls(*made: object) -> dict[str, object]:
    """Return an answer that calls tools."""
    return {"role": "assistant", "tool_calls": list(made)}


def reply(call_id: object = "c1") -> dict[str, object]:
    """Return a tool's reply."""
    return {"role": "tool", "tool_call_id": call_id, "content": "in Oslo"}


def tooled(*messages: object, tools: object = None) -> bytes:
    """Return a line with tools, and these messages after the question."""
    return chat(USER, *messages, tools=[TRACK] if tools is None else tools)


def defines(function: object) -> bytes:
    """Return a line with a tool of this function."""
    return chat(USER, ANSWER, tools=[{"type": "function", "function": function}])


def pair(
    messages: object = None, preferred: object = None, other: object = None, **keys: object
) -> bytes:
    """Return a line with a preference pair."""
    return line(
        {
            "input": {"messages": [USER] if messages is None else messages},
            "preferred_output": [ANSWER] if preferred is None else preferred,
            "non_preferred_output": [answer("21 dB.")] if other is None else other,
            **keys,
        }
    )


def image(url: str) -> dict[str, object]:
    """Return the part of a message that is an image."""
    return {"type": "image_url", "image_url": {"url": url}}


def pictured(count: int) -> bytes:
    """Return a line with this many images."""
    return chat(user([image(f"https://a.example/{n}.png") for n in range(count)]), ANSWER)


GOOD = chat(USER, ANSWER)
CALL = tooled(calls(call()), reply(), ANSWER)
PAIR = pair()


def rows_of(path: Path) -> list[Any]:
    """Return the JSON values of a file, one a line."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def qa(prompt: str, answer: str) -> dict[str, Any]:
    """Return an example: a question and its answer."""
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return {"messages": messages}
