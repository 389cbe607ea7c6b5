"""Texts while they are typed: on disk until they are used, so that no end loses them.

Each running program writes a file of its own and holds its lock; one that starts takes over
those of programs that have ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import threading
import uuid
from typing import TYPE_CHECKING, Any

from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.settings.locations import make_private
from tui.services.settings.state_trouble import StateTrouble, object_in

if TYPE_CHECKING:
    from pathlib import Path

AFTER_S = 0.3  # the typing rests
_AGAIN_S = 5.0  # the disk may have room by then
IMPORT_KEY = "import"  # where an import that is under way is kept
FORM_KEY = "job form:{}"  # where the form of a profile's next job is kept


class TypedTexts:
    """What is typed, by where. Nothing here raises: it stands in for what should not happen."""

    def __init__(self, folder: Path, trouble: StateTrouble | None = None) -> None:
        """Keep them in a folder; `trouble` is told of a damaged file and of a disk that is full."""
        self._folder = folder
        self._trouble = trouble or StateTrouble()
        self._texts: dict[str, Any] = {}
        self._written: str = "{}"
        self._path: Path | None = None
        self._lock_file: int | None = None
        self._writing = threading.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def get(self, where: str) -> Any:
        """Return what was typed there, or None."""
        return self._texts.get(where)

    def names(self, start: str) -> list[str]:
        """Return where something was typed, of all places whose name starts so."""
        return sorted(place for place in self._texts if place.startswith(start))

    def put(self, where: str, value: Any) -> None:
        """Keep what stands there now (any JSON value); an empty one is forgotten."""
        if value:
            self._texts[where] = value
        else:
            self._texts.pop(where, None)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(AFTER_S, self._begin)

    def rename(self, where: str, to: str) -> None:
        """Keep what was typed in one place as typed in another."""
        if (value := self.get(where)) is not None:
            self.put(where, None)
            self.put(to, value)

    def _begin(self) -> None:
        self._timer = None
        self._task = asyncio.create_task(self._write_soon())

    async def _write_soon(self) -> None:
        if not await asyncio.to_thread(self.flush) and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_AGAIN_S, self._begin)

    def load(self) -> None:
        """Take over what programs that have ended left. Blocks."""
        with contextlib.suppress(OSError):
            for lock in sorted(self._folder.glob("*.lock")):
                self._take_over(lock)

    def _take_over(self, lock: Path) -> None:
        handle = _lock(lock)
        if handle is None:  # the program runs
            return
        path = lock.with_suffix(".json")
        try:
            if data := path.read_bytes():  # it may have written nothing
                self._texts = {**object_in(data), **self._texts}
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            self._trouble.damaged(path, "What was typed is not known", error)
        if self.flush():
            path.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
        os.close(handle)

    def flush(self) -> bool:
        """Write what has changed; return whether all of it is on disk. Blocks."""
        with self._writing:
            text = json.dumps(dict(self._texts))
            if text != self._written:
                try:
                    write_atomically(self._own(), [text.encode("utf-8")])
                    self._written = text
                except OSError as error:
                    self._trouble.not_written(self._folder, "What is typed is not kept", error)
            return text == self._written

    def _own(self) -> Path:
        if self._path is None:
            make_private(self._folder)
            name = uuid.uuid4().hex[:12]
            self._lock_file = _lock(self._folder / f"{name}.lock")
            self._path = self._folder / f"{name}.json"
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        return self._path

    def close(self) -> None:
        """Write what is left and give the file free for the next program. Blocks."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.flush()
        if self._path is not None and not self._texts:
            self._path.unlink(missing_ok=True)
            self._path.with_suffix(".lock").unlink(missing_ok=True)
        if self._lock_file is not None:
            os.close(self._lock_file)
        self._path = self._lock_file = None


def _lock(path: Path) -> int | None:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
