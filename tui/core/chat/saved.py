"""A saved chat: its conversation and parameters, its title, and its exports."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.chat.conversation import Conversation, messages, path
from tui.core.chat.images import without_image_data
from tui.core.chat.parameters import ChatParameters
from tui.core.dataset.example import content_text
from tui.core.provider.parsing import as_map
from tui.core.text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.chat.conversation import Node

TITLE = 60  # characters of the first question
_NAMES = {"user": "User", "assistant": "Assistant", "tool": "Tool", "system": "System"}


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation with the model, system prompt and parameters to ask with next."""

    conversation: Conversation = field(default_factory=Conversation)
    model: str = ""
    system: str = ""
    parameters: ChatParameters = field(default_factory=ChatParameters)
    title: str = ""  # empty: the first question stands for it

    @property
    def name(self) -> str:
        """Its title, or the beginning of its first question."""
        if self.title:
            return self.title
        questions = (n for n in path(self.conversation) if n.role == "user")
        first = next((_plain_text(node.message.get("content")) for node in questions), "")
        return one_line(" ".join(first.split()), TITLE) or "new chat"


def _plain_text(content: object) -> str:
    """Return the text of a content, without marks for what is not text."""
    if not isinstance(content, list):
        return content_text(content)
    return " ".join(part["text"] for part in content if isinstance(as_map(part).get("text"), str))


def dataset_line(chat: Chat) -> str:
    """Return the branch that counts as a line of a dataset, without its newline."""
    found: dict[str, Any] = {
        "messages": [dict(m) for m in messages(chat.conversation, system=chat.system)]
    }
    if chat.parameters.tools:
        found["tools"] = [dict(tool) for tool in chat.parameters.tools]
    text = json.dumps(found, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: only an escape can carry it
        return json.dumps(found)
    return text


def markdown(chat: Chat) -> str:
    """Return the branch that counts as a Markdown document; images only by type and size."""
    parts = [f"# {chat.name}"]
    if chat.system:
        parts.append(f"## System\n\n{chat.system}")
    parts += [_section(node) for node in path(chat.conversation)]
    return "\n\n".join(parts) + "\n"


def _section(node: Node) -> str:
    head = _NAMES.get(node.role, node.role)
    if node.model:
        head += f" ({node.model})"
    message = without_image_data(node.message)
    parts = [f"## {head}", _body(message.get("content"))]
    calls = message.get("tool_calls")
    if calls:
        parts.append(f"```json\n{json.dumps(calls, ensure_ascii=False, indent=2)}\n```")
    if node.state in {"stopped", "cut"}:
        parts.append(f"*({node.note or node.state})*")
    return "\n\n".join(part for part in parts if part)


def _body(content: object) -> str:
    if not isinstance(content, list):
        return content_text(content)
    return "\n\n".join(_part(part) for part in content)


def _part(part: object) -> str:
    if isinstance(part, dict) and isinstance(part.get("image_url"), dict):
        return f"[image: {part['image_url'].get('url', '')}]"
    return content_text([part])


def searched_text(message: Mapping[str, Any]) -> str:
    """Return what a search in chats looks through."""
    calls = message.get("tool_calls")
    called = json.dumps(calls, ensure_ascii=False) if calls else ""
    return f"{content_text(message.get('content'))}\n{called}".casefold()
