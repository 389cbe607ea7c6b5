"""Secrets do not leave the machine unasked; on the lab, which is this machine, it only warns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.lab_process import chat_lines
from tests.rows import says
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


def far_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(
        '[profiles.far]\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "k"\nbills = false\n'
    )
    monkeypatch.setenv("FINETUI_HOME", str(home))


KEY = "sk-proj-4f9AexampleNotARealKey0000"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f'{{"key": "{KEY}"', "1 × API key"),
        (f"name,key\nmia,{KEY}\n", "1 × API key"),
        (json.dumps([{"a": [{"k": KEY}]}], indent=2), "1 × API key"),
        (f'{{"body": {{"metadata": {{"{KEY}": "4111-1111-1111-1111"}}}}}}', "Payment card"),
        ("\ufeff" + KEY, "1 × API key"),
        (b"%PDF-1.7 \0", "is a PDF document: it cannot be looked through for secrets"),
    ],
)
def test_what_is_not_for_training_is_looked_through_too(
    content: str | bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    far_profile(tmp_path, monkeypatch)
    path = tmp_path / "any.txt"
    path.write_bytes(
        content.encode("utf-16")
        if isinstance(content, str) and content[0] == "\ufeff"
        else content.encode()
        if isinstance(content, str)
        else content
    )
    command = ["files", "upload", "--purpose", "user_data", str(path), "--profile", "far"]
    assert main(command) == 4
    err = capsys.readouterr().err
    assert said in err
    assert "4f9A" not in err
    assert main([*command, "--accept", "secrets"]) == 3  # nobody answers there
    path.write_text("nothing of the kind")
    assert main(command) == 3


@pytest.mark.parametrize(
    "command",
    [
        ("files", "upload"),
        *(("files", "upload", "--purpose", one) for one in ("evals", "user_data", "batch", "x")),
        ("jobs", "create", "--model", "m", "--training-file"),
    ],
)
def test_elsewhere_they_are_accepted_by_name(
    private: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, command: Any
) -> None:
    far_profile(tmp_path, monkeypatch)
    assert main([*command, str(private), "--profile", "far"]) == 4
    err = capsys.readouterr().err
    assert "1 × API key" in err
    assert "4f9A" not in err
    accepted = [*command, str(private), "--profile", "far", "--accept"]
    assert main([*accepted, "warnings"]) == 4
    assert main([*accepted, "secrets"]) == 3  # nobody answers there
    assert main([*accepted, "secret"]) == 2
