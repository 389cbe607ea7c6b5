"""Anthropic's messages, with blocks and tool use, and Bedrock's conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.formats.parts import (
    add_turn,
    arguments_of,
    call,
    functions_of,
    image,
    image_of,
    image_of_data,
    joined,
    json_text,
    no_more,
    objects_in,
    plain_text,
    refuse_unlearned,
    text_in,
)
from tui.core.formats.results import Notes, Object, Unfit
from tui.core.formats.supported.chat import chat_of, example_keys, role_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EMPTY_SCHEMA = {"type": "object", "properties": {}}
_BEDROCK = ("schemaVersion",)
_BLOCK_KEYS = {
    "text": ("text",),
    "tool_use": ("id", "name", "input"),
    "tool_result": ("tool_use_id", "content", "is_error"),
    "image": ("source",),
    "thinking": ("thinking", "signature"),
    "redacted_thinking": ("data",),
}


def read_anthropic(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read system, messages and tools; tool results become messages of their own."""
    messages: list[Object] = []
    if row.get("system"):
        messages.append({"role": "system", "content": _system(row["system"])})
    for turn in objects_in(row.get("messages"), "messages"):
        messages += _messages(turn, notes)
    made: Object = {"messages": messages}
    if row.get("tools"):
        made["tools"] = [_tool(t, notes) for t in objects_in(row["tools"], "tools")]
    no_more(row, {"system", "messages", "tools", *_BEDROCK}, notes)
    return made


def _system(value: object) -> str:
    if isinstance(value, str):
        return value
    return "\n".join(plain_text([block], "system") for block in objects_in(value, "system"))


def _tool(tool: Mapping[str, Any], notes: Notes) -> Object:
    if not isinstance(tool.get("name"), str):
        raise Unfit("a tool has no name")
    function: Object = {"name": tool["name"]}
    if tool.get("description"):
        function["description"] = tool["description"]
    function["parameters"] = tool.get("input_schema", _EMPTY_SCHEMA)
    no_more(tool, {"name", "description", "input_schema", "type"}, notes, "tool key ")
    return {"type": "function", "function": function}


def _messages(turn: Mapping[str, Any], notes: Notes) -> list[Object]:
    role = turn.get("role")
    if not isinstance(role, str) or role not in {"user", "assistant", "system"}:
        raise Unfit(f"role {role!r:.40} has no place in Anthropic's format")
    no_more(turn, {"role", "content"}, notes, "message key ")
    content = turn.get("content")
    if isinstance(content, str):
        return [{"role": role, "content": content}]
    return _Blocks(notes).messages(role, objects_in(content, "content"))


