"""Validate the body of a chat request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tui.lab.http.errors import invalid
from tui.lab.http.params import (
    boolean,
    integer,
    mapping,
    missing,
    number,
    required_string,
    wrong_type,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES: Final = ("system", "developer", "user", "assistant", "tool", "function")
_SEED: Final = 2**63


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What to generate. What the lab's models know nothing of has been left out."""

    model: str
    messages: list[Mapping[str, Any]]
    max_tokens: int | None
    temperature: float
    top_p: float
    stop: tuple[str, ...]
    seed: int | None
    n: int
    logprobs: bool
    top_logprobs: int
    stream: bool
    include_usage: bool


def read_chat_request(body: Mapping[str, Any]) -> ChatRequest:
    """Return the request. Raises a 400 naming the parameter at fault; ignores unknown ones."""
    temperature = number(body, "temperature", 0, 2)
    top_p = number(body, "top_p", 0, 1)
    longest = integer(body, "max_completion_tokens", 1)
    logprobs = boolean(body, "logprobs")
    top = integer(body, "top_logprobs", 0, 20)
    if top and not logprobs:
        raise invalid(
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
            "top_logprobs",
        )
    options = mapping(body, "stream_options") or {}
    stream = boolean(body, "stream")
    if options and not stream:
        raise invalid(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
        )
    return ChatRequest(
        model=required_string(body, "model"),
        messages=_messages(body),
        max_tokens=integer(body, "max_tokens", 1) if longest is None else longest,
        temperature=1.0 if temperature is None else temperature,
        top_p=1.0 if top_p is None else top_p,
        stop=_stop(body),
        seed=integer(body, "seed", -_SEED, _SEED - 1),
        n=integer(body, "n", 1, 8) or 1,
        logprobs=logprobs,
        top_logprobs=top or 0,
        stream=stream,
        include_usage=boolean(options, "include_usage", label="stream_options.include_usage"),
    )


def _messages(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    messages = body.get("messages")
    if messages is None:
        raise missing("messages")
    if not isinstance(messages, list):
        raise wrong_type("messages", "an array of objects", messages)
    if not messages:
        raise invalid(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, "
            "but got an empty array instead.",
            "messages",
            "empty_array",
        )
    for number_, message in enumerate(messages):
        _check_message(message, f"messages[{number_}]")
    return messages


def _check_message(message: object, where: str) -> None:
    if not isinstance(message, dict):
        raise wrong_type(where, "an object", message)
    role = message.get("role")
    if role is None:
        raise missing(f"{where}.role")
    if role not in ROLES:
        words = ", ".join(f"'{one}'" for one in ROLES)
        raise invalid(
            f"Invalid value: '{role}'. Supported values are: {words}.",
            f"{where}.role",
            "invalid_value",
        )
    content = message.get("content")
    if content is None:
        if role == "assistant":
            return
        raise invalid(
            f"Invalid value for 'content': expected a string, got null. ({where})",
            f"{where}.content",
            "invalid_type",
        )
    if isinstance(content, list):
        _check_parts(content, f"{where}.content")
    elif not isinstance(content, str):
        raise wrong_type(f"{where}.content", "a string or an array of objects", content)


def _check_parts(parts: list[Any], where: str) -> None:
    for number_, part in enumerate(parts):
        if not isinstance(part, dict):
            raise wrong_type(f"{where}[{number_}]", "an object", part)
        if part.get("type") == "text" and not isinstance(part.get("text"), str):
            raise wrong_type(f"{where}[{number_}].text", "a string", part.get("text"))


def _stop(body: Mapping[str, Any]) -> tuple[str, ...]:
    stop = body.get("stop")
    if stop is None:
        return ()
    if isinstance(stop, str):
        stop = [stop]
    if not isinstance(stop, list) or not all(isinstance(one, str) for one in stop):
        raise wrong_type("stop", "a string or an array of strings", stop)
    if len(stop) > 4:
        raise invalid(
            "Invalid 'stop': array too long. Expected an array with maximum length 4, "
            f"but got an array with length {len(stop)} instead.",
            "stop",
            "array_above_max_length",
        )
    return tuple(one for one in stop if one)
