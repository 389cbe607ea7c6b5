"""JSON that a command is given in files: a conversation, tools, a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tui.cli.inputs import bytes_of
from tui.core.provider.parsing import as_map, as_text
from tui.core.text.json_text import is_json
from tui.services.errors import InputError

_MESSAGES = "Cannot read the messages"
_FORM = 'Give {"messages": […]}, the list alone, or one line of a dataset.'


class GivenChat(NamedTuple):
    """A conversation as it stands in a file, and the tools beside it."""

    messages: list[dict[str, Any]]
    tools: tuple[Mapping[str, Any], ...]


async def read_conversation(path: str) -> GivenChat:
    """Return the messages and tools of a file. Raises InputError."""
    value = await _read(path, _MESSAGES)
    tools: tuple[Mapping[str, Any], ...] = ()
    if isinstance(value, Mapping):
        owner = value if "messages" in value else as_map(value.get("input"))
        if owner.get("tools"):
            tools = _tools(owner["tools"], _MESSAGES, f"{path}: tools")
        value = owner.get("messages")
    if not isinstance(value, list):
        raise InputError(_MESSAGES, f"{path} holds no list of messages", _FORM)
    for at, message in enumerate(value, start=1):
        if not isinstance(message, dict) or not as_text(message.get("role")):
            raise InputError(_MESSAGES, f"{path}: message {at} has no role", _FORM)
    return GivenChat(value, tools)


async def read_tools(path: str) -> tuple[Mapping[str, Any], ...]:
    """Return functions to call, given as a list, as one, or under "tools". Raises InputError."""
    title = "Cannot read the tools"
    value = await _read(path, title)
    if isinstance(value, Mapping):
        value = value.get("tools", [value])
    return _tools(value, title, path)


async def read_schema(path: str) -> dict[str, Any]:
    """Return a response format for a JSON schema, with or without the name around it."""
    title = "Cannot read the schema"
    value = await _read(path, title)
    if not isinstance(value, Mapping):
        raise InputError(title, f"{path} is not a JSON object", "Give a JSON Schema.")
    if value.get("type") == "json_schema":
        return dict(value)
    if isinstance(value.get("schema"), Mapping) and as_text(value.get("name")):
        return {"type": "json_schema", "json_schema": dict(value)}
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in Path(path).stem) or "answer"
    return {"type": "json_schema", "json_schema": {"name": name[:64], "schema": dict(value)}}


def _tools(value: object, title: str, where: str) -> tuple[Mapping[str, Any], ...]:
    tools = value if isinstance(value, list) else []
    if not tools or not all(isinstance(tool, Mapping) for tool in tools):
        raise InputError(title, f"{where} holds no list of tools", "Give a list of functions.")
    bare = ({"type": "function", "function": t} if "function" not in t else t for t in tools)
    return tuple(bare)


async def _read(path: str, title: str) -> object:
    data = await bytes_of(path, title)
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        if len(lines := data.split(b"\n")) > 1 and is_json(lines[0]) and lines[1].strip():
            raise InputError(title, f"{path} has several lines of JSON", "Give one.") from error
        raise InputError(title, f"{path} is not JSON: {error}", "Correct it.") from error
