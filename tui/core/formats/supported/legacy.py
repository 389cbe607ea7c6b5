"""Convert OpenAI's outdated form of tool calls into today's.

`functions` become `tools`, `function_call` becomes `tool_calls`, the role `function` becomes
`tool`, and a call and its reply get an id that joins them, also where today's form lacks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.formats.parts import call, json_text, no_more, tools_in
from tui.core.formats.results import Notes, Object, Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OUTPUTS = (
    "preferred_output", "non_preferred_output", "preferred_completion", "non_preferred_completion",
)  # fmt: skip
_KEYS = ("functions", "function_call")


def is_legacy(row: Mapping[str, Any]) -> bool:
    """Whether an example holds anything of the outdated form."""
    return any(
        any(key in holder for key in _KEYS) or any(_outdated(m) for m in messages)
        for holder, messages in _holders(row)
    )


def migrated(row: Mapping[str, Any], notes: Notes) -> Mapping[str, Any]:
    """Return an example of chat messages or of a pair in today's form; itself if it is already.

    Raises Unfit where a reply has no call, or one message calls in both forms.
    """
    if not is_legacy(row):
        return row
    made = dict(row)
    names = _Names(row)
    if isinstance(made.get("input"), dict):
        made["input"] = _holder(made["input"], notes)
        if isinstance(made["input"].get("messages"), list):
            asked = names.messages(made["input"]["messages"], notes)
            made["input"]["messages"] = asked
        for key in _OUTPUTS:
            if isinstance(made.get(key), list):
                made[key] = names.copy().messages(made[key], notes)
        return made
    made = _holder(made, notes)
    if isinstance(made.get("messages"), list):
        made["messages"] = names.messages(made["messages"], notes)
    return made


def _holders(row: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], list[Any]]]:
    inner = row.get("input")
    if isinstance(inner, dict):
        yield inner, _list(inner.get("messages"))
        for key in _OUTPUTS:
            yield {}, _list(row.get(key))
    else:
        yield row, _list(row.get("messages"))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _outdated(message: object) -> bool:
    if not isinstance(message, dict):
        return False
    if "function_call" in message or message.get("role") == "function":
        return True
    if message.get("role") == "tool":
        return not _has_id(message, "tool_call_id")
    return any(not _has_id(one, "id") for one in _list(message.get("tool_calls")))


def _has_id(value: object, key: str) -> bool:
    return isinstance(value, dict) and isinstance(value.get(key), str) and bool(value[key])


def _holder(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write `functions` as `tools`; which one had to be called has no place in training data."""
    made = {key: value for key, value in row.items() if key not in _KEYS}
    if row.get("functions") not in (None, "", []):
        before = made.get("tools")
        tools = tools_in(before) if before not in (None, "", []) else []
        made["tools"] = [*tools, *tools_in(row["functions"])]
        notes.say("functions became tools")
    no_more({"function_call": row.get("function_call")}, (), notes)
    return made


class _Names:
    """The ids of the calls so far; those of the last message wait for their replies."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._taken = {
            one["id"]
            for _, messages in _holders(row)
            for message in messages
            if isinstance(message, dict)
            for one in _list(message.get("tool_calls"))
            if _has_id(one, "id")
        }
        self._waiting: list[tuple[str, object]] = []  # id and name

    def copy(self) -> _Names:
        other = _Names({})
        other._taken = set(self._taken)
        other._waiting = list(self._waiting)
        return other

    def messages(self, messages: list[Any], notes: Notes) -> list[Any]:
        return [self._message(m, notes) if isinstance(m, dict) else m for m in messages]

    def _message(self, message: Mapping[str, Any], notes: Notes) -> Object:
        made = dict(message)
        asked = made.pop("function_call", None)
        if asked not in (None, "", {}):
            _outdated_call(made, asked)
            notes.say("function_call became tool_calls")
        if _list(made.get("tool_calls")):
            made["tool_calls"] = [self._call(one) for one in made["tool_calls"]]
            self._waiting = [
                (one["id"], one["function"].get("name"))
                for one in made["tool_calls"]
                if _has_id(one, "id") and isinstance(one.get("function"), dict)
            ]
        if made.get("role") == "function":
            self._reply(made)
            notes.say("role function became tool")
        elif made.get("role") == "tool":
            self._answer(made)
        return made

    def _call(self, one: object) -> object:
        if not isinstance(one, dict) or _has_id(one, "id"):
            return one
        number = len(self._taken) + 1
        while f"call_{number}" in self._taken:
            number += 1
        self._taken.add(f"call_{number}")
        return {**one, "id": f"call_{number}"} if "id" in one else {"id": f"call_{number}", **one}

    def _answer(self, made: Object) -> None:
        """Join a tool's reply that has no id with the call it answers, if one waits."""
        given = made.get("tool_call_id")
        name = made.get("name")
        for at, (call_id, called) in enumerate(self._waiting):
            if given == call_id or (given in (None, "") and name in (None, "", called)):
                made["tool_call_id"] = call_id
                del self._waiting[at]
                return

    def _reply(self, made: Object) -> None:
        name = made.pop("name", None)
        at = next((n for n, (_, c) in enumerate(self._waiting) if name in (None, "", c)), None)
        if at is None:
            of = f" of {name!r:.40}" if name else ""
            raise Unfit(f"a function's reply{of} without a call before it")
        content = made.get("content")
        made["role"] = "tool"
        made["tool_call_id"], _ = self._waiting.pop(at)
        made["content"] = "" if content is None else json_text(content)


def _outdated_call(made: Object, asked: object) -> None:
    if made.get("tool_calls"):
        raise Unfit("a message calls in both forms, function_call and tool_calls")
    if not isinstance(asked, dict):
        raise Unfit("a function_call is not an object with name and arguments")
    made["tool_calls"] = [call("", asked.get("name"), asked.get("arguments"))]
    if made.get("content") in (None, ""):
        made.pop("content", None)
