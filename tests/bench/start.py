"""The first second: `python -m tests.bench.start` prints what each way of starting takes.

All ways are started in turns, so that a busy machine slows all of them: the ratios to a bare
Textual app, and to a Python that does nothing, hold where the seconds do not. Another checkout
of the program can be put beside this one (`--beside FOLDER`). Nothing is asserted.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab_process import ROOT, environment

BARE = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("bare and shown")

Bare().run(mouse=False)
"""
WELCOME, EXAMPLE = "Fine-tune a chat model", "Example 1 of"
SAMPLE = "tui/data/samples/support_train.jsonl"
LONGEST_S = 60
_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\"
)


@dataclass
class Way:
    """A way of starting: its command, what is seen once it is there, and what it took."""

    name: str
    command: list[str]
    marker: str = ""  # on a terminal; without one the command is waited for
    home: Path | None = None  # kept from one turn to the next; None is an empty one each time
    tree: Path = ROOT
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def take(self, folder: Path) -> None:
        """Start it once, and note the seconds."""
        home = self.home or Path(tempfile.mkdtemp(dir=folder))
        variables = {**environment(), "FINETUI_HOME": str(home), "LC_ALL": "C.UTF-8"}
        variables |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        variables |= {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        for name in ("PYTHONDONTWRITEBYTECODE", "OPENAI_API_KEY", "NO_COLOR", "TMUX"):
            variables.pop(name, None)
        variables.pop("PYTHONPATH", None)
        taken = self._on_terminal(variables) if self.marker else self._command(variables)
        self.wall.append(taken[0])
        self.cpu.append(taken[1])
        if self.home is None:
            shutil.rmtree(home, ignore_errors=True)

    def _command(self, variables: dict[str, str]) -> tuple[float, float]:
        before = os.times()
        begun = time.perf_counter()
        subprocess.run(
            self.command,
            cwd=self.tree,
            env=variables,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=LONGEST_S,
        )
        wall, after = time.perf_counter() - begun, os.times()
        used = after.children_user + after.children_system
        return wall, used - before.children_user - before.children_system

    def _on_terminal(self, variables: dict[str, str]) -> tuple[float, float]:
        go, begin = os.pipe()
        pid, terminal = pty.fork()
        if pid == 0:
            os.close(begin)
            os.read(go, 1)  # until the terminal has its size
            os.chdir(self.tree)
            os.execvpe(self.command[0], self.command, variables)
        os.close(go)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        begun = time.perf_counter()
        os.write(begin, b"g")
        os.close(begin)
        try:
            wall = _seen(terminal, self.marker.encode(), begun)
            return wall, _used(pid)
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(terminal)


def _seen(terminal: int, marker: bytes, begun: float) -> float:
    raw = b""
    while time.perf_counter() - begun < LONGEST_S:
        if select.select([terminal], [], [], 0.25)[0]:
            raw += os.read(terminal, 1 << 16)
            if marker in _SEQUENCE.sub(b"", raw):
                return time.perf_counter() - begun
    raise TimeoutError(f"{marker!r} not in {raw[-1500:]!r}")


def _used(pid: int) -> float:
    """Return the processor time of a process's threads so far, in seconds."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def ways(folder: Path, tree: Path, name: str) -> list[Way]:
    """Return the ways to start the program in a tree."""
    program = [sys.executable, "-m", "tui"]
    kept, counted = folder / f"kept{name}", folder / f"counted{name}"
    kept.mkdir()
    counted.mkdir()
    sample = str(ROOT / SAMPLE)
    return [
        Way(f"first paint, empty home{name}", program, WELCOME, tree=tree),
        Way(f"first paint, a home that was used{name}", program, WELCOME, kept, tree),
        Way(f"first paint, with a file{name}", [*program, sample], WELCOME, kept, tree),
        Way(f"first example of a file{name}", [*program, sample], EXAMPLE, kept, tree),
        Way(f"--version{name}", [*program, "--version"], tree=tree),
        Way(f"--help{name}", [*program, "--help"], tree=tree),
        Way(f"tokens, empty home{name}", [*program, "tokens", sample], tree=tree),
        Way(f"tokens, remembered{name}", [*program, "tokens", sample], "", counted, tree),
    ]


def main() -> None:
    """Start all in turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--beside", type=Path, help="another checkout, measured in the same turns")
    parser.add_argument("--only", default="", help="the ways with this in their names")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = Way("python -c pass", [sys.executable, "-c", "pass"])
        bare = Way("bare Textual app", [sys.executable, "-c", BARE], "bare and shown")
        rows = ways(folder, ROOT, "")
        if options.beside is not None:
            others = ways(folder, options.beside.resolve(), ", beside")
            rows = [one for pair in zip(others, rows, strict=True) for one in pair]
        rows = [python, bare, *(one for one in rows if options.only in one.name)]
        for turn in range(options.turns + 1):  # the first, which compiles, does not count
            for way in rows:
                way.take(folder)
                if turn == 0:
                    way.wall.clear()
                    way.cpu.clear()
        print("| | ms: least, median | of the processor: least | / bare, median | by processor |")
        print("|---|--:|--:|--:|--:|")
        for way in rows:
            ratio = statistics.median(a / b for a, b in zip(way.wall, bare.wall, strict=True))
            share = f"{ratio:.2f} | {min(way.cpu) / min(bare.cpu):.2f}"
            middle = statistics.median(way.wall) * 1000
            times = f"{min(way.wall) * 1000:.0f}, {middle:.0f} | {min(way.cpu) * 1000:.0f}"
            print(f"| {way.name} | {times} | {share} |")


if __name__ == "__main__":
    main()
