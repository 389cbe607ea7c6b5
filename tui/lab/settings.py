"""What a lab is started with, and the limits it holds its clients to."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of requests. Sizes in bytes, times in seconds."""

    file_bytes: int = 512 * MIB
    upload_bytes: int = 8 * 1024 * MIB
    part_bytes: int = 64 * MIB
    body_bytes: int = 32 * MIB
    upload_seconds: int = 3600
    active_jobs: int = 3
    running_jobs: int = 1


@dataclass(frozen=True, slots=True)
class Settings:
    """How one lab runs. ``port`` 0 takes a free one; ``idle_seconds`` 0 means never end."""

    data_dir: Path
    port: int = 0
    idle_seconds: float = 600.0
    limits: Limits = field(default_factory=Limits)


def default_data_dir() -> Path:
    """``$FINETUI_HOME/lab``, else ``lab`` in the user's data folder for finetui."""
    home = os.environ.get("FINETUI_HOME")
    if home:
        return Path(home).expanduser() / "lab"
    import platformdirs

    return Path(platformdirs.user_data_dir("finetui", appauthor=False)) / "lab"
