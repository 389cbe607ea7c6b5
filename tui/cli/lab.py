"""`finetui lab`: the built-in provider in the foreground, for any client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import Parser
from tui.cli.overview import ABOUT
from tui.services.provider.lab_process import LabProcess
from tui.services.settings.environment import without_secrets
from tui.services.settings.keys import key_variables
from tui.services.settings.locations import Locations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.cli.arguments import Commands


def register(commands: Commands[Parser]) -> None:
    """Name the options of the lab, which reads and explains them itself, to shells."""
    parser = commands.add_parser("lab", help=ABOUT["lab"], description=ABOUT["lab"])
    parser.add_argument("--port", metavar="PORT")
    parser.add_argument("--data-dir", type=Path, metavar="FOLDER")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--detach", action="store_true")
    parser.add_argument("--idle-minutes", metavar="N")
    parser.add_argument("--max-active", metavar="N")


def run_lab(arguments: Sequence[str]) -> int:
    """Become the lab's process with `arguments`; without POSIX, run it and return its code."""
    words = _without_profile(arguments)
    if "--detach" in words:
        return _detached(words)
    if not any(word.split("=")[0] == "--data-dir" for word in words):
        words += ["--data-dir", str(Locations.standard(os.environ).lab)]
    command = [sys.executable, "-m", "tui.lab", "serve", *words]
    roots = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    # Whoever asks it for something needs no key of ours, and neither does it.
    named = key_variables(Locations.standard(os.environ).config_file, os.environ)
    environ = without_secrets(os.environ, named)
    environ["PYTHONPATH"] = os.pathsep.join(root for root in roots if root)
    sys.stdout.flush()
    if os.name == "posix":
        # Held until the lab can end in good order; it takes them up once it listens to them.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        os.execve(sys.executable, command, environ)  # noqa: S606 - our own module
    return subprocess.run(command, env=environ, check=False).returncode  # noqa: S603


def _detached(words: Sequence[str]) -> int:
    """Start the lab, or find it, print where it is and its key, and leave it running."""
    parser = Parser(prog="finetui lab")
    parser.add_argument("--detach", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data-dir", type=Path, default=Locations.standard(os.environ).lab)
    options = parser.parse_args(words)
    named = key_variables(Locations.standard(os.environ).config_file, os.environ)
    lab = LabProcess(options.data_dir.expanduser().resolve(), without_secrets(os.environ, named))
    address = asyncio.run(lab.ensure())
    told = {"base_url": address.base_url, "api_key": address.api_key}
    text = json.dumps(told) if options.json else f"The lab runs at {address.base_url}"
    print(text, flush=True)  # its key is what was asked for
    return 0


def _without_profile(arguments: Sequence[str]) -> list[str]:
    """Return the words without `--profile NAME`: there is only one lab."""
    words: list[str] = []
    skip = False
    for word in arguments:
        if skip:
            skip = False
        elif word == "--profile":
            skip = True
        elif not word.startswith("--profile="):
            words.append(word)
    return words
