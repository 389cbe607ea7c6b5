"""Tool calls that are written into an answer's text, as Hermes and Qwen models are taught them.

`<tool_call>{"name": …, "arguments": …}</tool_call>` becomes a tool call, and the reply behind it
its answer, where it is clear which reply belongs to which call. Else the chat stays plain text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.formats.parts import call, decoded, json_text, tools_in
from tui.core.formats.results import Notes, Object, Unfit
from tui.core.formats.turns import ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CALL = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)
_REPLY = re.compile(r"<tool_response>(.*?)</tool_response>", re.DOTALL)
_TOOLS = re.compile(r"<tools>(.*?)</tools>", re.DOTALL)


def _role(turn: Mapping[str, Any]) -> str:
    name = turn.get("role", turn.get("from"))
    return ROLE_NAMES.get(name.strip().lower(), name) if isinstance(name, str) else ""


def _words(turn: Mapping[str, Any]) -> str:
    found = turn.get("content") or turn.get("value")
    return found if isinstance(found, str) else ""


def has_written_calls(turns: Sequence[object]) -> bool:
    """Whether answers hold calls as text, and none stands as a call of its own.

    A reply of a tool, or the tools in the system prompt, tell them from an answer that merely
    speaks of such calls.
    """
    found = {"call": False, "tool": False}
    for turn in turns:
        if not isinstance(turn, dict):
            return False
        role, words = _role(turn), _words(turn)
        if role == "call" or turn.get("tool_calls") or turn.get("function_call"):
            return False
        found["call"] |= role == "assistant" and "<tool_call>" in words
        found["tool"] |= role == "tool" or (role == "system" and bool(_TOOLS.search(words)))
    return all(found.values())


def has_loose_replies(turns: Sequence[object]) -> bool:
    """Whether calls stand in the text and a tool replies to them, which no server takes."""
    return has_written_calls(turns) and any(
        isinstance(turn, dict) and _role(turn) == "tool" for turn in turns
    )


def called(turns: Sequence[Mapping[str, Any]], notes: Notes) -> tuple[list[Object], list[Object]]:
    """Return the turns with calls as OpenAI writes them, and the tools of the system prompt.

    Where a call cannot be read, or a reply be joined with its call, all stay text: the replies
    then are the user's.
    """
    try:
        made, tools = _Calls().turns(turns), _tools(turns)
    except Unfit as reason:
        notes.say(f"calls of tools stay text in the answers, replies are the user's: {reason}")
        return [_as_text(turn) for turn in turns], []
    notes.say("calls written as <tool_call> became tool_calls")
    if tools:
        notes.say("the tools of the system prompt became tools; the prompt still speaks of them")
    return made, tools


def _as_text(turn: Mapping[str, Any]) -> Object:
    if _role(turn) != "tool":
        return dict(turn)
    kept = {k: v for k, v in turn.items() if k not in {"role", "from", "content", "value"}}
    kept = {k: v for k, v in kept.items() if k not in {"name", "tool_call_id"}}
    value = turn.get("content", turn.get("value"))
    return {"role": "user", "content": json_text("" if value is None else value), **kept}


class _Calls:
    """The calls of one conversation; those of the last answer wait for their replies."""

    def __init__(self) -> None:
        self._made = 0
        self._waiting: list[str] = []

    def turns(self, turns: Sequence[Mapping[str, Any]]) -> list[Object]:
        made: list[Object] = []
        for turn in turns:
            role = _role(turn)
            if role == "tool":
                made += self._replies(turn)
                continue
            if self._waiting:
                raise Unfit("a call has no reply")
            asks = role == "assistant" and "<tool_call>" in _words(turn)
            made.append(self._calls_in(turn) if asks else dict(turn))
        return made

    def _calls_in(self, turn: Mapping[str, Any]) -> Object:
        words = _words(turn)
        found = list(_CALL.finditer(words))
        rest = _CALL.sub("", words)
        if "tool_call>" in rest or not found:
            raise Unfit("a <tool_call> is not closed")
        if rest[found[0].start() :].strip():
            raise Unfit("words stand behind a call")
        calls = []
        for one in found:
            value = decoded(one[1], "a <tool_call>")
            if not isinstance(value, dict) or not value.keys() <= {"name", "arguments"}:
                raise Unfit("a <tool_call> is not an object of name and arguments")
            self._made += 1
            calls.append(call(f"call_{self._made}", value.get("name"), value.get("arguments")))
        self._waiting = [one["id"] for one in calls]
        kept = {k: v for k, v in turn.items() if k not in {"role", "from", "content", "value"}}
        said = words[: found[0].start()].strip()
        return {"role": "assistant", "content": said or None, **kept, "tool_calls": calls}

    def _replies(self, turn: Mapping[str, Any]) -> list[Object]:
        value = turn.get("content", turn.get("value"))
        texts = [json_text("" if value is None else value)]
        found = _REPLY.findall(texts[0])
        if found and not _REPLY.sub("", texts[0]).strip():
            texts = [one.strip() for one in found]
        if len(texts) > len(self._waiting):
            raise Unfit("there are more replies of tools than calls")
        kept = {k: v for k, v in turn.items() if k not in {"role", "from", "content", "value"}}
        ids = [self._waiting.pop(0) for _ in texts]
        return [
            {**kept, "role": "tool", "tool_call_id": one, "content": text}
            for one, text in zip(ids, texts, strict=True)
        ]


def _tools(turns: Sequence[Mapping[str, Any]]) -> list[Object]:
    """Return the tools that a system prompt lists, as a list or an object a line; [] if none."""
    found = next(
        (f for t in turns if _role(t) == "system" and (f := _TOOLS.search(_words(t)))), None
    )
    if found is None or not found[1].strip():
        return []
    text = found[1].strip()
    if text.startswith("["):
        return tools_in(text)
    return tools_in([decoded(line, "<tools>") for line in text.splitlines() if line.strip()])
