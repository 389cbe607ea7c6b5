"""What is not safe is said once on stderr, and on the screen; what is broken ends with 2."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import problem, reply
from tests.home import Home, enter_home
from tests.screens.test_layout import shown
from tests.until import until
from tui.app import FinetuiApp
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.server import FaultServer

KEY = "sk-warned-0123456789"


def write(home: Path, text: str, mode: int = 0o644) -> None:
    config = home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(text)
    config.chmod(mode)


def profile(url: str, key: str = KEY, extra: str = "") -> str:
    return (
        f'default_profile = "far"\n[profiles.far]\nbase_url = "{url}"\napi_key = "{key}"\n{extra}\n'
    )


def test_a_file_with_a_key_is_warned_of_once(tmp_path: Path, server: FaultServer) -> None:
    write(tmp_path, profile(server.url))
    done = Home(tmp_path).run("files", "list", "--json")
    assert done.stderr.count("chmod 600") == 1
    assert done.stderr.startswith("finetui: warning: ")
    assert KEY not in done.stderr
    assert "warning" not in done.stdout
    json.loads(done.stdout)
    (tmp_path / "config" / "config.toml").chmod(0o600)
    assert "warning" not in Home(tmp_path).run("files", "list").stderr


def test_an_unencrypted_way_that_is_asked_for_is_warned_of(tmp_path: Path) -> None:
    write(tmp_path, profile("http://192.0.2.1:9/v1", extra="insecure = true\ntimeout = 0.1"), 0o600)
    done = Home(tmp_path).run("models", "list", "--profile", "far", "--json")
    assert "sends its key to 192.0.2.1 unencrypted" in done.stderr


def test_one_that_is_not_is_refused(tmp_path: Path) -> None:
    write(tmp_path, profile("http://192.0.2.1:9/v1"), 0o600)
    done = Home(tmp_path).run("models", "list")
    assert done.returncode == 2
    assert "insecure = true" in done.stderr


@pytest.mark.parametrize("command", [("models", "list"), ("chat", "--model", "m", "hi")])
def test_a_typo_ends_with_2_and_asks_nobody(
    tmp_path: Path, server: FaultServer, command: tuple[str, ...]
) -> None:
    write(tmp_path, profile(server.url) + "[profile.far]\nread_only = true\n", 0o600)
    done = Home(tmp_path).run(*command)
    assert done.returncode == 2
    assert "did you mean profiles?" in done.stderr
    assert "line 6, column 2" in done.stderr
    assert server.seen == []


async def test_the_screen_says_it_too(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, profile(server.url, key=f"'{KEY}'"))
    server.always["GET /files"] = reply(403, problem("not yours"))
    enter_home(monkeypatch, {"FINETUI_HOME": str(tmp_path)})
    app = FinetuiApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await until(lambda: "chmod 600" in shown(app), pilot)
        assert "holds the key in quotes" in " ".join(shown(app).split())
        await pilot.press("6")
        await until(lambda: "chmod 600" in shown(app), pilot)  # in every mode
        panel = app.screen.query_one(ErrorPanel)
        await until(lambda: panel.failure is not None, pilot)
        await pilot.press("escape")
        assert "Not safe" in shown(app)
        await pilot.press("escape")
        await until(lambda: "Not safe" not in shown(app), pilot)
        workspace = app.workspace
        assert workspace is not None
        await workspace.use_profile("lab")
        await workspace.use_profile("far")
        app.opening.take(workspace)
        await pilot.pause()
        assert "Not safe" not in shown(app)  # once is enough


async def test_the_app_opens_on_the_lab_when_the_configuration_is_broken(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, profile(server.url) + "[profile.far]\nread_only = true\n", 0o600)
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-paying-0123456789")
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await until(lambda: "did you mean profiles?" in shown(app).replace("\n", " "), pilot)
        workspace = app.workspace
        assert workspace is not None
        assert workspace.profile.kind == "lab"
        await pilot.press("escape", "f2")
        await until(lambda: "did you mean profiles?" in shown(app).replace("\n", " "), pilot)
        assert workspace.profiles.names == ("lab",)
    assert server.seen == []
