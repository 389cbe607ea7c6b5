"""Secrets do not leave the machine unasked; on the lab, which is this machine, it only warns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.checks.examples import says
from tests.lab_process import chat_lines
from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.home import Home


@pytest.fixture
def private(tmp_path: Path) -> Path:
    path = tmp_path / "private.jsonl"
    path.write_bytes(says("sk-proj-4f9AexampleNotARealKey0000") + b"\n" + chat_lines(12))
    return path


@pytest.mark.xdist_group("cli")
def test_on_the_lab_it_warns(home: Home, private: Path) -> None:
    done = home.spawn("files", "upload", str(private), "--json")
    assert done.returncode == 0, done.stderr
    assert "holds secrets: 1 × API key" in done.stderr
    assert json.loads(done.stdout)["object"] == "file"


@pytest.mark.parametrize(
    "command",
    [
        ("files", "upload"),
        ("jobs", "create", "--model", "m", "--training-file"),
    ],
)
def test_elsewhere_it_needs_a_yes(
    private: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, command: Any
) -> None:
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(
        '[profiles.far]\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "k"\nbills = false\n'
    )
    monkeypatch.setenv("FINETUI_HOME", str(home))
    assert main([*command, str(private), "--profile", "far"]) == 4
    err = capsys.readouterr().err
    assert "1 × API key" in err
    assert "4f9A" not in err
    assert main([*command, str(private), "--profile", "far", "--yes"]) == 3  # nobody answers there
