"""Starting up costs little: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tui

HEAVY = ["textual", "openai", "httpx2", "tiktoken", "numpy", "starlette", "uvicorn", "rich"]
OPEN = """
import asyncio
from tui.services.workspace import Workspace
async def main():
    workspace = await Workspace.open()
    workspace.files, workspace.poller, workspace.chat, workspace.models
    assert await workspace.store.recent.paths() == []
    await workspace.close()
asyncio.run(main())
"""


@pytest.mark.parametrize(
    "code",
    ["import tui.services", "import tui.services.workspace", OPEN, "import tui.cli.dispatch"]
    + [f"import tui.cli.{name}" for name in ("check", "tokens", "jobs", "chat", "models")],
    ids=lambda code: code.split("\n")[0] or "open",
)
def test_a_fresh_interpreter_stays_light(code: str, tmp_path: Path) -> None:
    look = f"\nimport sys\nprint(sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code + look],
        env={"FINETUI_HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("[]", "", 0)


FIRST_PAINT = """
import sys
from tui.app import FinetuiApp

class First(FinetuiApp):
    CSS_PATH = sys.argv[1]

    def on_ready(self):
        print(*sys.modules, file=sys.__stdout__)
        self.exit()

First().run(headless=True)
"""
# What the start page does not need: text fields, tables of models and prices, the ledger,
# checks, and all of Datasets that works on an open file.
AFTER = ["openai", "numpy", "orjson", "sqlite3", "tomllib"]
AFTER += ["textual.widgets._text_area", "tui.core.checks", "tui.core.money", "tui.core.edits"]
AFTER += ["tui.services.workspace", "tui.services.datasets", "tui.screens.datasets.workbench"]


def test_the_first_paint_loads_the_start_page_alone(tmp_path: Path) -> None:
    sheet = Path(tui.__file__).with_name("app.tcss")
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, str(sheet)],
        env={"FINETUI_HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    loaded = set(done.stdout.split())
    assert "tui.screens.datasets.files.welcome" in loaded, done.stderr
    assert loaded & set(AFTER) == set()
