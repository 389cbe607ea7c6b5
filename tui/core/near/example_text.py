"""The text of an example, as it is compared for likeness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.dataset.example import INSTRUCTING_ROLES, Example

if TYPE_CHECKING:
    from tui.core.dataset.example import Broken, Message


def text_of(example: Example | Broken) -> str:
    """Return what an example says: its messages and calls, instructions left out.

    Examples that share a long system message are not alike for it. "" for lines without one.
    """
    if not isinstance(example, Example):
        return ""
    said = [m for m in example.messages if m.role not in INSTRUCTING_ROLES]
    return "\n".join(filter(None, map(message_text, said or example.messages)))


def message_text(message: Message) -> str:
    """Return a message's text with its calls and refusal."""
    calls = (f"{call.name} {call.arguments}" for call in message.tool_calls)
    return "\n".join(filter(None, (message.text, *calls, message.refusal or "")))
