"""A home folder of its own, and the lab that was started for it ended with it."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any
from unittest import mock

from tests import forks
from tests.lab_process import environment, wait_for
from tui.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest
    from openai import OpenAI

# Each command asks for them six times, and each time they are made of 64 numbers anew: in all the
# commands that are run here, a second and a half.
signal.valid_signals = functools.cache(signal.valid_signals)

_OTHERS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "FINETUI_PROFILE", "EDITOR", "VISUAL")


def enter_home(patch: pytest.MonkeyPatch, environ: Mapping[str, str]) -> None:
    """Have the program of this process work in a home, with nothing of the developer's own.

    Each start begins at the start page, whatever one before has left.
    """
    for name in _OTHERS:
        patch.delenv(name, raising=False)
    for name, value in {"FINETUI_START": "fresh", **environ}.items():
        patch.setenv(name, value)


class Home:
    """Runs the command line as a user would, on its own folders."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def environ(self) -> dict[str, str]:
        """Return the environment for anything that works in this home."""
        return {**environment(), "FINETUI_HOME": str(self.path)}

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run `finetui WORDS` within this process: as good as `spawn`, and ten times faster.

        `given` is its standard input.
        """
        out, err = io.StringIO(), io.StringIO()
        with (
            # A real file: what reads its descriptor reads it too.
            tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as typed,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.dict(os.environ, self.environ, clear=True),
            mock.patch.object(sys, "stdin", typed),
        ):
            typed.write(given)
            typed.seek(0)
            code = main(words)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def spawn(
        self, *words: str, stdin: str = "", cwd: Path = forks.ROOT
    ) -> subprocess.CompletedProcess[str]:
        """Run `finetui WORDS` as a process of its own to its end."""
        return forks.run("tui.cli", *words, given=stdin, env=self.environ, cwd=cwd)

    def json(self, *words: str, code: int = 0) -> Any:
        """Run with --json and return the one document on stdout."""
        return self._document(self.run(*words, "--json"), code)

    def spawn_json(self, *words: str, code: int = 0) -> Any:
        """Return the document of a process of its own."""
        return self._document(self.spawn(*words, "--json"), code)

    def _document(self, done: subprocess.CompletedProcess[str], code: int) -> Any:
        assert done.returncode == code, (done.args, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout)

    def start(
        self, *words: str, stdout: int = forks.PIPE, stderr: int = forks.PIPE
    ) -> forks.Forked:
        """Start `finetui WORDS` and return at once."""
        return forks.start("tui.cli", *words, env=self.environ, stdout=stdout, stderr=stderr)

    def lab_pid(self) -> int | None:
        """Return the process id of the lab of this home, or None when none runs."""
        try:
            pid = int(json.loads((self.path / "lab" / "server.json").read_text())["pid"])
            os.kill(pid, 0)
        except (OSError, ValueError, KeyError):
            return None
        return pid

    def client(self) -> OpenAI:
        """Return a client of the lab of this home, which must run; close it after use."""
        from openai import OpenAI

        lab = self.path / "lab"
        url = json.loads((lab / "server.json").read_text())["base_url"]
        return OpenAI(base_url=url, api_key=(lab / "api_key").read_text().strip(), max_retries=0)

    def end_lab(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the lab, if one runs, and wait until it is gone."""
        if (pid := self.lab_pid()) is not None:
            os.kill(pid, how)
            wait_for(lambda: not _alive(pid))


def _alive(pid: int) -> bool:
    try:
        waited, _ = os.waitpid(pid, os.WNOHANG)  # when it is this program's own child
    except ChildProcessError:
        pass
    else:
        return waited == 0
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
