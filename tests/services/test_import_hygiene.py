"""Starting up costs little: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

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
