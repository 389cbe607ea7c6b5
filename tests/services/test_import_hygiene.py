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
# checks, any JSON, and all of Datasets that works on an open file.
AFTER = ["openai", "numpy", "json", "orjson", "sqlite3", "tomllib"]
AFTER += ["textual.widgets._text_area", "tui.core.checks", "tui.core.money", "tui.core.edits"]
AFTER += ["tui.services.workspace", "tui.services.datasets", "tui.screens.datasets.workbench"]


def test_the_first_paint_loads_the_start_page_alone(tmp_path: Path) -> None:
    sheet = Path(tui.__file__).with_name("app.tcss")
    loaded = _loaded(FIRST_PAINT, tmp_path, str(sheet))
    assert "tui.screens.datasets.files.welcome" in loaded
    assert loaded & set(AFTER) == set()


FIRST_ROWS = """
import sys
from tui.app import FinetuiApp
from tui.screens.datasets.panes.conversation import ConversationPane

class First(FinetuiApp):
    CSS_PATH = sys.argv[1]

    def _display(self, screen, painted):
        super()._display(screen, painted)
        panes = self.screen.query(ConversationPane)
        if painted is not None and any(str(p.border_title).startswith("Example 1") for p in panes):
            print(*sys.modules, file=sys.__stdout__)
            self.exit()

First(sys.argv[2]).run(headless=True)
"""
# What the first rows do not need: what carries out commands, their dialogs, the checks, what is
# compared, formats of others, what asks a provider, and tables of the ledger nobody has read.
AFTER_ROWS = ["openai", "numpy", "urllib.request", "email", "importlib.metadata"]
AFTER_ROWS += ["tui.screens.datasets.controllers", "tui.screens.dialogs", "tui.core.compare"]
AFTER_ROWS += ["tui.services.checks.checker", "tui.core.checks.run", "tui.core.formats.registry"]
AFTER_ROWS += ["tui.services.files.service", "tui.services.store.tables.jobs_table"]


def test_the_first_rows_load_no_commands_and_no_checks(tmp_path: Path, training: str) -> None:
    loaded = _loaded(FIRST_ROWS, tmp_path, str(Path(tui.__file__).with_name("app.tcss")), training)
    assert "tui.screens.datasets.workbench" in loaded
    assert loaded & set(AFTER_ROWS) == set()


TOKENS = """
import sys
from tui.cli import main
code = main(sys.argv[1:])
print(*sys.modules)
"""
# What a remembered count does not need: arrays, tokenizers, formats, fixes, checks, jobs.
AFTER_TOKENS = ["openai", "numpy", "tiktoken", "importlib.metadata", "urllib.request", "email"]
AFTER_TOKENS += ["tui.core.fixes", "tui.core.formats.registry", "tui.core.checks"]
AFTER_TOKENS += ["tui.services.jobs.service", "tui.services.datasets.document"]
AFTER_TOKENS += ["tui.services.tokens.export"]


def test_a_remembered_count_loads_what_it_shows(tmp_path: Path, training: str) -> None:
    counted = _loaded(TOKENS, tmp_path, "tokens", training)
    assert "tiktoken" in counted
    remembered = _loaded(TOKENS, tmp_path, "tokens", training)
    assert "tui.services.tokens.report" in remembered
    assert remembered & set(AFTER_TOKENS) == set()


@pytest.fixture
def training(tmp_path: Path) -> str:
    lines = (Path(tui.__file__).parent / "data/samples/support_train.jsonl").read_bytes()
    path = tmp_path / "train.jsonl"
    path.write_bytes(lines)
    return str(path)


def _loaded(code: str, home: Path, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={"FINETUI_HOME": str(home), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())