class _Blocks:
    """One turn's blocks, sorted into text, calls and replies."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._parts: list[Object] = []
        self._calls: list[Object] = []
        self._replies: list[Object] = []

    def messages(self, role: str, blocks: Sequence[Mapping[str, Any]]) -> list[Object]:
        for block in blocks:
            self._take(block)
        made = list(self._replies)  # replies follow the call, before what the user adds
        if self._parts or self._calls:
            said: Object = {"role": role}
            if self._parts:
                said["content"] = joined(self._parts)
            if self._calls:
                said["tool_calls"] = self._calls
            made.append(said)
        if not made:
            raise Unfit("a message with nothing in it that can be carried over")
        return made

    def _take(self, block: Mapping[str, Any]) -> None:
        kind = str(block.get("type", "text" if "text" in block else None))
        if kind == "text":
            self._parts.append({"type": "text", "text": text_in(block.get("text"), "a text")})
        elif kind == "tool_use":
            self._calls.append(call(_id(block.get("id")), block.get("name"), block.get("input")))
        elif kind == "tool_result":
            self._replies.append(_reply(block, self._notes))
        elif kind == "image":
            self._parts.append(_image(block.get("source")))
        elif kind in {"thinking", "redacted_thinking"}:
            self._notes.lose("thinking", block.get("thinking", block.get("data")))
        else:
            raise Unfit(f"a block of type {kind!r:.40} has no counterpart")
        known = {"type", *_BLOCK_KEYS.get(kind, ())}
        no_more(block, known, self._notes, f"{kind} key ")


def _id(value: object) -> str:
    if isinstance(value, str) and value:
        return value
    raise Unfit("a tool call or reply has no id")


def _reply(block: Mapping[str, Any], notes: Notes) -> Object:
    content = block.get("content")
    if block.get("is_error"):
        notes.lose("is_error of a tool result", block["is_error"])
    return {
        "role": "tool",
        "tool_call_id": _id(block.get("tool_use_id")),
        "content": plain_text(content, "a tool result"),
    }


def _image(source: object) -> Object:
    if not isinstance(source, dict):
        raise Unfit("an image has no source")
    if source.get("type") == "url":
        return image(source.get("url"))
    return image_of_data(source.get("media_type"), source.get("data"))


def write_anthropic(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write system, messages and tools; replies to calls gather in one user turn."""
    made: Object = {"messages": []}
    turns: list[Object] = made["messages"]
    for number, message in enumerate(chat_of(row)):
        role = role_of(message)
        known = {"role", "content", "tool_calls", "tool_call_id", "weight"}
        no_more(message, known, notes, "message key ")
        refuse_unlearned(message)
        if role in INSTRUCTING_ROLES:
            if number:
                raise Unfit("a system prompt after the beginning")
            made = {"system": plain_text(message.get("content")), "messages": turns}
        else:
            side = "assistant" if role == "assistant" else "user"
            add_turn(turns, side, "content", _blocks(role, message), notes, told=role != "tool")
    if not turns or turns[0]["role"] != "user":
        raise Unfit("it does not begin with the user, as Anthropic asks")
    for turn in turns:
        if len(turn["content"]) == 1 and turn["content"][0]["type"] == "text":
            turn["content"] = turn["content"][0]["text"]
    if row.get("tools"):
        made["tools"] = [_anthropic_tool(f, notes) for f in functions_of(row["tools"], notes)]
    no_more(row, {*example_keys(row), "tools"}, notes)
    return made


def _blocks(role: str, message: Mapping[str, Any]) -> list[Object]:
    content = message.get("content")
    if role == "tool":
        use = _id(message.get("tool_call_id"))
        return [{"type": "tool_result", "tool_use_id": use, "content": plain_text(content)}]
    if role not in {"user", "assistant"}:
        raise Unfit(f"role {role!r:.40} has no counterpart")
    made = [_block(part) for part in content] if isinstance(content, list) else []
    if isinstance(content, str) and (content or not message.get("tool_calls")):
        made.append({"type": "text", "text": content})
    if message.get("tool_calls"):
        for one in objects_in(message["tool_calls"], "tool_calls"):
            name, arguments = arguments_of(one)
            made.append(
                {"type": "tool_use", "id": _id(one.get("id")), "name": name, "input": arguments}
            )
    if not made or (role == "assistant" and not any(_says(block) for block in made)):
        raise Unfit(
            "an answer without text" if role == "assistant" else "a message without content"
        )
    return made


def _says(block: Mapping[str, Any]) -> bool:
    return block["type"] != "text" or bool(block["text"].strip())


def _block(part: object) -> Object:
    if isinstance(part, dict) and part.get("type") == "image_url":
        media, data = image_of(part)
        if not media:
            return {"type": "image", "source": {"type": "url", "url": data}}
        source = {"type": "base64", "media_type": media, "data": data}
        return {"type": "image", "source": source}
    return {"type": "text", "text": plain_text([part])}


def _anthropic_tool(function: Mapping[str, Any], notes: Notes) -> Object:
    made: Object = {"name": json_text(function.get("name", ""))}
    if function.get("description"):
        made["description"] = function["description"]
    made["input_schema"] = function.get("parameters", _EMPTY_SCHEMA)
    no_more(function, {"name", "description", "parameters"}, notes, "tool key ")
    return made
