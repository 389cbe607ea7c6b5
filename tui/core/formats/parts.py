"""Building blocks that several formats share: messages, tool calls, tools, images."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.formats.results import Notes, Object, Unfit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_DATA = "data:"
_LONGEST_LITERAL = 10_000_000
# A text, which stays; what is between objects; what is around a list: array([…], dtype=object).
_NUMPY = re.compile(
    r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(\}\s+(?=\{))|array\((?=\[)|,\s*dtype=\w+(?=\))"""
)
_TEXT_PART = {"type", "text", "cache_control"}


def text_in(value: object, what: str) -> str:
    """Return a text. Raises Unfit naming `what` when it is none."""
    if isinstance(value, str):
        return value
    raise Unfit(f"{what} is {kind(value)}, not text")


def kind(value: object) -> str:
    """Return what a JSON value is, in words."""
    names: dict[type, str] = {
        list: "a list",
        dict: "an object",
        str: "text",
        bool: "true or false",
        type(None): "missing",
    }
    return names.get(type(value), "a number")


def objects_in(value: object, what: str) -> list[Mapping[str, Any]]:
    """Return a list of objects. Raises Unfit naming `what` when it is none, or empty."""
    if isinstance(value, str):
        value = decoded(value, what)
    if not isinstance(value, list):
        raise Unfit(f"{what} is {kind(value)}, not a list")
    if not value:
        raise Unfit(f"{what} is empty")
    for number, item in enumerate(value, 1):
        if not isinstance(item, dict):
            raise Unfit(f"{what} holds {kind(item)} at place {number}, not an object")
    return value


def decoded(text: str, what: str) -> object:
    """Decode JSON inside a text. Raises Unfit."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return _python_literal(text, what)
    return value


def _python_literal(text: str, what: str) -> object:
    """Return what Python writes of a list or an object, as a cell of pandas' holds it.

    The elements of numpy's arrays stand in it without commas, which then are put between them.
    """
    if text.lstrip().startswith(("[", "{")) and len(text) <= _LONGEST_LITERAL:
        for written in (text, _NUMPY.sub(_as_list, text)):
            try:
                value: object = literal_eval(written)
                orjson.dumps(value)  # it may be a tuple, a set, or bytes
            except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
                continue
            if isinstance(value, (list, dict)):
                return value
    raise Unfit(f"{what} is text, but not JSON")


def _as_list(found: re.Match[str]) -> str:
    text, between = found[1], found[2]
    if text or between:
        return text or "}, "
    return "(" if found[0].endswith("(") else ""


def as_json(value: object) -> str:
    """Write a value as JSON text. Raises Unfit for one nested too deeply."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (RecursionError, ValueError, TypeError):
        raise Unfit("a value is nested too deeply, or is not JSON") from None


def json_text(value: object) -> str:
    """Return a text as it is, and any other value as JSON."""
    return value if isinstance(value, str) else as_json(value)


def call(call_id: str, name: object, arguments: object) -> Object:
    """Make a tool call as OpenAI writes it; arguments become JSON text."""
    if not isinstance(name, str) or not name:
        raise Unfit("a tool call has no name")
    if isinstance(arguments, str):
        if arguments.strip():
            decoded(arguments, f"the arguments of the call of {name}")
        else:
            arguments = {}
    text = (
        arguments if isinstance(arguments, str) else as_json({} if arguments is None else arguments)
    )
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": text}}


def arguments_of(one: Mapping[str, Any]) -> tuple[str, object]:
    """Return name and decoded arguments of an OpenAI tool call. Raises Unfit."""
    function = one.get("function")
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise Unfit("a tool call has no name")
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        arguments = decoded(arguments, f"the arguments of the call of {function['name']}")
    return function["name"], {} if arguments is None else arguments


def tools_in(value: object) -> list[Object]:
    """Return tools as OpenAI writes them, from a list or JSON text of functions. Raises Unfit."""
    if isinstance(value, str):
        value = decoded(value, "tools")
    if not isinstance(value, list) or not all(isinstance(tool, dict) for tool in value):
        raise Unfit("tools is not a list of objects")
    return [_tool(tool) for tool in value]


def _tool(tool: Mapping[str, Any]) -> Object:
    if "function" in tool:
        return {"type": "function", **tool, "function": _function(tool["function"])}
    if not isinstance(tool.get("name"), str):
        raise Unfit("a tool has no name")
    function = dict(tool)
    function.pop("type", None)
    return {"type": "function", "function": _function(function)}


