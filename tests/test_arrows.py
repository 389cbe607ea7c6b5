"""What may not be imported, seen from outside: by starting parts in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import tui.core.checks, tui.core.edits", {"textual", "openai", "asyncio", "numpy"}),
        ("import tui.services.workspace", {"textual", "openai", "numpy", "tiktoken"}),
        ("import tui.cli", {"textual", "openai", "numpy", "tiktoken"}),
        # All that is imported before the first frame is on the screen.
        (
            "from tui.app import FinetuiApp; FinetuiApp.MODES['datasets']()",
            {"openai", "numpy", "tiktoken", "starlette", "httpx2", "pydantic"},
        ),
        ("import tui.lab", {"textual", "openai", "tui.core", "tui.services"}),
    ],
)
def test_heavy_and_foreign_modules_stay_out(code: str, absent: set[str]) -> None:
    assert not loaded_by(code) & absent
