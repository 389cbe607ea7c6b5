"""One line of a dataset: read into messages, edited, and written in its own style.

An `Example` keeps the JSON object it came from. The messages are views of that object, which
work out nothing before it is asked for; so keys this program does not know survive every edit,
and a line nobody edits is never written from here at all.

This is the reader of lines. Two others stand beside it for a reason that each gives: the checks'
`Row`, and `Gathered` for counting.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Kind = Literal["chat", "preference", "completion", "unknown"]
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
INSTRUCTING_ROLES = ("system", "developer")  # no set: a role in a file may be unhashable

# Where messages live in the object, in reading order, for each kind of example.
SECTIONS: Mapping[Kind, tuple[str, ...]] = {
    "chat": ("messages",),
    "preference": ("input", "preferred_output", "non_preferred_output"),
    "completion": ("prompt", "completion"),
    "unknown": (),
}
# Early drafts of OpenAI's schema named the outputs so; they are read, never written.
ALIASES = {
    "preferred_output": "preferred_completion",
    "non_preferred_output": "non_preferred_completion",
}
_OUTPUTS = ("preferred_output", "non_preferred_output", *ALIASES.values())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: a section of the example (see `SECTIONS`) and an index in it."""

    section: str
    index: int


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call an assistant message makes; `arguments` is the JSON text as it stands."""

    id: str
    name: str
    arguments: str


class Message(NamedTuple):
    """One message. `raw` is its own JSON value, whatever its type; `role` is "?" without one."""

    place: Place
    role: str
    raw: object

    @property
    def text(self) -> str:
        """What it says; parts that are not text become a short mark."""
        return content_text(self.raw.get("content") if isinstance(self.raw, dict) else self.raw)

    @property
    def name(self) -> str | None:
        """The name of who speaks."""
        return self._string("name")

    @property
    def weight(self) -> object:
        """Its weight as it stands, None without one."""
        return self.raw.get("weight") if isinstance(self.raw, dict) else None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls it makes."""
        return _tool_calls(self.raw) if isinstance(self.raw, dict) else ()

    @property
    def tool_call_id(self) -> str | None:
        """The call that it replies to."""
        return self._string("tool_call_id")

    @property
    def refusal(self) -> str | None:
        """What is said in place of an answer."""
        return self._string("refusal")

    def _string(self, key: str) -> str | None:
        value = self.raw.get(key) if isinstance(self.raw, dict) else None
        return value if isinstance(value, str) else None

    @property
    def trained(self) -> bool:
        """Whether training learns this message: an answer whose weight is not 0."""
        if self.place.section in {"input", "prompt"}:
            return False
        return self.role == "assistant" and self.weight != 0


@dataclass(frozen=True, slots=True)
class Example:
    """One JSON object of a dataset, with the messages found in it."""

    kind: Kind
    raw: Mapping[str, Any]
    messages: tuple[Message, ...]

    def at(self, place: Place) -> Message:
        """Return the message at `place`. Raises KeyError when there is none."""
        for message in self.messages:
            if message.place == place:
                return message
        raise KeyError(place)

    def first(self, role: str) -> str:
        """Return the text of the first message of `role`, or an empty string."""
        return next((m.text for m in self.messages if m.role == role), "")

    @property
    def opening(self) -> str:
        """The text of the first question, or else the first text there is."""
        return self.first("user") or next((m.text for m in self.messages if m.text), "")


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is not a JSON object, and what the decoder says."""

    text: str
    reason: str


def parse(line: bytes) -> Example | Broken:
    """Read one line of JSONL (without its newline). Never raises on bad input."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        text = line.decode("utf-8", "replace")
        return Broken(text, str(error).split(": line")[0])
    return from_object(value, line)


def parse_exactly(line: bytes) -> Example | Broken:
    """Read one line for editing: slower than `parse`, but numbers of any length stay as written."""
    quick = parse(line)
    if isinstance(quick, Broken):
        return quick
    return from_object(json.loads(line), line)


def from_object(value: object, line: bytes = b"") -> Example | Broken:
    """Make an example of a decoded value; a `Broken` when it is not a JSON object."""
    if not isinstance(value, dict):
        text = line.decode("utf-8", "replace")
        return Broken(text, f"this is {_json_type(value)}, not an object")
    kind = kind_of(value)
    return Example(kind, value, tuple(_messages(kind, value)))


