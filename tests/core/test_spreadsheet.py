"""Every CSV made for people goes through one place, where no text acts as a formula."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.core.compare.prompts import Prompt
from tui.core.compare.result_row import Answer, Row, Slot
from tui.services.compare.export import write_results
from tui.services.errors import InputError

_TUI = Path(__file__).parents[2] / "tui"
# Numbers alone; a dataset, which is read again; the lab stands alone, and writes numbers.
_OWN = {
    "services/tokens/export.py",
    "services/transfer/exporting/writing.py",
    "core/provider/fireworks/metrics.py",  # a result file as OpenAI's are, of numbers
    "lab/jobs/results.py",
}


def test_nobody_else_writes_csv() -> None:
    found = {
        path.relative_to(_TUI).as_posix()
        for path in _TUI.rglob("*.py")
        if re.search(r"csv\.(writer|DictWriter)", path.read_text("utf-8"))
    }
    assert found - _OWN == {"core/text/spreadsheet.py"}


def test_answers_of_a_comparison_are_text(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    prompt = Prompt(1, ({"role": "user", "content": "=1+1"},))
    row = Row(Slot(1, "@model", 1), "f", Answer('=HYPERLINK("http://x")', ()), error="+late")
    write_results(path, [prompt], [row])
    line = path.read_text().splitlines()[1]
    assert line.startswith("1,'@model,1,'=1+1,,\"'=HYPERLINK")
    assert line.endswith(",'+late")
    with pytest.raises(InputError, match=r"no format here ends in \.foo"):
        write_results(tmp_path / "r.foo", [prompt], [row])
