"""The folders and files in which the program keeps its configuration, data, state and cache."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tui.services.errors import disk_errors

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Locations:
    """The folders in use. None is made before something is written to it."""

    config: Path
    data: Path
    state: Path
    cache: Path
    lab: Path
    logs: Path

    @property
    def config_file(self) -> Path:
        """The file profiles are read from."""
        return self.config / "config.toml"

    @property
    def ledger(self) -> Path:
        """The SQLite file of the local ledger."""
        return self.data / "ledger.sqlite3"

    @classmethod
    def standard(cls, environ: Mapping[str, str]) -> Locations:
        """Return the platform's usual folders, or those under $FINETUI_HOME when it is set."""
        if home := environ.get("FINETUI_HOME"):
            root = Path(home).expanduser().absolute()
            names = ("config", "data", "state", "cache", "lab", "logs")
            return cls(*(root / name for name in names))
        from platformdirs import PlatformDirs

        dirs = PlatformDirs("finetui", appauthor=False)
        data = dirs.user_data_path
        return cls(
            dirs.user_config_path, data, dirs.user_state_path, dirs.user_cache_path, data / "lab",
            dirs.user_log_path,
        )  # fmt: skip


def private_folder(path: Path) -> Path:
    """Make `path` a folder only its owner may enter, and return it; it may exist.

    So are the folders above it that have to be made. Raises InputError when it cannot be made.
    """
    step = "Make it writable, or set FINETUI_HOME to a folder that is."
    with disk_errors("Cannot make a folder", path, step):
        make_private(path)
    return path


def make_private(path: Path) -> None:
    """Do what `private_folder` does. Raises OSError."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        with contextlib.suppress(PermissionError):  # somebody else's
            path.chmod(0o700)


def private_file(path: Path) -> BinaryIO:
    """Open `path` as a new file; only its owner may read it. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(handle, 0o600)  # one that was there keeps its mode otherwise
        return os.fdopen(handle, "wb")
    except BaseException:  # whatever it was goes on; the descriptor is given back
        os.close(handle)
        raise