def _function(function: object) -> object:
    """Return a function with its parameters under that name, also where Anthropic's stands."""
    if not isinstance(function, dict) or "parameters" in function:
        return function
    return {"parameters" if k == "input_schema" else k: v for k, v in function.items()}


def functions_of(tools: object, notes: Notes) -> list[Object]:
    """Return the functions inside OpenAI tools. Raises Unfit."""
    made = []
    for tool in tools_in(tools):
        if not isinstance(tool["function"], dict):
            raise Unfit("a tool whose function is not an object")
        no_more(tool, {"type", "function"}, notes, "tool key ")
        made.append(dict(tool["function"]))
    return made


def no_more(row: Mapping[str, Any], known: Collection[str], notes: Notes, where: str = "") -> None:
    """Remark on the keys of an object that are not carried over; empty ones go unsaid."""
    for key, value in row.items():
        if key not in known and not _empty(value):
            notes.lose(f"{where}{key}", value)


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, (str, list, dict, tuple)) and not value)


def image_of_data(mime: object, data: object) -> Object:
    """Make an image part of base64 data. Raises Unfit."""
    if not isinstance(mime, str) or not isinstance(data, str):
        raise Unfit("an image has no type or no data")
    if not mime.startswith("image/"):
        raise Unfit(f"a part is {mime}, which OpenAI's format cannot hold")
    return image(f"{_DATA}{mime};base64,{data}")


def image(url: object) -> Object:
    """Make an image part of an address. Raises Unfit."""
    return {"type": "image_url", "image_url": {"url": text_in(url, "an image's address")}}


def image_of(part: Mapping[str, Any]) -> tuple[str, str]:
    """Return (media type, base64) of an image part with a data URL, or ("", address)."""
    holder = part.get("image_url")
    url = holder.get("url") if isinstance(holder, dict) else holder
    address = text_in(url, "an image's address")
    head, comma, data = address.partition(";base64,")
    if head.startswith(_DATA) and comma:
        return head.removeprefix(_DATA), data
    return "", address


def add_turn(
    turns: list[Object], side: str, key: str, parts: list[Object], notes: Notes, *, told: bool
) -> None:
    """Add a message's parts under `key`: to the last turn where that is of the same side.

    `told` notes that two were joined; results of tools belong together anyway.
    """
    if not turns or turns[-1]["role"] != side:
        turns.append({"role": side, key: parts})
        return
    if told:
        notes.say("messages of one role in a row were joined")
    turns[-1][key] += parts


def joined(parts: Sequence[Object]) -> str | list[Object]:
    """Return content: plain text for a single text part, else the list of parts."""
    if all(set(p) == {"type", "text"} and p["type"] == "text" for p in parts):
        return "".join(p["text"] for p in parts)
    return list(parts)


def plain_text(content: object, what: str = "a message") -> str:
    """Return content as text. Raises Unfit where it holds anything but text."""
    if content is None:
        return ""
    if isinstance(content, list):
        return "".join(_part_text(part, what) for part in content)
    return text_in(content, f"the content of {what}")


def _part_text(part: object, what: str) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and isinstance(part.get("text"), str):
        more = [k for k in part if k not in _TEXT_PART and not _empty(part[k])]
        if more:
            raise Unfit(f"{what} holds a text with {more[0]!r:.40}, which this format cannot hold")
        return str(part["text"])
    name = part.get("type") if isinstance(part, dict) else None
    raise Unfit(f"{what} holds {name or 'a part that is not text'}, which this format cannot hold")


def answer_text(message: Mapping[str, Any], what: str = "an answer") -> str:
    """Return the text of an answer for a format that holds nothing but texts.

    Raises Unfit where it calls tools, has no text, or is not meant to be learned: such a format
    would teach an empty answer, or one that the example only shows.
    """
    if message.get("tool_calls") or message.get("function_call"):
        raise Unfit(f"{what} calls tools, which this format cannot hold")
    refuse_unlearned(message)
    text = plain_text(message.get("content"), what)
    if not text.strip():
        more = " but a refusal" if message.get("refusal") else ""
        raise Unfit(f"{what} has no text{more}")
    return text


def refuse_unlearned(message: Mapping[str, Any]) -> None:
    """Raise Unfit for an answer of another weight than 1, where the format has no weights."""
    weight = message.get("weight")
    if message.get("role") != "assistant" or weight is None or weight == 1:
        return
    if weight == 0:
        raise Unfit("an answer of weight 0 must not be learned, which this format cannot say")
    raise Unfit(f"an answer of weight {as_json(weight):.20} is not learned in full, which "
                "this format cannot say")  # fmt: skip
