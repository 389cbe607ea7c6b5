"""Settings of jobs kept by name, in a small file of their own."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tui.services.errors import InputError, disk_errors, disk_words
from tui.services.settings.locations import private_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tui.services.settings.locations import Locations

LONGEST_NAME = 40


class Presets:
    """Reads and writes them; every method waits for the disk off the loop."""

    def __init__(self, locations: Locations) -> None:
        self._folder = locations.config
        self._path: Path = locations.config / "presets.json"
        self._lock = asyncio.Lock()

    async def load(self) -> dict[str, dict[str, Any]]:
        """Return the presets by name, in alphabetical order.

        Raises InputError when the file is damaged: it is not to be written over.
        """
        return await asyncio.to_thread(self._load)

    async def get(self, name: str) -> dict[str, Any]:
        """Return one preset. Raises InputError when there is none of that name."""
        presets = await self.load()
        if name not in presets:
            known = f"Known presets: {', '.join(presets)}." if presets else "There are none yet."
            raise InputError("Unknown preset", f"there is no preset {name!r}", known)
        return presets[name]

    async def save(self, name: str, preset: Mapping[str, Any]) -> None:
        """Keep a preset, in place of one of that name. Raises InputError."""
        if problem := name_problem(name):
            raise InputError("The preset was not saved", problem, "Choose another name.")
        async with self._lock:
            presets = await self.load()
            await asyncio.to_thread(self._write, {**presets, name: dict(preset)})

    async def delete(self, name: str) -> None:
        """Forget a preset. Raises InputError when there is none of that name."""
        async with self._lock:
            await self.get(name)
            presets = await self.load()
            del presets[name]
            await asyncio.to_thread(self._write, presets)

    def _load(self) -> dict[str, dict[str, Any]]:
        try:
            value = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise self._unreadable(disk_words(error, self._path)) from error
        if not isinstance(value, dict):
            raise self._unreadable(f"{self._path} is not an object")
        return {name: value[name] for name in sorted(value) if isinstance(value[name], dict)}

    def _write(self, presets: Mapping[str, Any]) -> None:
        from tui.services.datasets.disk.atomic_save import write_atomically

        with disk_errors("The preset was not saved", self._path, "Free some disk space."):
            private_folder(self._folder)
            text = json.dumps(dict(presets), ensure_ascii=True, indent=1, sort_keys=True)
            write_atomically(self._path, [text.encode()], private=True)

    def _unreadable(self, cause: str) -> InputError:
        return InputError("The presets cannot be read", cause, f"Correct or remove {self._path}.")


def name_problem(name: str) -> str:
    """Return what is wrong with a preset's name, or an empty text."""
    if not name.strip():
        return "It needs a name."
    if len(name) > LONGEST_NAME or not name.isprintable():
        return f"At most {LONGEST_NAME} characters that can be printed."
    return ""
