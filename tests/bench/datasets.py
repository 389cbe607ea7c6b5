"""How quick a large dataset is: `python -m tests.bench.datasets FILE` prints the figures.

The program runs in a terminal of its own and is asked by keys, as a person would. Nothing is
asserted: times belong to the machine they were taken on.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import orjson

from tui.services.checks.checker import Checker
from tui.services.datasets import Document
from tui.services.workers import Pool

LONGEST_S = 600.0
ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP.*?\x1b\\")
CHECKED = (r"\d (?:error|warning|hint)s?\b", "no problems")
KEYS = {
    "down": b"\x1b[B",
    "page down": b"\x1b[6~",
    "end": b"\x1b[F",
    "home": b"\x1b[H",
    "enter": b"\r",
}


def cpu_ms(pid: int) -> float:
    """Return the processor time a process has used so far, without those it has started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


class Terminal:
    """The program in a terminal of 120 columns and 36 rows."""

    def __init__(self, home: str, file: Path | None) -> None:
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ |= {"FINETUI_HOME": home, "TERM": "xterm-256color"}
            os.environ.setdefault("FINETUI_CELLS", "0")  # words are looked for as they are written
            # Without compiled modules, as on some build machines, starting takes twice as long.
            for name in ("OPENAI_API_KEY", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
                os.environ.pop(name, None)
            os.execv(sys.executable, [sys.executable, "-m", "tui", *([str(file)] if file else [])])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))

    def until(self, *words: str, fewest: float = 0.0) -> float:
        """Read until one of `words` (expressions) is painted; return the milliseconds it took.

        With `fewest`, read for at least that long, to leave nothing for the next.
        """
        start, seen = time.perf_counter(), b""
        took: float | None = None
        while (now := time.perf_counter() - start) < LONGEST_S:
            if took is not None and now >= fewest:
                return took
            if select.select([self.fd], [], [], 0.02)[0]:
                seen = seen[-20_000:] + os.read(self.fd, 1 << 16)
                text = ESCAPES.sub(b"", seen).decode("utf-8", "replace")
                if took is None and any(re.search(word, text) for word in words):
                    took = (time.perf_counter() - start) * 1000
        raise SystemExit(f"{words} did not appear: {ESCAPES.sub(b'', seen)[-2000:]!r}")

    def type(self, text: str, *words: str) -> float:
        """Type a text; return the milliseconds until one of `words` has been painted."""
        os.write(self.fd, text.encode())
        return self.until(*words)

    def press(self, key: str, *words: str) -> float:
        """Press a key; return the milliseconds until one of `words` has been painted."""
        os.write(self.fd, KEYS[key])
        return self.until(*words)

    def cpu(self) -> float:
        """Return the CPU time used so far in ms, without processes it has started."""
        return cpu_ms(self.pid)

    def rss(self) -> float:
        """Return the resident memory in MB, without processes it has started."""
        shown = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, check=True
        )
        return int(shown.stdout) / 1000

    def close(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def spread(times: list[float]) -> str:
    """Return the median and the longest of some milliseconds."""
    return f"{statistics.median(times):.0f} ms, longest {max(times):.0f} ms"


def on_the_screen(file: Path, lines: int) -> None:
    """Print what a person at the keyboard would measure."""
    alone = min(_start() for _ in range(3))
    print(f"program without file {alone:.0f} ms")
    print(f"first rows, opened  {spread([_opened(file) for _ in range(3)])} after the key")
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(home, file)
        try:
            terminal.until("Example 1 of")
            took = (time.perf_counter() - terminal.started) * 1000
            print(f"first rows after    {took:.0f} ms from the start")
            downs = [terminal.press("down", f"Example {n} of") for n in range(2, 22)]
            print(f"down, indexing      {spread(downs)}")
            terminal.until("checking", *CHECKED, fewest=1.0)
            print(f"jump to the last    {terminal.press('end', f'Example {lines} of'):.0f} ms")
            print(f"jump to the first   {terminal.press('home', 'Example 1 of'):.0f} ms")
            downs = [terminal.press("down", f"Example {n} of") for n in range(2, 42)]
            print(f"down, checking      {spread(downs)}")
            print(f"memory, checking    {terminal.rss():.0f} MB")
            terminal.until(*CHECKED)
            print(f"screen checked in   {time.perf_counter() - terminal.started:.1f} s")
            downs = [terminal.press("down", f"Example {n} of") for n in range(42, 82)]
            print(f"down, at rest       {spread(downs)}")
            print(f"memory, checked     {terminal.rss():.0f} MB")
        finally:
            terminal.close()


def _start() -> float:
    """Return the milliseconds until the program stands without a file."""
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(home, None)
        try:
            terminal.until("Datasets")
            return (time.perf_counter() - terminal.started) * 1000
        finally:
            terminal.close()


def _opened(file: Path) -> float:
    """Return the milliseconds from the key that opens the file in a program that is running."""
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(home, None)
        try:
            terminal.until("Datasets", fewest=3.0)
            terminal.type("o", "Open a dataset")
            terminal.type(str(file.absolute()), re.escape(file.name))
            time.sleep(0.5)  # the dialog is at rest
            return terminal.press("enter", "Example 1 of")
        finally:
            terminal.close()


async def in_the_service(file: Path) -> int:
    """Print what opening and checking cost without a screen; return the number of lines."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        document = Document.open(file, Path(folder))
        print(f"{len(document):,} lines, {document.size / 1e6:.0f} MB")
        print(f"index               {(time.perf_counter() - start) * 1000:.0f} ms")
        start = time.perf_counter()
        with file.open("rb") as lines:
            for line in lines:
                orjson.loads(line)
        print(f"orjson alone        {time.perf_counter() - start:.1f} s on one core")
        workers = Pool()
        checker = Checker(document, workers)
        start = time.perf_counter()
        problems = await checker.issues()
        took = time.perf_counter() - start
        print(f"check, all          {took:.1f} s, {document.size / took / 1e6:.0f} MB/s")
        spent = sum(map(cpu_ms, workers.processes)) / 1000
        print(f"by its processes    {spent:.1f} s of processor, {spent / took:.1f} cores")
        print(f"problems            {len(problems):,}")
        again = []
        for at in range(3):
            await document.change("edit", [_copy_of_first(document, at)])
            start = time.perf_counter()
            await checker.issues()
            again.append((time.perf_counter() - start) * 1000)
        print(f"check, one edit     {spread(again)}")
        workers.close()
        await document.drop_changes()
        await document.close()
        return len(document)


def _copy_of_first(document: Document, at: int):  # type: ignore[no-untyped-def]
    from tui.services.datasets import Change

    return Change(at, 1, (document.line(0),))


def main() -> None:
    """Print all figures for the file named on the command line."""
    file = Path(sys.argv[1])
    lines = asyncio.run(in_the_service(file))
    on_the_screen(file, lines)


if __name__ == "__main__":
    main()
