"""`finetui lab`: the built-in provider in the foreground, for any client."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.services.settings.environment import without_secrets
from tui.services.settings.keys import key_variables
from tui.services.settings.locations import Locations

if TYPE_CHECKING:
    from collections.abc import Sequence


def run_lab(arguments: Sequence[str]) -> int:
    """Become the lab's process with `arguments`; without POSIX, run it and return its code."""
    words = _without_profile(arguments)
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
