"""`finetui check` prints the same however much of it is held at once."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from tui.cli import check, main
from tui.services.checks import file_check

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FLAWED = (resources.files("tui.data") / "samples" / "flawed.jsonl").read_bytes()


def test_json_is_the_same_from_disk_and_from_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path / "home"))
    path, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    path.write_bytes(FLAWED * 2)
    other.write_bytes(FLAWED)
    words = ["check", str(path), str(tmp_path / "none.jsonl"), str(other), "--json"]
    assert main(words) == 2
    whole = json.loads(capfd.readouterr().out)
    assert [file["path"] for file in whole["files"]] == [str(path), str(other)]
    assert whole["error"]["title"] == "Cannot read the file"
    for file in whole["files"]:
        told = [issue["severity"] for issue in file["issues"]]
        assert [told.count(one) for one in ("error", "warning", "info")] == [
            file["errors"], file["warnings"], file["infos"],
        ]  # fmt: skip
    monkeypatch.setattr(check, "_IN_MEMORY", 100)
    monkeypatch.setattr(check, "_PART", 7)
    monkeypatch.setattr(file_check, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(file_check, "_STRETCH", 4000)
    assert main(words) == 2
    assert json.loads(capfd.readouterr().out) == whole