def kind_of(value: Mapping[str, Any]) -> Kind:
    """Tell which format an object follows, by its keys."""
    if "messages" in value:
        return "chat"
    if isinstance(value.get("input"), dict) or any(map(value.__contains__, _OUTPUTS)):
        return "preference"
    if "prompt" in value and "completion" in value:
        return "completion"
    return "unknown"


def is_answer(message: object) -> bool:
    """Whether a decoded message is one of the assistant."""
    return isinstance(message, dict) and message.get("role") == "assistant"


def is_instruction(message: object) -> bool:
    """Whether a decoded message is a system prompt, whatever its role is called."""
    return isinstance(message, dict) and message.get("role") in INSTRUCTING_ROLES


def section_list(raw: Mapping[str, Any], section: str) -> object:
    """Return the JSON value that holds a section's messages, or None."""
    if section == "input":
        inner = raw.get("input")
        return inner.get("messages") if isinstance(inner, dict) else None
    return raw.get(section, raw.get(ALIASES.get(section, section)))


def write(example: Example, like: bytes = b"") -> bytes:
    """Return the example as one line without a newline, spaced and escaped as `like` is."""
    return writer(like)(example.raw)


def writer(like: bytes) -> Callable[[object], bytes]:
    """Return what writes an object as one line without a newline, spaced and escaped as `like` is.

    `like` is the line the example was read from: a file written with `", "` separators, or
    in pure ASCII, stays that way where it is edited.
    """
    bare = like.replace(b'\\"', b"")  # JSON inside a text has a spacing of its own
    compact = b'":' in bare and b'": ' not in bare
    ascii_only = b"\\u" in like and like.isascii()
    return _WRITERS[compact, ascii_only]


def _writer(*, compact: bool, ascii_only: bool) -> Callable[[object], bytes]:
    separators = (",", ":") if compact else (", ", ": ")
    encode = json.JSONEncoder(ensure_ascii=ascii_only, separators=separators).encode
    escaping = json.JSONEncoder(separators=separators).encode

    def written(raw: object) -> bytes:
        try:
            return encode(raw).encode()
        except UnicodeEncodeError:  # half of a surrogate pair: only an escape can carry it
            return escaping(raw).encode()

    return written


_WRITERS = {
    (compact, ascii_only): _writer(compact=compact, ascii_only=ascii_only)
    for compact in (False, True)
    for ascii_only in (False, True)
}


def _messages(kind: Kind, value: Mapping[str, Any]) -> list[Message]:
    if kind == "completion":
        return [
            _message(Place("prompt", 0), {"role": "user", "content": value["prompt"]}),
            _message(Place("completion", 0), {"role": "assistant", "content": value["completion"]}),
        ]
    found = []
    for section in SECTIONS[kind]:
        items = section_list(value, section)
        if isinstance(items, list):
            found += [_message(_place(section, i), item) for i, item in enumerate(items)]
    return found


def _message(place: Place, raw: object) -> Message:
    role = raw.get("role") if isinstance(raw, dict) else None
    return Message(place, role if isinstance(role, str) else "?", raw)


# Nearly all examples have their messages in the same few places.
_place = lru_cache(maxsize=4096)(Place)


def content_text(content: object) -> str:
    """Return message content as text; parts that are not text become a short mark."""
    if isinstance(content, list):
        return "\n".join(map(_part_text, content))
    return _as_text(content)


def _part_text(part: object) -> str:
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            return str(part["text"])
        return f"[{part.get('type', 'part')}]"
    return _as_text(part)


def _tool_calls(raw: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    calls = raw.get("tool_calls")
    found = [_tool_call(c) for c in calls] if isinstance(calls, list) else []
    if isinstance(raw.get("function_call"), dict):  # the form before tool_calls, still in old files
        found.append(_tool_call({"function": raw["function_call"]}))
    return tuple(found)


def _tool_call(call: object) -> ToolCall:
    call = call if isinstance(call, dict) else {}
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    return ToolCall(
        _as_text(call.get("id")),
        _as_text(function.get("name")),
        _as_text(function.get("arguments")),
    )


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:  # orjson reads deeper than Python's json can write
        return "…"


def _json_type(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def texts(messages: Sequence[Message], role: str) -> list[str]:
    """Return the texts of all messages of one role, in order."""
    return [m.text for m in messages if m.role == role]
