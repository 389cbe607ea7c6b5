"""Rows as OpenAI takes them, and those that need little to be so."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.any_rows.parts import (
    Row,
    Texts,
    arguments,
    conversation,
    function,
    message,
    messages,
    object_of,
    tools,
)


def openai(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats, as they should be."""
    answer = message("assistant", texts, weight=st.sampled_from([0, 1]))
    return object_of({"messages": conversation(message("user", texts), answer)})


def openai_tools(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats that call a tool."""

    def row(parts: tuple[str, dict[str, Any], str, str, list[Any], bool]) -> Row:
        asked, arguments, replied, answered, tools, defined = parts
        function = {"name": "look_up", "arguments": json.dumps(arguments, ensure_ascii=False)}
        called = {"id": "call_1", "type": "function", "function": function}
        messages: list[Row] = [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": None, "tool_calls": [called]},
            {"role": "tool", "tool_call_id": "call_1", "content": replied},
            {"role": "assistant", "content": answered},
        ]
        return {"messages": messages, "tools": tools} if defined else {"messages": messages}

    return st.tuples(
        texts, arguments(texts), texts, texts, tools(texts), st.booleans()
    ).map(row)  # fmt: skip


def openai_functions(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats in OpenAI's outdated form of calls: functions, function_call, role function."""

    def row(parts: tuple[str, dict[str, Any], str, str, dict[str, Any]]) -> Row:
        asked, arguments, replied, answered, function = parts
        called = {"name": "look_up", "arguments": json.dumps(arguments, ensure_ascii=False)}
        messages: list[Row] = [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": None, "function_call": called},
            {"role": "function", "name": "look_up", "content": replied},
            {"role": "assistant", "content": answered},
        ]
        return {"messages": messages, "functions": [function]}

    return st.tuples(texts, arguments(texts), texts, texts, function(texts)).map(row)


def openai_images(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats with an image in the question."""
    image = {"type": "image_url", "image_url": {"url": "https://example.com/shelf.png"}}
    parts = texts.map(lambda text: [{"type": "text", "text": text}, image])
    return object_of(
        {"messages": conversation(message("user", parts), message("assistant", texts))}
    )


def openai_pair(texts: Texts) -> st.SearchStrategy[Row]:
    """Preference pairs as OpenAI takes them."""
    answer = message("assistant", texts).map(lambda message: [message])
    asked = st.lists(message("user", texts), min_size=1, max_size=1)
    return object_of(
        {
            "input": object_of({"messages": asked}, {"tools": tools(texts)}),
            "preferred_output": answer,
            "non_preferred_output": answer,
        }
    )


def openai_more_keys(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats with keys that OpenAI does not take, in the example and in its messages."""
    more = {"id": texts, "note": texts, "timestamp": st.just(1700000000)}
    reasoning = {"reasoning_content": texts, "thinking": texts, "id": st.just("m1")}
    return object_of(
        {
            "messages": conversation(
                message("user", texts, **more), message("assistant", texts, **reasoning)
            )
        },
        {"metadata": object_of({"topic": texts}), "source": texts, "score": st.just(0.5)},
    )


def openai_nulls(texts: Texts) -> st.SearchStrategy[Row]:
    """Chats filled up with nulls, as a table of them is written."""
    null: st.SearchStrategy[Any] = st.none()
    nulls = dict.fromkeys(("name", "tool_calls", "function_call", "weight", "refusal"), null)
    return object_of(
        {
            "messages": conversation(
                message("user", texts, **nulls), message("assistant", texts, **nulls)
            )
        },
        dict.fromkeys(("tools", "functions", "parallel_tool_calls", "metadata"), null),
    )


def hugging_face(texts: Texts) -> st.SearchStrategy[Row]:
    """Messages under other names, some as JSON in a cell, with columns beside them."""
    key = st.sampled_from(["conversation", "dialogue", "dialog"])
    cell = messages(texts).map(lambda made: json.dumps(made, ensure_ascii=False))
    value = st.one_of(messages(texts), cell)
    more = object_of({}, {"category": texts, "prompt_id": st.just("p1"), "prompt": texts})
    return st.tuples(key, value, more).map(lambda made: {made[0]: made[1], **made[2]})
