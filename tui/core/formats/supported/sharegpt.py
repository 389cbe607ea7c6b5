"""ShareGPT: `conversations` of `from` and `value`, as LLaMA-Factory and axolotl read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.formats.media import remark_marks
from tui.core.formats.parts import (
    answer_text,
    arguments_of,
    as_json,
    call,
    decoded,
    functions_of,
    json_text,
    no_more,
    objects_in,
    plain_text,
    text_in,
    tools_in,
)
from tui.core.formats.results import Notes, Object, Unfit
from tui.core.formats.supported.chat import chat_of, example_keys, read_hf, role_of
from tui.core.formats.supported.hermes import has_loose_replies
from tui.core.formats.supported.openai_pairs import answers_of, outside_pair
from tui.core.formats.turns import ROLE_NAMES, turns_in
from tui.core.formats.verdicts import bad_turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SPEAKERS = {"user": "human", "assistant": "gpt", "system": "system", "developer": "system"}


def read_sharegpt(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a conversation; calls and replies are joined by ids made in their order."""
    key, turns = turns_in(row, notes)
    if has_loose_replies(turns):
        return read_hf(row, notes)
    messages = _Thread(notes).messages(turns)
    if row.get("system") not in (None, ""):
        if messages[0]["role"] == "system":
            raise Unfit("two system prompts: one beside the conversation and one in it")
        system = {"role": "system", "content": text_in(row["system"], "system")}
        messages.insert(0, system)
    made: Object = {"messages": messages}
    if row.get("tools") not in (None, "", [], "[]"):
        made["tools"] = tools_in(row["tools"])
    no_more(row, {key, "system", "tools"}, notes)
    remark_marks(messages, notes)
    return made


def speaker_message(turn: Mapping[str, Any], notes: Notes) -> Object:
    """Read one turn that is no call and no reply, such as a `chosen` answer. Raises Unfit."""
    return _Thread(notes).messages([turn])[0]


class _Thread:
    """The messages of one conversation as they are read; calls wait for their replies."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._waiting: list[str] = []
        self._made = 0
        self._messages: list[Object] = []

    def messages(self, turns: Sequence[Mapping[str, Any]]) -> list[Object]:
        for number, turn in enumerate(turns, 1):
            by = "from" if "from" in turn else "role"
            speaker = turn.get(by)
            role = ROLE_NAMES.get(speaker.strip().lower()) if isinstance(speaker, str) else None
            if role is None:
                raise Unfit(f"turn {number} is by {speaker!r:.40}, whom nobody knows")
            words = "value" if "value" in turn else "content"
            value = turn.get(words)
            if role == "call":
                self._call(value)
            elif role == "tool":
                self._reply(value)
            else:
                if value is None:
                    self._notes.say("a turn without a text (null) became an empty message")
                self._say(role, plain_text(value, f"turn {number}"), turn)
            weighed = {"weight", "train", "loss"} if role == "assistant" else set()
            no_more(turn, {by, words, *weighed}, self._notes, "turn key ")
        return self._messages

    def _say(self, role: str, text: str, turn: Mapping[str, Any]) -> None:
        made: Object = {"role": role, "content": text}
        if role == "assistant":
            weight = turn.get("weight")
            if turn.get("train", turn.get("loss")) is False:
                weight = 0
            if bad_turn(turn):
                weight = 0
                self._notes.say("an answer judged bad got weight 0: it is shown, not learned")
            if weight in (0, 1):
                made["weight"] = int(weight)
            elif weight is not None:  # nothing like it exists here: to leave it out would be 1
                made["weight"] = weight
                self._notes.say("a weight that is neither 0 nor 1 stays: decide which it is")
        self._messages.append(made)

    def _call(self, value: object) -> None:
        asked = decoded(value, "a function_call") if isinstance(value, str) else value
        many = asked if isinstance(asked, list) else [asked]
        calls = []
        for one in many:
            if not isinstance(one, dict):
                raise Unfit("a function_call is not an object with name and arguments")
            self._made += 1
            call_id = f"call_{self._made}"
            arguments = one.get("arguments", one.get("parameters"))
            calls.append(call(call_id, one.get("name"), arguments))
            used = "arguments" if "arguments" in one else "parameters"
            no_more(one, {"name", used}, self._notes, "call key ")
            self._waiting.append(call_id)
        last = self._messages[-1] if self._messages else {}
        if last.get("tool_calls") and len(self._waiting) > len(calls):
            last["tool_calls"] += calls  # calls made in one go
        else:
            self._messages.append({"role": "assistant", "tool_calls": calls})

    def _reply(self, value: object) -> None:
        if not self._waiting:
            raise Unfit("a tool reply without a call before it")
        replies: list[object] = [value]
        if len(self._waiting) > 1:
            replies = _several(value, len(self._waiting))
        for one in replies:
            reply = {"role": "tool", "tool_call_id": self._waiting.pop(0)}
            self._messages.append({**reply, "content": json_text("" if one is None else one)})


def _several(value: object, waiting: int) -> list[object]:
    """Return the replies to several calls that are written as one list, else the one reply."""
    if isinstance(value, str):
        try:
            found = decoded(value, "")
        except Unfit:
            return [value]
    else:
        found = value
    return found if isinstance(found, list) and len(found) == waiting else [value]


def write_sharegpt(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write a chat, or a preference pair as LLaMA-Factory's `chosen` and `rejected`."""
    if "input" in row:
        return _pair(row, notes)
    made: Object = {"conversations": []}
    for number, message in enumerate(chat_of(row)):
        if number == 0 and role_of(message) in INSTRUCTING_ROLES:
            made["system"] = plain_text(message.get("content"))
        else:
            made["conversations"] += _turns(message, notes)
    if not made["conversations"]:
        raise Unfit("nothing but a system prompt")
    return _with_tools(made, row, notes)


