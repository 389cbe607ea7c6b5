"""Filters used lately and filters kept by name of what they say, in a small file of their own."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.services.errors import InputError, disk_errors
from tui.services.settings.locations import private_folder
from tui.services.settings.state_trouble import StateTrouble, object_in

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.settings.locations import Locations

_RECENT_KEPT = 20


@dataclass(slots=True)
class Filters:
    """Saved filters in alphabetical order, recent ones with the last first."""

    saved: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)


class SavedFilters:
    """Reads and writes them; every method waits for the disk off the loop."""

    def __init__(self, locations: Locations, trouble: StateTrouble | None = None) -> None:
        """Keep them below a folder; `trouble` is told of a file that is damaged."""
        self._trouble = trouble or StateTrouble()
        self._state = locations.state
        self._path: Path = locations.state / "filters.json"
        self._lock = asyncio.Lock()

    async def load(self) -> Filters:
        """Return what is kept; a file that cannot be read counts as empty."""
        return await asyncio.to_thread(self._load)

    async def used(self, text: str) -> None:
        """Remember a filter as the one used last. A disk that refuses is no reason to stop."""
        async with self._lock:
            filters = await self.load()
            filters.recent = [text, *(t for t in filters.recent if t != text)][:_RECENT_KEPT]
            await asyncio.to_thread(self._write_quietly, filters)

    async def toggle(self, text: str) -> bool:
        """Save a filter, or forget a saved one; return whether it is saved now.

        Raises InputError when it cannot be written.
        """
        async with self._lock:
            filters = await self.load()
            saved = text not in filters.saved
            filters.saved = sorted({*filters.saved, text} - (set() if saved else {text}))
            next_step = "Free some disk space and save it again"
            with disk_errors("The filter was not saved", self._path, next_step):
                await asyncio.to_thread(self._write, filters)
        return saved

    def _load(self) -> Filters:
        try:
            value = object_in(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Filters()
        except (OSError, ValueError) as error:
            self._trouble.damaged(self._path, "The filters saved are not known", error)
            return Filters()
        return Filters(_texts(value.get("saved")), _texts(value.get("recent")))

    def _write(self, filters: Filters) -> None:
        from tui.services.datasets.disk.atomic_save import write_atomically

        private_folder(self._state)
        value = {"saved": filters.saved, "recent": filters.recent}
        text = json.dumps(value, ensure_ascii=True, indent=1)
        write_atomically(self._path, [text.encode()], private=True)

    def _write_quietly(self, filters: Filters) -> None:
        try:
            self._write(filters)
        except InputError:
            return
        except OSError as error:
            self._trouble.not_written(self._path, "The filters used last are not kept", error)


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
