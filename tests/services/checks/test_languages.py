"""The languages of answers are told by a worker process, and here where none can."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.lab_process import ROOT, environment
from tests.worker_tasks import die
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
import sys
from tui.cli import main
try:
    main(["check", sys.argv[1], "--json"])
except SystemExit:
    pass
print("loaded" if "py3langid" in sys.modules else "spared", file=sys.stderr)
"""


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
    lines = [
        {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": text}]}
        for n in range(40)
        for text in [f"{TEXTS[n % 2]} {n}"]
    ]
    path = tmp_path / "two.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(path)],
        cwd=ROOT, env={**environment(), "FINETUI_HOME": str(tmp_path / "home")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "mixed-languages" in done.stdout
    assert done.stderr.split()[-1] == "spared"
