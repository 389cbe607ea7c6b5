"""What is built from the tree: complete, and nothing more. Built where hatchling is installed."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# All kinds of files that the program reads.
KINDS = {".py", ".tcss", ".toml", ".json", ".jsonl", ".npz", ".tokens", ".md", ".typed", ""}


def test_the_tree_holds_no_file_of_an_unknown_kind() -> None:
    """The wheel takes all of tui: what is no part of the program must not lie there."""
    files = [one for one in (ROOT / "tui").rglob("*") if one.is_file() and one.suffix != ".pyc"]
    assert {one.suffix for one in files} <= KINDS
    assert [one.name for one in files if not one.suffix] == ["LICENSE"]  # of the vocabularies


def test_licences_are_named_and_there() -> None:
    for one in PROJECT["license-files"]:
        assert "Permission is hereby granted" in (ROOT / one).read_text()
    assert "LICENSE" in (ROOT / "tui/data/vocab/README.md").read_text()


def test_wheel_and_sdist_are_complete(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    for what in ("wheel", "sdist"):
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", what, "-d", str(tmp_path)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            timeout=120,
        )
    [wheel], [sdist] = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as zipped:
        names = zipped.namelist()
    inside = {name for name in names if ".dist-info/" not in name}
    tree = {
        str(one.relative_to(ROOT))
        for one in (ROOT / "tui").rglob("*")
        if one.is_file() and one.suffix != ".pyc"
    }
    assert inside == tree
    notices = {name.partition("/licenses/")[2] for name in names if "/licenses/" in name}
    assert notices == set(PROJECT["license-files"])
    with tarfile.open(sdist) as file:
        packed = {name.partition("/")[2] for name in file.getnames()}
    assert {"README.md", "CHANGELOG.md", "screens.md", "tests/test_packaging.py"} <= packed
    assert tree <= packed
