"""`finetui lab`: alone, for any client."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

from tests.home import Home
from tests.lab_process import wait_for

if TYPE_CHECKING:
    from pathlib import Path


def test_it_says_where_it_serves_and_ends_when_interrupted(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    process = home.start("lab", "--port", "0", "--json", "--profile", "lab")
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    assert set(told) == {"base_url", "api_key"}
    assert home.lab_pid() == process.pid
    # The one in the foreground is the one all other commands use.
    assert home.run("models", "list").returncode == 0
    assert home.lab_pid() == process.pid
    taken = home.spawn("lab", "--port", told["base_url"].split(":")[2].split("/")[0])
    assert taken.returncode == 2
    assert len(taken.stderr.splitlines()) == 1
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    assert home.lab_pid() is None


def test_why_it_does_not_start(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    (tmp_path / "file").touch()
    for words in (["--wat"], ["--port", "70000"], ["--data-dir", str(tmp_path / "file")]):
        done = home.spawn("lab", "--json", *words)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert json.loads(done.stdout)["error"]["cause"] in done.stderr


def test_an_interruption_while_it_starts(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    process = home.start("lab", "--json")
    wait_for((home.path / "lab" / "lock").exists)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert home.lab_pid() is None
