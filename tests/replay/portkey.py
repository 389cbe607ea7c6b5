"""Portkey: a gateway with a key header of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.replay.base import KEY, Replay

if TYPE_CHECKING:
    from tests.faults.server import Seen


class PortkeyReplay(Replay):
    """What is behind it is as OpenAI."""

    kind = "portkey"

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("x-portkey-api-key") == KEY and "authorization" not in seen.headers
