"""The answer in a logged response, and messages as libraries write them.

Of OpenAI's chat completions and responses, Anthropic's messages, Gemini's candidates, Ollama's
and LangChain's, each as its server or library gives it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tui.core.formats.parts import json_text
from tui.core.formats.turns import is_conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Dialect = Literal["openai", "anthropic", "gemini"]
# LangChain's kinds of messages, by type and by class.
_KINDS = {
    "human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function": "function",
    "humanmessage": "user", "aimessage": "assistant", "systemmessage": "system",
    "toolmessage": "tool", "functionmessage": "function", "humanmessagechunk": "user",
    "aimessagechunk": "assistant",
}  # fmt: skip
_SAID = {"type", "text", "annotations", "logprobs"}
_TEXT_KEYS = ("content", "text", "output", "answer", "response", "completion", "generated_text")


@dataclass(frozen=True, slots=True)
class Answer:
    """The messages of an answer, and what its response has beside them.

    `finish` is why it ended; with `whole` the messages begin with those of the question.
    """

    messages: list[Mapping[str, Any]]
    rest: Mapping[str, Any] = field(default_factory=dict)
    finish: str = ""
    dialect: Dialect = "openai"
    whole: bool = False


def messages_in(value: object) -> list[Mapping[str, Any]] | None:
    """Return a list of messages as OpenAI names their roles; None for what is not one."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if not isinstance(value, list) or not value:
        return None
    if is_conversation(value):
        return value
    made = [_message(one) for one in value]
    return None if None in made else [one for one in made if one is not None]


def _message(one: object) -> Mapping[str, Any] | None:
    """Return a message of LangChain's, or an item of OpenAI's responses, as OpenAI's own."""
    if not isinstance(one, dict):
        return None
    if isinstance(one.get("role"), str):
        return one
    if str(one.get("type")) in {"function_call", "function_call_output"}:
        return _item(one)
    name, inside = one.get("type"), one
    if isinstance(one.get("kwargs"), dict) and isinstance(one.get("id"), list) and one["id"]:
        name, inside = one["id"][-1], one["kwargs"]
    elif isinstance(one.get("data"), dict):
        inside = one["data"]
    role = _KINDS.get(str(name).lower())
    if role is None or "content" not in inside:
        return None
    return _of_langchain(role, inside)


def _of_langchain(role: str, inside: Mapping[str, Any]) -> Mapping[str, Any]:
    more = inside.get("additional_kwargs")
    rest = {k: v for k, v in inside.items() if k not in {"type", "additional_kwargs"}}
    calls = rest.get("tool_calls")
    if isinstance(calls, list) and calls:
        rest["tool_calls"] = [
            {"id": c.get("id"), "function": {"name": c.get("name"), "arguments": c.get("args")}}
            if isinstance(c, dict) and "args" in c else c
            for c in calls
        ]  # fmt: skip
    elif isinstance(more, dict) and more:
        rest = {**more, **{k: v for k, v in rest.items() if v or k == "content"}}
        more = None
    made = {"role": role, **rest}
    return made if not more else {**made, "additional_kwargs": more}


