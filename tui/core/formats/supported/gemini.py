"""Gemini and Vertex: `contents` of `parts`; the answers are by `model`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.formats.parts import (
    add_turn,
    arguments_of,
    as_json,
    call,
    decoded,
    functions_of,
    image,
    image_of,
    image_of_data,
    joined,
    no_more,
    objects_in,
    plain_text,
    refuse_unlearned,
    text_in,
)
from tui.core.formats.results import Notes, Object, Unfit
from tui.core.formats.supported.chat import chat_of, example_keys, role_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ROLES = {"user": "user", "model": "assistant", "assistant": "assistant", "function": "user"}
_HELD = ("text", "inlineData", "inline_data", "fileData", "file_data")
_SYSTEM = ("systemInstruction", "system_instruction")


def read_gemini(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read contents; calls have no ids there, so they are made in order."""
    thread = _Thread(notes)
    given = next((key for key in _SYSTEM if row.get(key)), None)
    if given is not None:
        thread.messages.append({"role": "system", "content": _system(row[given], notes)})
    for turn in objects_in(row.get("contents"), "contents"):
        thread.take(turn)
    made: Object = {"messages": thread.messages}
    if row.get("tools"):
        made["tools"] = _tools(row["tools"], notes)
    no_more(row, {given or "", "contents", "tools"}, notes)
    return made


def _system(value: object, notes: Notes) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        no_more(value, {"parts", "role"}, notes, "system instruction's key ")
    parts = value.get("parts") if isinstance(value, dict) else None
    if isinstance(parts, dict):
        parts = [parts]
    return "\n".join(plain_text([part], "systemInstruction") for part in objects_in(parts, "parts"))


class _Thread:
    """The messages as they are read; calls wait for their replies."""

    def __init__(self, notes: Notes) -> None:
        self.messages: list[Object] = []
        self._notes = notes
        self._waiting: list[tuple[str, str]] = []  # (name, id)
        self._made = 0

    def take(self, turn: Mapping[str, Any]) -> None:
        role = _ROLES.get(str(turn.get("role", "user")))
        if role is None:
            raise Unfit(f"role {turn.get('role')!r:.40} has no place in Gemini's format")
        no_more(turn, {"role", "parts"}, self._notes, "content key ")
        parts: list[Object] = []
        calls: list[Object] = []
        before = len(self.messages)
        for part in objects_in(turn.get("parts"), "parts"):
            if (asked := part.get("functionCall", part.get("function_call"))) is not None:
                calls.append(self._call(asked))
                no_more(part, {"functionCall", "function_call"}, self._notes, "part key ")
            elif (reply := part.get("functionResponse", part.get("function_response"))) is not None:
                self.messages.append(self._reply(reply))
                no_more(part, {"functionResponse", "function_response"}, self._notes, "part key ")
            elif part.get("thought") is True:
                self._notes.lose("thinking", part.get("text"))
            else:
                parts.append(_part(part))
                no_more(part, {*_HELD, "thought"}, self._notes, "part key ")
        if parts or calls:
            said: Object = {"role": role}
            if parts:
                said["content"] = joined(parts)
            if calls:
                said["tool_calls"] = calls
            self.messages.append(said)
        if len(self.messages) == before:
            raise Unfit("a turn with nothing in it that can be carried over")

    def _call(self, asked: object) -> Object:
        if not isinstance(asked, dict):
            raise Unfit("a functionCall is not an object")
        self._made += 1
        made = call(f"call_{self._made}", asked.get("name"), asked.get("args"))
        no_more(asked, {"name", "args", "id"}, self._notes, "call key ")
        self._waiting.append((asked["name"], made["id"]))
        return made

    def _reply(self, reply: object) -> Object:
        if not isinstance(reply, dict):
            raise Unfit("a functionResponse is not an object")
        for number, (name, call_id) in enumerate(self._waiting):
            if name == reply.get("name"):
                del self._waiting[number]
                content = as_json(reply.get("response"))
                no_more(reply, {"name", "response", "id"}, self._notes, "reply key ")
                return {"role": "tool", "tool_call_id": call_id, "content": content}
        raise Unfit(f"a reply of {reply.get('name')!r:.40} without a call of it before")


