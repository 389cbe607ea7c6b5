"""A fault nobody foresaw is shown, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.screens.conftest import use_profile
from tests.screens.test_layout import shown
from tests.until import until
from tui.app import FinetuiApp
from tui.services.background import start
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.faults.server import FaultServer


async def test_a_list_that_cannot_be_made_says_so(
    server: FaultServer, app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The board of jobs goes on after a fault nobody foresaw, and tells it."""
    from tui.services.jobs.polling.job_list import Lister

    use_profile(app_home, server.url)
    server.new_job({"status": "running", "model": "base"})
    original, faults = Lister.list, [ZeroDivisionError("a fault of ours")]

    async def odd(*given: Any) -> Any:
        if faults:
            raise faults.pop()
        return await original(*given)

    monkeypatch.setattr(Lister, "list", odd)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("3")
        await until(lambda: "ZeroDivisionError: a fault of ours" in shown(app), pilot)
        assert "Asking the provider" not in shown(app)
        await pilot.press("r")
        await until(lambda: "running" in shown(app), pilot)
        assert app.screen.query_one(ErrorPanel).failure is None


async def test_a_key_that_cannot_be_sent_is_said_in_jobs(app_home: Path) -> None:
    config = app_home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    keys = {
        "x": 'api_key = "sk-12345678é"',
        "y": 'api_key_env = "FT_TEST_NOT_SET"',
        "z": 'api_key = "sk-1234 5678"',
    }
    config.write_text(
        'default_profile = "x"\n'
        + "".join(
            f'[profiles.{name}]\nbase_url = "http://127.0.0.1:9/v1"\n{key}\n'
            for name, key in keys.items()
        )
    )
    config.chmod(0o600)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for name in keys:
            if name != "x":
                await app.opening.use_profile(name)
            for number in "356":
                await pilot.press(number)
                said = f"Profile {name} cannot be used"
                await until(lambda said=said: said in shown(app), pilot)
                assert "Asking" not in shown(app)
                assert "sk-1234" not in shown(app)


async def test_a_task_nobody_waits_for_is_heard(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)

        async def broken() -> None:
            raise ZeroDivisionError("in the background")

        task = start(broken(), "a task")
        await until(lambda: "ZeroDivisionError: in the background" in shown(app), pilot)
        assert task.done()
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await until(lambda: "division by zero" in shown(app), pilot)
