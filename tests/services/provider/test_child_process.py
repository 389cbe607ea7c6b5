"""Commands of the user's own: ended with whoever wanted them."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from tests.until import until
from tui.services.provider import child_process

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_command_still_being_started_is_ended_with_who_wanted_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held, begun = threading.Event(), threading.Event()
    started: list[subprocess.Popen[bytes]] = []
    start = child_process.start_command

    def slowly(*args: object, **options: object) -> subprocess.Popen[bytes]:
        begun.set()
        assert held.wait(60)
        process = start(*args, **options)  # type: ignore[arg-type]
        started.append(process)
        return process

    monkeypatch.setattr(child_process, "start_command", slowly)
    wanted = asyncio.create_task(
        child_process.run_command(["/bin/sh", "-c", f"sleep 60; echo > {tmp_path / 'x'}"], {}, 60)
    )
    await asyncio.to_thread(begun.wait, 10)
    wanted.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wanted
    held.set()
    await until(lambda: started and started[0].returncode is not None)
    assert started[0].returncode < 0
    assert started[0].stdout is not None
    assert started[0].stdout.closed
