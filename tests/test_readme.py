"""The README and its pages: short, their links there, and every command in them understood."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tui.cli.dispatch import dispatch, parser_of
from tui.cli.overview import COMMANDS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def commands_of(page: Path) -> list[list[str]]:
    """Return the words of each command of finetui in the blocks of a page."""
    found = []
    for block in BLOCK.findall(page.read_text("utf-8")):
        for line in block.splitlines():
            if line.startswith("finetui"):
                words = shlex.split(line, comments=True)[1:]
                ends = [words.index(one) for one in ("<", ">", "|", "&&") if one in words]
                found.append(words[: min(ends, default=len(words))])
    return found


def test_the_readme_is_short() -> None:
    assert len(PAGES[0].read_text("utf-8").splitlines()) < 200


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_understood(page: Path) -> None:
    for words in commands_of(page):
        if not words or words[0] == "lab":  # which reads its own
            continue
        assert words[0] in COMMANDS, words
        assert parser_of(words[0]).parse_args(words).run is not None, words


def test_what_needs_nothing_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "tui/data/samples/support_train.jsonl", tmp_path / "train.jsonl")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path / "home"))
    run = [words for words in commands_of(PAGES[0]) if words[:1] in (["check"], ["tokens"])]
    assert len(run) == 2
    for words in run:
        assert dispatch(words) == 0, words
        assert "63 examples" in capfd.readouterr().out
