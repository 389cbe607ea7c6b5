"""What serves a model, as providers tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deployment:
    """Something that serves a model. `chat_name` is what to call it in a chat.

    `state` is in the provider's own words. `ready` tells whether it answers, None where nobody
    knows; `cost` what it costs while it runs, in words.
    """

    id: str
    model: str
    chat_name: str
    state: str = ""
    ready: bool | None = None
    created_at: int | None = None
    cost: str = ""
