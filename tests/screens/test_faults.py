"""What Jobs, Files and the command line say when the provider misbehaves: always what is so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import DROP, Fault, FaultServer, html, problem, reply
from tests.screens.conftest import use_profile
from tests.until import until
from tui.app import FinetuiApp
from tui.cli import main
from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from pathlib import Path

FAULTS = pytest.mark.parametrize(
    ("fault", "words"),
    [
        (html(), "Welcome"),
        (reply(429, problem("slow down"), retry_after="90"), "slow down"),
        (DROP, ""),
    ],
    ids=["html", "429 long", "drop"],
)
LISTS = ("/fine_tuning/jobs", "/files")


@pytest.fixture
def far(server: FaultServer, app_home: Path) -> FaultServer:
    use_profile(app_home, server.url, extra="bills = false")
    server.new_job({"status": "reticulating", "model": "base"})
    server.lists["/files"] = lambda _: {"data": [{"id": "file-1", "status": "odd"}] * 2}
    return server


@FAULTS
async def test_the_screens_say_it_and_then_show_what_comes(
    far: FaultServer, fault: Fault, words: str
) -> None:
    for path in LISTS:
        far.fault(f"GET {path}", *[fault] * 3)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for key, name in (("6", "#files"), ("3", "#jobs")):
            far.fault("GET /fine_tuning/jobs", *[fault] * 3)
            await pilot.press(key)
            panel, listing = app.screen.query_one(ErrorPanel), app.screen.query_one(name)
            assert isinstance(listing, RecordList)
            await until(lambda panel=panel: panel.failure is not None, pilot)
            assert panel.failure is not None
            assert words in panel.failure.as_text()
            far.recover()  # it behaves again
            await pilot.press("r")
            await until(lambda listing=listing: listing.count == 1, pilot)


@FAULTS
@pytest.mark.parametrize("command", ["jobs", "files", "models"])
def test_the_command_line_says_it(
    far: FaultServer, capsys: Any, command: str, fault: Fault, words: str
) -> None:
    path = "/fine_tuning/jobs" if command == "jobs" else f"/{command}"
    far.fault(f"GET {path}", *[fault] * 3)
    assert main([command, "list"]) == 3
    assert words in capsys.readouterr().err
