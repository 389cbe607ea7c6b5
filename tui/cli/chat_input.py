"""What `finetui chat` is asked with: prompt, messages, images, schema, tools."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.inputs import STDIN, check_stdin, stdin_bytes
from tui.core.chat.images import user_message
from tui.core.chat.parameters import ChatParameters
from tui.core.provider.parsing import as_map, as_text
from tui.services.chat.images import read_image
from tui.services.errors import InputError

if TYPE_CHECKING:
    import argparse

_FORM = 'Give {"messages": […]}, the list alone, or one line of a dataset.'


def wants_app(options: argparse.Namespace) -> bool:
    """Whether nothing was given to ask, on a terminal: then the app is opened in Chat."""
    asked = options.prompt is not None or options.messages or options.json or options.image
    return not asked and sys.stdin.isatty() and sys.stderr.isatty()


async def read_question(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Return the messages to send. Raises InputError for what cannot be read or is no question."""
    check_stdin([options.prompt, options.messages])
    found = await _messages(options.messages) if options.messages else []
    if options.system:
        found = [m for m in found if m.get("role") != "system"]
        found.insert(0, {"role": "system", "content": options.system})
    urls = [await read_image(path) for path in options.image]
    if options.prompt is not None:
        found.append(user_message(await _prompt(options.prompt), urls))
    elif urls:
        raise InputError("No prompt", "an image needs a question about it", "Write one.")
    if not options.messages and options.prompt is None:
        raise InputError(
            "No prompt", "nothing to ask was given", "Write a question, or - for stdin."
        )
    if not found or found[-1].get("role") not in {"user", "tool"}:
        last = str(found[-1].get("role")) if found else "missing"
        raise InputError(
            "No prompt", f"the last message is {last}, not a question", "Add a PROMPT."
        )
    return tuple(found)


async def read_parameters(options: argparse.Namespace, *, lab: bool) -> ChatParameters:
    """Return what the model is asked with. Raises InputError for a file that cannot be read."""
    temperature = options.temperature
    if temperature is None and lab:
        temperature = 0.0  # as in the app: what so small a model learned shows in likely words
    return ChatParameters(
        temperature=temperature,
        top_p=options.top_p,
        max_tokens=options.max_tokens,
        stop=tuple(options.stop),
        seed=options.seed,
        reasoning_effort=options.effort,
        response_format=await _schema(options.json_schema) if options.json_schema else None,
        logprobs=options.logprobs,
        tools=await _tools(options.tools) if options.tools else (),
    )


async def _messages(path: str) -> list[dict[str, Any]]:
    title = "Cannot read the messages"
    value = await _json(path, title)
    if isinstance(value, Mapping):
        value = value.get("messages", as_map(value.get("input")).get("messages"))
    if not isinstance(value, list):
        raise InputError(title, f"{path} holds no list of messages", _FORM)
    for at, message in enumerate(value, start=1):
        if not isinstance(message, dict) or not as_text(message.get("role")):
            raise InputError(title, f"{path}: message {at} has no role", _FORM)
    return value


async def _schema(path: str) -> dict[str, Any]:
    """Return a response format for a JSON schema, with or without the name around it."""
    title = "Cannot read the schema"
    value = await _json(path, title)
    if not isinstance(value, Mapping):
        raise InputError(title, f"{path} is not a JSON object", "Give a JSON Schema.")
    if value.get("type") == "json_schema":
        return dict(value)
    if isinstance(value.get("schema"), Mapping) and as_text(value.get("name")):
        return {"type": "json_schema", "json_schema": dict(value)}
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in Path(path).stem) or "answer"
    return {"type": "json_schema", "json_schema": {"name": name[:64], "schema": dict(value)}}


async def _tools(path: str) -> tuple[Mapping[str, Any], ...]:
    title = "Cannot read the tools"
    value = await _json(path, title)
    if isinstance(value, Mapping):
        value = value.get("tools", [value])
    tools = value if isinstance(value, list) else []
    if not tools or not all(isinstance(tool, Mapping) for tool in tools):
        raise InputError(title, f"{path} holds no list of tools", "Give a list of functions.")
    bare = ({"type": "function", "function": t} if "function" not in t else t for t in tools)
    return tuple(bare)


async def _json(path: str, title: str) -> object:
    try:
        if path == STDIN:
            data = await stdin_bytes()
        else:
            data = await asyncio.to_thread(Path(path).read_bytes)
    except OSError as error:
        raise InputError(title, f"{path}: {error.strerror}", "Name another file.") from error
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        if len(lines := data.split(b"\n")) > 1 and _is_json(lines[0]) and lines[1].strip():
            raise InputError(title, f"{path} has several lines of JSON", "Give one.") from error
        raise InputError(title, f"{path} is not JSON: {error}", "Correct it.") from error


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


async def _prompt(given: str) -> str:
    if given != STDIN:
        if not given.strip():
            raise InputError("No prompt", "the question is empty", "Write one, or - for stdin.")
        return given
    try:
        text: str = await asyncio.to_thread(sys.stdin.read)
    except UnicodeDecodeError as error:
        raise InputError("Cannot read the prompt", f"stdin: {error}", "Send UTF-8.") from error
    if not text.strip():
        raise InputError("No prompt", "stdin was empty", "Write a question to it.")
    return text.rstrip("\n")
