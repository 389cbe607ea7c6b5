"""The key of one profile while it is in use: fetched at first, renewed when it is refused."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tui.services.provider.fetched_keys import fetch_key

if TYPE_CHECKING:
    from tui.services.settings.profile import Profile

AGAIN_AFTER_S = 30.0  # a key that stays refused is not fetched again sooner


class Credentials:
    """The key that is sent now; whoever sends a request asks for the headers each time."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.key = profile.api_key
        self._fetching = asyncio.Lock()
        self._not_before = 0.0

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries the key; none without a key."""
        return self._profile.provider_entry.auth.headers(self.key) if self.key else {}

    async def fetch(self) -> None:
        """Fetch a key that is not at hand yet. Raises InputError when it cannot be."""
        source = self._profile.source
        async with self._fetching:
            if self.key is None and source is not None and source.late:
                self.key = await fetch_key(source, self._profile.name)

    async def renew(self, refused: str | None) -> bool:
        """Fetch the key again after `refused` was not accepted; return whether there is another.

        Raises InputError when it cannot be fetched.
        """
        source = self._profile.source
        if source is None or not source.late:
            return False
        async with self._fetching:
            if self.key != refused:
                return True  # another request has renewed it meanwhile
            if time.monotonic() < self._not_before:
                return False
            self._not_before = time.monotonic() + AGAIN_AFTER_S
            self.key = await fetch_key(source, self._profile.name)
            return self.key != refused
