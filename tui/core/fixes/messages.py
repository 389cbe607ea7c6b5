"""Fixes of keys, roles, names, weights, and of the order of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.checks.examples.messages import role_meant
from tui.core.dataset.example import is_answer, is_instruction
from tui.core.dataset.names import valid_name
from tui.core.fixes.paths import message_of, messages_of
from tui.core.fixes.registry import CannotFix, Object, row_fix
from tui.core.formats.detection.foreign import holds_text
from tui.core.formats.parts import tools_in
from tui.core.formats.results import Notes, Unfit
from tui.core.formats.supported.alpaca import read_completion
from tui.core.formats.verdicts import is_score

if TYPE_CHECKING:
    from tui.core.checks import Issue

_WEIGHT_WORDS = {
    "1": 1, "1.0": 1, "true": 1, "yes": 1, "on": 1,
    "0": 0, "0.0": 0, "false": 0, "no": 0, "off": 0,
}  # fmt: skip
_EXAMPLE_WEIGHTS = {"weight", "sample_weight", "example_weight", "loss_weight"}
_CONVERT = "it cannot become a chat as it is"


@row_fix("unknown-key")
def without_key(raw: Object, issue: Issue) -> None:
    """Remove a key beside those of the format.

    A weight of a whole example goes only where it is 1: without any other, the example counts in
    full.
    """
    if issue.where.strip().lower() in _EXAMPLE_WEIGHTS and raw.get(issue.where) not in (None, 1):
        raise CannotFix("a weight of the whole example; without it the example counts in full")
    if "." not in issue.where and is_score(issue.where, raw.get(issue.where)):
        raise CannotFix(
            "it may say how good the answer is: convert drops bad ones where --bad says which, and "
            f"takes the key out with --without {issue.where}"
        )
    if "." not in issue.where and _ends_with_question(raw):
        raise CannotFix(
            "the chat ends with the question, as data for reinforcement does, and its grader may "
            "read this key; with an answer, it is taken out"
        )
    inner = raw.get("input")
    outer = raw if issue.where in raw or not isinstance(inner, dict) else inner
    key = issue.where if outer is raw else issue.where.removeprefix("input.")
    if holds_text(outer.get(key)) and not has_a_role(raw):
        raise CannotFix("no message here has a role, so this may be no chat at all; its texts stay")
    if issue.where in raw:
        del raw[issue.where]
    elif isinstance(raw.get("input"), dict):
        raw["input"].pop(issue.where.removeprefix("input."), None)


def has_a_role(raw: Object) -> bool:
    """Whether any message says that this is a chat: else its keys are those of something else."""
    inner = raw.get("input")
    messages = [*_listed(raw.get("messages"))]
    messages += _listed(inner.get("messages")) if isinstance(inner, dict) else ()
    roles = [one.get("role") for one in messages if isinstance(one, dict)]
    return any(isinstance(role, str) and role_meant(role) for role in roles)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _ends_with_question(raw: Object) -> bool:
    messages = raw.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    return isinstance(last, dict) and last.get("role") == "user"


@row_fix("legacy-completion")
def as_chat(raw: Object, issue: Issue) -> Object:
    """Make a chat of a prompt and its completion; keys beside the two are refused, not lost."""
    del issue
    if more := sorted(raw.keys() - {"prompt", "completion"}):
        raise CannotFix(f"{_CONVERT}: {more[0]} would be lost; remove it first")
    try:
        return read_completion(raw, Notes())
    except Unfit as error:
        raise CannotFix(f"{_CONVERT}: {error}") from None


@row_fix("message-key-unknown", "weight-role")
def without_message_key(raw: Object, issue: Issue) -> None:
    """Remove a key that a message of this role does not have."""
    message = message_of(raw, issue)
    message.pop(issue.where.partition("].")[2], None)


@row_fix("role-unknown")
def known_role(raw: Object, issue: Issue) -> None:
    """Replace another program's name of a role by the one meant."""
    message = message_of(raw, issue)
    role = role_meant(str(message["role"]))
    if role is None:
        raise CannotFix("nobody knows which role is meant; choose one")
    message["role"] = role


@row_fix("role-function")
def tool_role(raw: Object, issue: Issue) -> None:
    """Make a function's message the tool's, answering the call before it.

    A call in the outdated form becomes a tool call with it: nothing else can be answered so.
    """
    message = message_of(raw, issue)
    if issue.place is None:
        return
    before = messages_of(raw, issue.place)[: issue.place.index]
    call = _open_call(before, message.get("name"))
    if call is None:
        raise CannotFix("no call stands before this message; add the call, or delete the message")
    message["role"] = "tool"
    message.setdefault("tool_call_id", call)
    for index, other in enumerate(before):
        if isinstance(other, dict) and call == call_id(index) and "function_call" in other:
            renew_call(other, index)
    renew_functions(raw)


def _open_call(before: list[Any], name: object) -> str | None:
    """Return the id of the nearest call to this function that nothing answers yet."""
    named = (m.get("tool_call_id") for m in before if isinstance(m, dict))
    answered = {one for one in named if isinstance(one, str)}
    for index in range(len(before) - 1, -1, -1):
        for call_id, called in _calls(before[index], index):
            if call_id not in answered and (name is None or called == name):
                return call_id
    return None


