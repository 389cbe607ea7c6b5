"""Write OpenAI's lines for other providers: what they do not take is renamed or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import kind_of
from tui.core.formats.parts import answer_text, no_more, objects_in, plain_text, refuse_unlearned
from tui.core.formats.results import Notes, Object, Unfit, Writer
from tui.core.formats.supported.chat import chat_of, example_keys, role_of
from tui.core.formats.supported.openai_pairs import answers_of, outside_pair

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_COMMON = {"role", "content", "tool_calls", "tool_call_id"}
_ROLES = {"system", "user", "assistant", "tool"}


def write_azure(row: Mapping[str, Any], notes: Notes) -> Object:
    """Give chat and preference lines back as they are; the file gets a byte order mark."""
    if kind_of(row) == "unknown":
        raise Unfit("no example Azure knows")
    del notes
    return dict(row)


def _provider(name: str, message_keys: Collection[str], *, alternating: bool = False) -> Writer:
    def write(row: Mapping[str, Any], notes: Notes) -> Object:
        if kind_of(row) == "preference":
            return _pair(row, notes, message_keys)
        messages = [_message(m, notes, message_keys) for m in chat_of(row)]
        if alternating:
            _check_turns(messages, name)
        made: Object = {"messages": messages}
        if row.get("tools"):
            made["tools"] = row["tools"]
        no_more(row, {*example_keys(row), "tools"}, notes)
        return made

    return write


def _pair(row: Mapping[str, Any], notes: Notes, keys: Collection[str]) -> Object:
    inner = row["input"] if isinstance(row.get("input"), dict) else {}
    asked = objects_in(inner.get("messages"), "input.messages")
    made: Object = {"messages": [_message(m, notes, keys) for m in asked]}
    if inner.get("tools"):
        made["tools"] = inner["tools"]
    no_more(inner, {"messages", "tools"}, notes, "input.")
    preferred, other = answers_of(row)
    outside_pair(row, notes)
    return {
        "input": made,
        "preferred_output": [_message(m, notes, keys) for m in preferred],
        "non_preferred_output": [_message(m, notes, keys) for m in other],
    }


def _message(message: Mapping[str, Any], notes: Notes, keys: Collection[str]) -> Object:
    role = role_of(message)
    if role == "developer":
        notes.say("role developer became system")
        role = "system"
    if role not in _ROLES:
        raise Unfit(f"role {role!r:.40} is not taken there")
    if "weight" not in keys:
        refuse_unlearned(message)
    no_more(message, {*_COMMON, *keys}, notes, "message key ")
    made = {k: v for k, v in message.items() if k in _COMMON or k in keys}
    made["role"] = role
    content = made.get("content")
    if isinstance(content, list) and not any(_is_image(part) for part in content):
        made["content"] = content = plain_text(content)
    said = isinstance(content, list) or (isinstance(content, str) and bool(content.strip()))
    if role == "assistant" and not said and not made.get("tool_calls"):
        answer_text(message)  # says why there is none
    return made


def _is_image(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") == "image_url"


def _check_turns(messages: list[Object], name: str) -> None:
    before = ""
    for number, message in enumerate(messages):
        role = message["role"]
        if role == "system" and number:
            raise Unfit(f"a system prompt after the beginning, which {name} refuses")
        if role == before and role != "tool":
            raise Unfit(f"two messages of {role} in a row, which {name} refuses")
        before = role


write_together = _provider("Together", {"weight"}, alternating=True)
write_fireworks = _provider("Fireworks", {"weight"})
# Nebius documents messages of role and content, and tools; weight is not spoken of.
write_nebius = _provider("Nebius", set())
