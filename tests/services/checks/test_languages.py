"""The languages of answers are told by a worker process, and here where none can."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.lab_process import ROOT, environment
from tests.worker_tasks import die
from tui.cli import main
from tui.core.checks.whole_file.sample_stats import guess_each
from tui.services.checks import languages
from tui.services.checks.languages import LanguageGuesses

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tui.services.workers import Pool

TEXTS = [
    "It is on its way to you, and it should be there by the end of the week.",
    "Wo ist das Paket, das ich bestellt habe? Ich warte schon lange darauf.",
    "Siparişim nerede, ne zaman gelir ve bu bir sorun mu?",
    "注文した荷物はどこですか",
    "for (int i = 0; i < n; i++) { sum += a[i]; }",
    "Un texte coupé en deux \ud83d et la suite, que personne ne lira jamais.",
    "42",
    "",
]
CHECK = """
import asyncio, sys
from pathlib import Path
from tui.services.checks.file_report import check_file
from tui.services.workers import Pool
workers = Pool()
print(asyncio.run(check_file(Path(sys.argv[1]), workers)).by_rule)
workers.close()
print("loaded" if "py3langid" in sys.modules else "spared")
"""


def two_languages(path: Path) -> Path:
    """Write examples of which half are answered in another language."""
    lines = [
        {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": text}]}
        for n in range(40)
        for text in [f"{TEXTS[n % 2]} {n}"]
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_process_tells_what_is_told_here(workers: Pool) -> None:
    guess = LanguageGuesses(workers)
    assert guess(TEXTS) == guess_each(TEXTS)
    assert guess(TEXTS[:3]) == ["en", "de", "tr"]
    assert guess([]) == []


def test_what_was_told_is_not_asked_again(workers: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    guess = LanguageGuesses(workers)
    told = guess(TEXTS)
    monkeypatch.setattr(languages, "languages", None)  # who asks now fails
    assert guess([*reversed(TEXTS)]) == [*reversed(told)]


def test_where_the_process_dies_it_is_told_here(
    workers: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "languages", die)
    assert LanguageGuesses(workers)(TEXTS) == guess_each(TEXTS)


def test_the_program_itself_loads_no_detector(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(two_languages(tmp_path / "two.jsonl"))],
        cwd=ROOT, env={**environment(), "FINETUI_HOME": str(tmp_path / "home")},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert "mixed-languages" in done.stdout
    assert done.stdout.split()[-1] == "spared"


def test_a_command_that_ends_after_a_small_file_starts_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path / "home"))
    started: list[object] = []
    monkeypatch.setattr("tui.services.workers.start_worker", started.append)
    assert main(["check", str(two_languages(tmp_path / "two.jsonl"))]) == 0
    assert "mixed-languages" in capfd.readouterr().out
    assert not started
