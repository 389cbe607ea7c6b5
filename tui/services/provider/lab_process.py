"""Find the process of the built-in provider, or start it.

It is a process of its own, so that training goes on after the app closes. Several programs
may start it at once: it lets only one live for a folder, and all of them end up using that.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from tui.core.provider.parsing import as_map, as_text
from tui.services.errors import LabFailed, disk_words
from tui.services.settings.environment import without_secrets
from tui.services.settings.locations import private_file, private_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.settings.locations import Locations
    from tui.services.settings.profile import Profile

DEADLINE_S = 20.0
IDLE_MINUTES = 10
LOG_NAME = "starts.log"
GRACE_S = 4.0


class Process(Protocol):
    """A process that has been started."""

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""


# Kept for the life of this program: the lab outlives whoever asked for it, and a finished
# one is reaped when the next is started.
_STARTED: list[Process] = []


@dataclass(frozen=True, slots=True)
class LabAddress:
    """Where the running lab listens, and the key it wants."""

    base_url: str
    api_key: str


class LabProcess:
    """The lab of one data folder."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._environ = environ

    async def find(self) -> LabAddress | None:
        """Return the address when a lab of this folder answers, else None."""
        return await asyncio.to_thread(_find, self.folder)

    async def ensure(self) -> LabAddress:
        """Return the address of a lab that answers, starting one when there is none.

        Raises LabFailed with the last lines of its log when none comes up in time.
        """
        if (found := await self.find()) is not None:
            return found
        deadline = time.monotonic() + DEADLINE_S
        process = await asyncio.to_thread(self._spawn)
        pause = 0.05
        while time.monotonic() < deadline:
            await asyncio.sleep(pause)
            pause = min(pause * 1.3, 0.4)
            if (found := await self.find()) is not None:
                return found
            if process.poll() is not None:
                # Another one holds the folder and is still coming up, or it failed.
                deadline = min(deadline, time.monotonic() + GRACE_S)
        raise self._failed(process.poll())

    async def close(self) -> None:
        """Leave it running: jobs go on, and it ends itself when it has nothing to do."""

    def _spawn(self) -> Process:
        private_folder(self.folder)
        package_root = str(Path(__file__).resolve().parents[3])
        # The lab has no business with anybody's keys.
        environ = without_secrets(self._environ)
        paths = [package_root, environ.get("PYTHONPATH", "")]
        environ["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
        words = ["serve", "--data-dir", str(self.folder), "--idle-minutes", str(IDLE_MINUTES)]
        try:
            with private_file(self.folder / LOG_NAME) as log:
                process = start_lab(words, environ, self.folder, log)
        except OSError as error:
            raise _refused_by_disk(error, self.folder) from error
        _STARTED[:] = [one for one in _STARTED if one.poll() is None]
        _STARTED.append(process)
        return process

    def _failed(self, code: int | None) -> LabFailed:
        log = self.folder / LOG_NAME
        try:
            lines = log.read_text("utf-8", "replace").split("\n")
        except OSError:
            lines = []
        last = " / ".join([line.strip() for line in lines if line.strip()][-3:])
        if not last and (full := _refused(log)):
            return full
        how = f"no answer within {DEADLINE_S:g} s" if code is None else f"it ended with {code}"
        return LabFailed(
            "The lab does not start",
            f"{how}: {last}" if last else how,
            f"Its log is {log}. `finetui lab` runs it in the foreground.",
        )


def _refused_by_disk(error: OSError, place: Path) -> LabFailed:
    step = "Check the folder and its free space."
    return LabFailed("The lab does not start", disk_words(error, place), step)


def _refused(log: Path) -> LabFailed | None:
    """Return what keeps an empty log empty, if it is the disk. Blocks."""
    try:
        log.write_bytes(b"\n")
    except OSError as error:
        return _refused_by_disk(error, log)
    return None


def start_lab(words: list[str], environ: dict[str, str], folder: Path, log: IO[bytes]) -> Process:
    """Start the lab as a process that outlives this one. Raises OSError."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "tui.lab", *words],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=folder,
        env=environ,
        start_new_session=True,
    )


def _find(folder: Path) -> LabAddress | None:
    try:
        info = as_map(json.loads((folder / "server.json").read_bytes()))
        key = (folder / "api_key").read_text("utf-8").strip()
    except (OSError, ValueError):
        return None
    base_url = as_text(info.get("base_url"))
    if not base_url or not key or not answers(base_url):
        return None
    return LabAddress(base_url, key)


def answers(base_url: str) -> bool:
    """Return whether a lab answers at an address of this machine. Blocks."""
    parts = urlsplit(base_url)
    if parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        return False
    import urllib.request  # here: rows of a dataset are shown without it

    # No proxy stands between this machine and itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{parts.netloc}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


async def lab_rests(profile: Profile, locations: Locations, environ: Mapping[str, str]) -> bool:
    """Whether a profile is the lab and does not run: no server is started to read what is kept."""
    return profile.embedded and await LabProcess(locations.lab, environ).find() is None
