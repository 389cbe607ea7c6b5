"""A misbehaving provider and a workspace that talks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.faults.server import FaultServer


def write_config(home: Path, url: str, more: str = "timeout = 0.6") -> dict[str, str]:
    """Write a configuration with the profile `fault` and return the environment for it."""
    folder = home / "config"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.toml"
    config.write_text(
        f'default_profile = "fault"\n[profiles.fault]\nbase_url = "{url}"\n'
        f'api_key = "sk-fault"\n{more}\n'
    )
    config.chmod(0o600)
    return {"FINETUI_HOME": str(home)}


@pytest.fixture
async def workspace(server: FaultServer, tmp_path: Path) -> AsyncIterator[Workspace]:
    one = await Workspace.open(environ=write_config(tmp_path, server.url))
    yield one
    await one.close()
