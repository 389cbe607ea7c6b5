"""What is lost of an example that a provider truncates at its training limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.tokens.encoding import TokenCount


def trained_lost(count: TokenCount, limit: int) -> int:
    """Return how many trained tokens of an example lie behind its first `limit` tokens.

    Exact for messages that are cut away whole. In the message that the limit goes through, the
    trained text is taken to stand at its end, behind role and name, as chat templates have it.
    """
    lost = start = 0
    for message in count.messages:
        start += message.context
        lost += min(message.trained, max(0, start - limit))
    return lost
