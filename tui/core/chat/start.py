"""A request from another mode to open Chat: with which model and which messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.chat.saved import Chat


@dataclass(frozen=True, slots=True)
class ChatStart:
    """The model to ask, empty for any, and the system prompt, None for the usual one.

    `goes_on` is whether the chat that was open last is gone on with; `chat` is one to begin with
    in its place, which is saved once something is said in it, `saved` the id of one that is.
    """

    model: str = ""
    system: str | None = None
    goes_on: bool = False
    chat: Chat | None = None
    saved: int | None = None