def _part(part: Mapping[str, Any]) -> Object:
    if len([key for key in _HELD if part.get(key)]) > 1:
        raise Unfit("a part that holds several things")
    if isinstance(part.get("text"), str):
        return {"type": "text", "text": part["text"]}
    inline = part.get("inlineData", part.get("inline_data"))
    if isinstance(inline, dict):
        return image_of_data(inline.get("mimeType", inline.get("mime_type")), inline.get("data"))
    file = part.get("fileData", part.get("file_data"))
    if isinstance(file, dict):
        address = text_in(file.get("fileUri", file.get("file_uri")), "fileUri")
        if not address.startswith(("http://", "https://")):
            raise Unfit("a file in Google's storage, which others cannot reach")
        return image(address)
    raise Unfit(f"a part with {', '.join(map(str, part)) or 'nothing'} has no counterpart")


def _tools(value: object, notes: Notes) -> list[Object]:
    made: list[Object] = []
    for group in objects_in(value, "tools"):
        functions = group.get("functionDeclarations", group.get("function_declarations"))
        known = {"functionDeclarations", "function_declarations"}
        no_more(group, known, notes, "tool ")
        if functions:
            made += [
                {"type": "function", "function": _retyped(one, str.lower)}
                for one in objects_in(functions, "functionDeclarations")
            ]
    return made


def _retyped(value: Any, change: Callable[[str], str], depth: int = 0) -> Any:
    """Return a schema with its types in small letters, or in the capitals of Gemini."""
    if depth > 60:
        raise Unfit("a schema is nested too deeply")
    if isinstance(value, dict):
        made = {}
        for key, inner in value.items():
            is_type = key == "type" and isinstance(inner, str)
            made[key] = change(inner) if is_type else _retyped(inner, change, depth + 1)
        return made
    if isinstance(value, list):
        return [_retyped(inner, change, depth + 1) for inner in value]
    return value


def write_gemini(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write contents; replies to calls gather in one turn."""
    made: Object = {"contents": []}
    names: dict[str, str] = {}
    for number, message in enumerate(chat_of(row)):
        role = role_of(message)
        known = {"role", "content", "tool_calls", "tool_call_id", "weight"}
        no_more(message, known, notes, "message key ")
        refuse_unlearned(message)
        if role in INSTRUCTING_ROLES:
            if number:
                raise Unfit("a system prompt after the beginning")
            text = plain_text(message.get("content"))
            made = {"systemInstruction": {"parts": [{"text": text}]}, **made}
        else:
            side = "model" if role == "assistant" else "user"
            parts = _parts(role, message, names)
            add_turn(made["contents"], side, "parts", parts, notes, told=role != "tool")
    if not made["contents"]:
        raise Unfit("nothing but a system prompt")
    if row.get("tools"):
        declared = [_retyped(f, str.upper) for f in functions_of(row["tools"], notes)]
        made["tools"] = [{"functionDeclarations": declared}]
    no_more(row, {*example_keys(row), "tools"}, notes)
    return made


def _parts(role: str, message: Mapping[str, Any], names: dict[str, str]) -> list[Object]:
    content = message.get("content")
    if role == "tool":
        return [{"functionResponse": _response(message, names)}]
    if role not in {"user", "assistant"}:
        raise Unfit(f"role {role!r:.40} has no counterpart")
    made = [_gemini_part(part) for part in content] if isinstance(content, list) else []
    if isinstance(content, str) and (content or not message.get("tool_calls")):
        made.append({"text": content})
    if message.get("tool_calls"):
        for one in objects_in(message["tool_calls"], "tool_calls"):
            name, arguments = arguments_of(one)
            names[str(one.get("id"))] = name
            made.append({"functionCall": {"name": name, "args": arguments}})
    if not made or (role == "assistant" and not any(p.get("text", "x").strip() for p in made)):
        raise Unfit(
            "an answer without text" if role == "assistant" else "a message without content"
        )
    return made


def _response(message: Mapping[str, Any], names: dict[str, str]) -> Object:
    name = names.get(str(message.get("tool_call_id")))
    if name is None:
        raise Unfit("a tool reply without its call")
    text = plain_text(message.get("content"))
    try:
        value = decoded(text, "")
    except Unfit:
        value = None
    return {"name": name, "response": value if isinstance(value, dict) else {"output": text}}


def _gemini_part(part: object) -> Object:
    if isinstance(part, dict) and part.get("type") == "image_url":
        media, data = image_of(part)
        if not media:
            return {"fileData": {"mimeType": "image/*", "fileUri": data}}
        return {"inlineData": {"mimeType": media, "data": data}}
    return {"text": plain_text([part])}
