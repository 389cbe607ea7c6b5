"""The circle as one shell script, as somebody would write it who only read the README."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import forks
from tests.home import Home
from tests.lab_process import ROOT

SAMPLES = ROOT / "tui" / "data" / "samples"


def test_one_shell_script_walks_the_circle(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    command = tmp_path / "bin" / "finetui"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {forks.shell_command("tui.cli")} "$@"\n')
    command.chmod(0o755)
    python = tmp_path / "bin" / "python3"
    python.symlink_to(sys.executable)
    path = os.pathsep.join([str(command.parent), os.environ["PATH"]])
    try:
        done = subprocess.run(
            [
                "sh",
                str(Path(__file__).with_name("circle.sh")),
                str(SAMPLES / "support_train.jsonl"),
                str(SAMPLES / "support_valid.jsonl"),
            ],
            env={**home.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
    finally:
        home.end_lab()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("circle closed\n")
    assert "Traceback" not in done.stderr
