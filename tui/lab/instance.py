"""One lab a data folder: the lock, the key and the address other processes read."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from tui.lab.folder import write_atomically

if TYPE_CHECKING:
    from pathlib import Path


class AlreadyRunningError(Exception):
    """Another lab holds the data folder. ``base_url`` is its address if it has told one."""

    def __init__(self, base_url: str | None) -> None:
        super().__init__(base_url or "no address yet")
        self.base_url = base_url


@dataclass(slots=True)
class Instance:
    """This process's hold on a data folder."""

    root: Path
    descriptor: int

    def announce(self, base_url: str) -> None:
        """Tell other processes where this lab serves. Raises OSError."""
        document = {
            "base_url": base_url,
            "pid": os.getpid(),
            "version": version(),
            "started_at": int(time.time()),
        }
        write_atomically(_address_file(self.root), json.dumps(document).encode() + b"\n")

    def release(self) -> None:
        """Take the address back and give the folder free."""
        _address_file(self.root).unlink(missing_ok=True)
        os.close(self.descriptor)


def acquire(root: Path) -> Instance:
    """Hold the data folder. Raises AlreadyRunningError, OSError."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AlreadyRunningError(_running_address(root)) from None
    # What a killed lab left behind is no longer true.
    _address_file(root).unlink(missing_ok=True)
    return Instance(root, descriptor)


def api_key(root: Path) -> str:
    """Return the key clients need: made once, kept in a 0600 file. Raises OSError."""
    path = root / "api_key"
    try:
        key = path.read_text("ascii").strip()
    except FileNotFoundError:
        key = ""
    if key:
        path.chmod(0o600)
        return key
    key = "sk-lab-" + secrets.token_urlsafe(32)
    write_atomically(path, key.encode() + b"\n")
    return key


def version() -> str:
    """Return the version of the installed package, or "0" when run from a bare checkout."""
    try:
        return metadata.version("finetui")
    except metadata.PackageNotFoundError:
        return "0"


def _address_file(root: Path) -> Path:
    return root / "server.json"


def _running_address(root: Path) -> str | None:
    try:
        document = json.loads(_address_file(root).read_bytes())
    except (OSError, ValueError):
        return None
    address = document.get("base_url") if isinstance(document, dict) else None
    return address if isinstance(address, str) else None