def _pair(row: Mapping[str, Any], notes: Notes) -> Object:
    inner = row["input"] if isinstance(row["input"], dict) else {}
    made = write_sharegpt({**inner, "messages": inner.get("messages")}, notes)
    for key, answer in zip(("chosen", "rejected"), answers_of(row), strict=True):
        if len(answer) != 1:
            raise Unfit(f"the {key} answer has several messages")
        made[key] = {"from": "gpt", "value": answer_text(answer[0], f"the {key} answer")}
        no_more(answer[0], {"role", "content"}, notes, f"{key} key ")
    outside_pair(row, notes)
    return made


def _with_tools(made: Object, row: Mapping[str, Any], notes: Notes) -> Object:
    if row.get("tools"):
        made["tools"] = as_json(functions_of(row["tools"], notes))
    no_more(row, {*example_keys(row), "tools"}, notes)
    return made


def _turns(message: Mapping[str, Any], notes: Notes) -> list[Object]:
    role = role_of(message)
    known = {"role", "content", "weight", "tool_calls", "tool_call_id"}
    no_more(message, known, notes, "message key ")
    content = message.get("content")
    if role in {"tool", "function"}:
        return [{"from": "observation", "value": plain_text(content)}]
    if role not in _SPEAKERS:
        raise Unfit(f"role {role!r:.40} has no counterpart")
    made: list[Object] = []
    if content or not message.get("tool_calls"):
        text = plain_text(content)
        if role == "assistant" and not text.strip():
            answer_text(message)  # says why there is none
        made.append({"from": _SPEAKERS[role], "value": text})
        if "weight" in message:
            made[0]["weight"] = message["weight"]
    elif message.get("weight") is not None:
        notes.lose("message key weight", message["weight"])
    if message.get("tool_calls"):
        calls = [arguments_of(c) for c in objects_in(message["tool_calls"], "tool_calls")]
        asked = [{"name": name, "arguments": arguments} for name, arguments in calls]
        value = as_json(asked[0] if len(asked) == 1 else asked)
        made.append({"from": "function_call", "value": value})
    return made