def _calls(message: object, index: int) -> list[tuple[str, object]]:
    if not isinstance(message, dict):
        return []
    made: list[tuple[str, object]] = []
    if isinstance(message.get("function_call"), dict):
        made.append((call_id(index), message["function_call"].get("name")))
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict) and isinstance(call.get("id"), str):
            function = call.get("function")
            made.append((call["id"], function.get("name") if isinstance(function, dict) else None))
    return made


def renew_call(message: Object, index: int) -> None:
    """Write the function_call of a message, in place, as a tool call."""
    old = message.pop("function_call")
    if not isinstance(old, dict):
        return  # "auto" and "none" are settings that strayed in here
    calls = message.get("tool_calls")
    calls = calls if isinstance(calls, list) else []
    if not any(isinstance(c, dict) and c.get("function") == old for c in calls):
        made = {"id": call_id(index), "type": "function", "function": old}
        message["tool_calls"] = [*calls, made]


def renew_functions(raw: Object) -> None:
    """Write `functions`, in place, as the tools that calls in today's form are calls of."""
    for owner in (raw, raw.get("input")):
        if not isinstance(owner, dict) or not isinstance(owner.get("functions"), list):
            continue
        tools = owner.get("tools") or []
        try:
            made = [*tools_in(tools), *tools_in(owner["functions"])]
        except Unfit:
            continue  # what is not a function stays where it is, for people to see
        owner["tools"] = made
        del owner["functions"]


def call_id(index: int) -> str:
    """Return the id that a call without one is given: by the place of its message."""
    return f"call_{index + 1}"


@row_fix("name-pattern")
def plain_name(raw: Object, issue: Issue) -> None:
    """Write a name in letters, digits, _ and -; a name of none of these goes."""
    message = message_of(raw, issue)
    if name := valid_name(str(message["name"])):
        message["name"] = name
    else:
        del message["name"]


@row_fix("weight-value")
def whole_weight(raw: Object, issue: Issue) -> None:
    """Write a weight that says 0 or 1 as that number; null or nothing goes, which is 1.

    All else is refused, fractions too: no provider takes them, and 0.2 meant "less", of which
    training the answer in full is the opposite, and leaving it out as well.
    """
    message = message_of(raw, issue)
    weight = message["weight"]
    if isinstance(weight, str):
        weight = _WEIGHT_WORDS.get(weight.strip().lower(), weight)
    if isinstance(weight, (int, float)) and weight in (0, 1):
        message["weight"] = int(weight)
    elif weight in (None, "", [], {}):
        del message["weight"]
    else:
        raise CannotFix(
            "it says neither 0 nor 1; decide whether the answer is trained (1) or only shown (0)"
        )


@row_fix("last-not-assistant")
def cut_after_answer(raw: Object, issue: Issue) -> None:
    """Cut the messages after the last answer; a system prompt that stands there goes first."""
    if issue.place is None:
        return
    messages = messages_of(raw, issue.place)
    last = max((n for n, m in enumerate(messages) if is_answer(m)), default=len(messages))
    prompts = [*filter(is_instruction, messages[last + 1 :])]
    cut_trailing(messages)
    before = sum(map(is_instruction, messages[:1]))
    messages[before:before] = prompts


def cut_trailing(messages: list[Any]) -> None:
    """Take off, in place, what follows the last answer; a list without an answer stays."""
    last = max((n for n, m in enumerate(messages) if is_answer(m)), default=None)
    if last is not None:
        del messages[last + 1 :]


@row_fix("system-not-first")
def system_first(raw: Object, issue: Issue) -> None:
    """Move the system message to the top."""
    if issue.place is not None:
        messages = messages_of(raw, issue.place)
        messages.insert(0, messages.pop(issue.place.index))


@row_fix("same-role-twice")
def merged(raw: Object, issue: Issue) -> None:
    """Join a message with the one before it, which is of the same role."""
    message = message_of(raw, issue)
    if issue.place is None or issue.place.index == 0:
        return
    messages = messages_of(raw, issue.place)
    before = messages[issue.place.index - 1]
    if not isinstance(before, dict):
        raise CannotFix("the message before it is not a JSON object; mend that first")
    for key in (before.keys() & message.keys()) - {"content"}:
        if before[key] != message[key]:
            raise CannotFix(f"the two messages have a different {key}; merge them by hand")
    joined = {**before, **message}
    if "content" in before or "content" in message:
        joined["content"] = _joined(before.get("content"), message.get("content"))
    messages[issue.place.index - 1 : issue.place.index + 1] = [joined]


def _joined(first: object, second: object) -> object:
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, str) and isinstance(second, str):
        return "\n\n".join(text for text in (first, second) if text)
    return [*_parts(first), *_parts(second)]


def _parts(content: object) -> list[Any]:
    return content if isinstance(content, list) else [{"type": "text", "text": content}]