def _item(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if item["type"] == "function_call_output":
        reply = json_text(item.get("output"))
        return {"role": "tool", "tool_call_id": item.get("call_id"), "content": reply}
    call = {"name": item.get("name"), "arguments": item.get("arguments")}
    made = {"id": item.get("call_id", item.get("id")), "type": "function", "function": call}
    return {"role": "assistant", "content": None, "tool_calls": [made]}


def answer_in(value: object, key: str = "") -> Answer | None:
    """Return the answer of a response; None where none is known in it.

    `key` is where it stands: a text is an answer under the name of one.
    """
    if isinstance(value, str):
        return Answer([{"role": "assistant", "content": value}]) if value.strip() and key else None
    if isinstance(value, list):
        return _of_list(value)
    if not isinstance(value, dict):
        return None
    for read in _READERS:
        if (found := read(value)) is not None:
            return found
    return None


def _of_list(value: list[Any]) -> Answer | None:
    messages = messages_in(value)
    if messages is not None:
        asked = any(one["role"] == "user" for one in messages)
        return Answer(messages, whole=asked)
    inner = value[0] if len(value) == 1 else None
    return answer_in(inner) if isinstance(inner, dict) else None


def _of_choices(value: Mapping[str, Any]) -> Answer | None:
    choices = value.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    first, others = choices[0], choices[1:]
    message = first.get("message")
    if not isinstance(message, dict):
        if not isinstance(first.get("text"), str):
            return None
        message = {"role": "assistant", "content": first["text"]}
    rest = _without(value, "choices") | {f"choice {k}": v for k, v in
                                         _without(first, "message", "text").items()}  # fmt: skip
    if others:
        rest["further answers"] = others
    finish = str(first.get("finish_reason") or "")
    return Answer([{"role": "assistant", **message}], rest, finish)


def _of_candidates(value: Mapping[str, Any]) -> Answer | None:
    found = value.get("candidates")
    if not isinstance(found, list) or not found or not isinstance(found[0], dict):
        return None
    content = found[0].get("content")
    if not isinstance(content, dict) or not content.get("parts"):
        return None
    rest = _without(value, "candidates") | _without(found[0], "content")
    if found[1:]:
        rest["further answers"] = found[1:]
    finish = str(found[0].get("finishReason", found[0].get("finish_reason")) or "")
    return Answer([{"role": "model", **content}], rest, finish, "gemini")


def _of_anthropic(value: Mapping[str, Any]) -> Answer | None:
    content = value.get("content")
    if not isinstance(content, list) or not content or "stop_reason" not in value:
        return None
    said: list[Mapping[str, Any]] = [{"role": "assistant", "content": content}]
    rest = _without(value, "content", "role", "type")
    return Answer(said, rest, str(value["stop_reason"] or ""), "anthropic")


def _of_responses(value: Mapping[str, Any]) -> Answer | None:
    items = value.get("output")
    if not isinstance(items, list) or not items or not all(isinstance(i, dict) for i in items):
        return None
    spoken = [i for i in items if str(i.get("type")) in {"message", "function_call"}]
    messages = [_message(_as_text(one) if "role" in one else one) for one in spoken]
    if not messages or None in messages:
        return None
    others = [one for one in items if one not in spoken]
    noted = [part["annotations"] for one in spoken for part in _parts(one)
             if part.get("annotations")]  # fmt: skip
    rest = _without(value, "output") | {"further items": others, "annotations": noted}
    return Answer(_one_message([m for m in messages if m]), rest, _ended(value))


def _as_text(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message of nothing but texts with their words alone."""
    made, parts = _without(item, "id", "status", "type"), _parts(item)
    if parts and all(isinstance(part.get("text"), str) and part.keys() <= _SAID for part in parts):
        made["content"] = "".join(part["text"] for part in parts)
    return made


def _parts(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = item.get("content")
    if not isinstance(content, list):
        return []
    return [part if isinstance(part, dict) else {"text": part} for part in content]


def _ended(value: Mapping[str, Any]) -> str:
    status = value.get("status")
    return str(status) if status in {"incomplete", "failed", "cancelled"} else ""


def _one_message(messages: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Join a text and the calls that follow it: they were one answer."""
    calls = [call for one in messages for call in one.get("tool_calls") or ()]
    texts = [one for one in messages if not one.get("tool_calls")]
    if not calls or len(texts) > 1:
        return messages
    content = texts[0].get("content") if texts else None
    return [{"role": "assistant", "content": content, "tool_calls": calls}]


def _of_generations(value: Mapping[str, Any]) -> Answer | None:
    found = value.get("generations")
    while isinstance(found, list) and found and isinstance(found[0], list):
        if len(found) > 1:
            return None
        found = found[0]
    if not isinstance(found, list) or not found or not isinstance(found[0], dict):
        return None
    first = found[0]
    message = _message(first.get("message"))
    if message is None:
        if not isinstance(first.get("text"), str):
            return None
        message = {"role": "assistant", "content": first["text"]}
    about = first.get("generation_info")
    finish = str(about.get("finish_reason") or "") if isinstance(about, dict) else ""
    rest = _without(value, "generations") | _without(first, "message")
    if rest.get("text") == message.get("content"):
        del rest["text"]
    if found[1:]:
        rest["further answers"] = found[1:]
    return Answer([message], rest, finish)


def _of_messages(value: Mapping[str, Any]) -> Answer | None:
    messages = messages_in(value.get("messages"))
    if messages is None:
        return None
    found = _of_list(messages)
    return None if found is None else Answer(
        found.messages, _without(value, "messages"), whole=found.whole
    )  # fmt: skip


def _within(value: Mapping[str, Any]) -> Answer | None:
    """Read what lies one level deeper: the body of a batch's answer, the message of another."""
    for key in ("body", "message", "response", "output", "data"):
        inner = value.get(key)
        if isinstance(inner, (dict, list)) and (found := answer_in(inner)) is not None:
            rest = {**found.rest, **_without(value, key)}
            finish = found.finish or str(value.get("done_reason") or "")
            return Answer(found.messages, rest, finish, found.dialect, found.whole)
    return None


def _of_message(value: Mapping[str, Any]) -> Answer | None:
    message = _message(value)
    if message is not None and message["role"] in {"assistant", "ai", "model"}:
        return Answer([{**message, "role": "assistant"}])
    return None


def _of_text(value: Mapping[str, Any]) -> Answer | None:
    texts = [k for k in _TEXT_KEYS if isinstance(value.get(k), str) and value[k].strip()]
    if len(texts) != 1 or ("role" in value and value["role"] != "assistant"):
        return None
    rest = _without(value, texts[0], "role")
    return Answer([{"role": "assistant", "content": value[texts[0]]}], rest)


def _without(value: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {k: v for k, v in value.items() if k not in keys}


_READERS: tuple[Callable[[Mapping[str, Any]], Answer | None], ...] = (
    _of_choices, _of_candidates, _of_anthropic, _of_generations, _of_messages, _of_message,
    _of_responses, _within, _of_text,
)  # fmt: skip
