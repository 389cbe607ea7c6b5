"""Make a prompt and its reference answer of one line of a dataset."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tui.core.compare.answers import Answer, answer_of
from tui.core.dataset.digest import lasting
from tui.core.dataset.example import INSTRUCTING_ROLES, Example, content_text, parse, section_list
from tui.core.dataset.fingerprints import asks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# What only training reads: a server of chats may refuse a request for a key it does not know.
_TRAINING_ONLY = frozenset({"weight"})


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked. `line` is its number in the file, from 1; `reference` the message expected."""

    line: int
    messages: tuple[Mapping[str, Any], ...]
    tools: tuple[Mapping[str, Any], ...] = ()
    reference: Mapping[str, Any] | None = None

    @property
    def expected(self) -> Answer | None:
        """The reference as text and calls."""
        return None if self.reference is None else answer_of(self.reference)

    @property
    def fingerprint(self) -> str:
        """16 hex digits that stand for all that is asked, whatever the order of keys."""
        try:
            asked = json.dumps([list(self.messages), list(self.tools)], sort_keys=True)
        except RecursionError:  # orjson reads deeper than Python's json can write
            asked = str(self.line)
        return lasting(asked.encode()).hex()

    @property
    def title(self) -> str:
        """The last thing a user says, which tells prompts apart."""
        said = [m for m in self.messages if m.get("role") == "user"] or self.messages[-1:]
        if not said:
            return ""
        content = said[-1].get("content")
        if not isinstance(content, list):
            return answer_of(said[-1]).shown
        # In a row of a list: what is asked, then that a picture goes with it.
        rest = [p for p in content if not (isinstance(p, dict) and "image_url" in p)]
        images = ["[image]"] * (len(content) - len(rest))
        return " ".join([*filter(None, [content_text(rest)]), *images])

    def with_system(self, text: str) -> Prompt:
        """Return the prompt with this system message in place of its own."""
        head = self.messages[:1]
        mine = bool(head) and head[0].get("role") in INSTRUCTING_ROLES
        rest = self.messages[1:] if mine else self.messages
        role = head[0]["role"] if mine else "system"
        return replace(self, messages=({"role": role, "content": text}, *rest))


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A line that asks nothing, and why."""

    line: int
    reason: str


def prompt_of(line: int, raw: bytes) -> Prompt | SkippedLine:
    """Return what a line asks. Never raises.

    A chat's prompt is all before its last assistant message, which is the reference; without
    one, as in rows for reinforcement, all of it is asked. A preference pair's prompt is its
    input, and its reference the preferred answer.
    """
    example = parse(raw)
    if not isinstance(example, Example):
        return SkippedLine(line, "not a JSON object")
    object_ = example.raw
    if example.kind == "preference":
        asked = object_.get("input")
        owner = asked if isinstance(asked, dict) else {}
        return _prompt(line, owner.get("messages"), owner, _preferred(object_))
    if example.kind == "completion":
        said = [m.raw for m in example.messages]
        return _prompt(line, said, object_, None)
    if example.kind == "chat":
        return _prompt(line, object_["messages"], object_, None)
    return SkippedLine(line, "no messages")


def prompts_of(
    lines: Iterable[bytes], limit: int | None = None
) -> tuple[list[Prompt], list[SkippedLine]]:
    """Return what the lines of a dataset ask, up to `limit` prompts, and the lines left out.

    Empty lines are no examples and are not counted.
    """
    prompts: list[Prompt] = []
    skipped: list[SkippedLine] = []
    for number, raw in enumerate(lines, 1):
        if limit is not None and len(prompts) >= limit:
            break
        if not raw.strip():
            continue
        found = prompt_of(number, raw)
        if isinstance(found, Prompt):
            prompts.append(found)
        else:
            skipped.append(found)
    return prompts, skipped


def prompt_of_messages(
    messages: object, tools: Sequence[Mapping[str, Any]] = ()
) -> Prompt | SkippedLine:
    """Return what a conversation asks: all of it, but for an answer at its end: the reference."""
    owner = {"tools": list(tools)}
    if not isinstance(messages, list) or not messages or not isinstance(messages[-1], dict):
        return SkippedLine(1, "not a list of messages")
    if messages[-1].get("role") == "assistant":
        return _prompt(1, messages[:-1], owner, messages[-1])
    return _prompt(1, messages, owner, {})


def _prompt(
    line: int, messages: object, owner: Mapping[str, Any], reference: Mapping[str, Any] | None
) -> Prompt | SkippedLine:
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        return SkippedLine(line, "its messages are not objects")
    asked = messages
    if reference is None:
        last = [i for i, m in enumerate(messages) if m.get("role") == "assistant"]
        if last:
            asked, reference = messages[: last[-1]], messages[last[-1]]
    if not asked or not asks(asked):
        return SkippedLine(line, "it asks nothing")
    tools = owner.get("tools")
    found = [one for one in tools if isinstance(one, dict)] if isinstance(tools, list) else []
    return Prompt(line, tuple(map(_as_sent, asked)), tuple(found), reference or None)


def _preferred(raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
    output = section_list(raw, "preferred_output")
    found = [m for m in output if isinstance(m, dict)] if isinstance(output, list) else []
    return found[-1] if found else None


def _as_sent(message: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in message.items() if key not in _TRAINING_ONLY}
