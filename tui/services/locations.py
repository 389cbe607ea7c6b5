"""Where this program keeps its things on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.services.errors import InputError

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
            return cls(root / "config", root / "data", root / "state", root / "cache", root / "lab")
        from platformdirs import PlatformDirs

        dirs = PlatformDirs("finetui", appauthor=False)
        data = dirs.user_data_path
        return cls(
            dirs.user_config_path, data, dirs.user_state_path, dirs.user_cache_path, data / "lab"
        )


def private_folder(path: Path) -> Path:
    """Make `path` (only its owner may enter) unless it exists, and return it.

    Raises InputError when it cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "Cannot make a folder",
            f"{path}: {error.strerror or error}",
            "Make it writable, or set FINETUI_HOME to a folder that is.",
        ) from error
    return path
