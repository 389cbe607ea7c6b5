"""What goes over the line: `python -m tests.bench.bytes` prints bytes, and times on a slow line.

Each key of a session is pressed in a terminal of 80 columns, 24 rows and 256 colours, with all
that is painted written (before), and with only the changed cells (after); beside them the ideal:
what the cells need that differ between the two screens, and nothing else. Then the same over a
line of 2 kB a second with an answer after 150 ms: when a key shows first and when it shows whole,
and when `esc` has reached a server that streams. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import select
import tempfile
import threading
import time
from collections import deque
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.chat import Provider
from tests.faults.conftest import write_config
from tests.lab_process import chat_lines
from tests.terminal.program import Program
from tui.terminal.cells.switch import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.terminal.emulator import Cell

SLOW, DELAY_S = 2000, 0.15
QUIET_S, LONGEST_S = 1.5, 40.0
F1, DOWN, PAGE_DOWN, PAGE_UP, ESC = "\x1bOP", "\x1b[B", "\x1b[6~", "\x1b[5~", "\x1b"
# What is done, and what of it is named in the table.
HELD = 10
SESSION = [
    ("Datasets ↓", DOWN),
    ("Datasets ↓ again", DOWN),
    ("page down", PAGE_DOWN),
    ("editor", "e"),
    ("a letter in the editor", "x"),
    ("esc from the editor", ESC),
    ("yes", "y"),
    ("F1", F1),
    ("page down in help", PAGE_DOWN),
    ("esc from help", ESC),
    ("palette", "\x10"),
    ("a letter in the palette", "t"),
    ("esc from the palette", ESC),
    ("to Tokens", "2"),
    ("to Jobs", "3"),
    ("job form", "n"),
    ("esc from the form", ESC),
    ("to Chat", "4"),
    ("esc from the prompt", ESC),
    ("esc again", ESC),
    ("to Models", "5"),
    ("to Files", "6"),
    ("to Compare", "7"),
    ("esc closes its error", ESC),
    ("esc from its prompt", ESC),
    ("to Datasets", "1"),
]


class Line(Program):
    """The program at the end of a line that takes this many bytes a second, and answers late."""

    def __init__(self, home: Path, *words: str, rate: float = 0, delay: float = 0, **more: str):
        super().__init__(home, *words, COLORTERM="", **more)
        self._rate, self._delay = rate, delay
        self._free = time.monotonic()  # when the line has carried all that was read
        self._due: deque[tuple[float, str]] = deque()

    def look(self, seconds: float = 0.05) -> bool:
        """Take in what comes within a time."""
        end = time.monotonic() + seconds
        while True:
            self._answer()
            now = time.monotonic()
            if self._rate and now < self._free:
                time.sleep(min(self._free, end) - now if end > now else 0)
            elif self._read(max(0.0, min(end - now, 0.02))):
                return True
            if time.monotonic() >= end:
                return False

    def _read(self, seconds: float) -> bool:
        if not select.select([self.terminal], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.terminal, 32 if self._rate else 1 << 16)
        except OSError:
            return False
        self.raw += data
        if self._rate:
            self._free = max(self._free, time.monotonic() - 0.02) + len(data) / self._rate
        if answers := self.emulator.feed(data):
            self._due.append((time.monotonic() + self._delay, answers))
        return True

    def _answer(self) -> None:
        while self._due and self._due[0][0] <= time.monotonic():
            self.send(self._due.popleft()[1])

    def look_for(self, seconds: float) -> None:
        """Look on for a time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look(0.02)

    def settle(self, quiet: float = QUIET_S) -> None:
        """Look on until nothing has come for a while."""
        end = time.monotonic() + LONGEST_S
        last = time.monotonic()
        while time.monotonic() < min(end, last + quiet):
            if self.look(0.1):
                last = time.monotonic()


def ideal(before: list[list[Cell]], after: list[list[Cell]]) -> int:
    """Return the bytes that the cells need which differ."""
    total, look = 0, None
    for was, now in zip(before, after, strict=True):
        at: int | None = None
        for x, (old, new) in enumerate(zip(was, now, strict=True)):
            if old == new:
                continue
            if at != x:
                total += 7  # to the cell
            if look != new[1:]:
                total += _look_bytes(look, new)
                look = new[1:]
            total += len(new.text.encode())
            at = x + 1
    return total


def _look_bytes(look: Any, cell: Cell) -> int:
    color, background, attributes = look or ("", "", ())
    count = 3 + (8 if color != cell.color else 0) + (8 if background != cell.background else 0)
    return count + (2 if attributes != cell.attributes else 0)


def cpu_ms(pid: int) -> float:
    """Return the processor time of a process in ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) * 1000 / os.sysconf("SC_CLK_TCK")


def session(home: Path, data: Path, cells: str) -> Iterator[tuple[str, int, int, float]]:
    """Yield for each key its name, the bytes written, the ideal, and processor time in ms."""
    with Line(home, str(data), **{VARIABLE: cells}) as line:
        line.see("Example 1 of")
        line.settle()
        for name, key in SESSION:
            before, start, cpu = line.emulator.cells(), len(line.raw), cpu_ms(line.pid)
            line.send(key)
            line.settle()
            needed = ideal(before, line.emulator.cells())
            yield name, len(line.raw) - start, needed, cpu_ms(line.pid) - cpu


def print_bytes(folder: Path, data: Path) -> None:
    """Print the table of bytes."""
    runs = []
    for cells in ("0", "1"):
        home = folder / f"home{cells}"
        write_config(home, "http://127.0.0.1:9/v1")
        runs.append(list(session(home, data, cells)))
    print("| | before | after | ideal | after / ideal | processor ms before, after |")
    print("|---|--:|--:|--:|--:|--:|")
    for (name, all_of_it, _, cpu), (_, written, needed, less) in zip(*runs, strict=True):
        share = f"{written / needed:.2f}" if needed else ""
        row = f"| {name} | {all_of_it:,} | {written:,} | {needed:,} | {share} "
        print(f"{row}| {cpu:.0f}, {less:.0f} |", flush=True)
    sums = [sum(column) for run in runs for column in list(zip(*run, strict=True))[1:]]
    print(f"| all | {sums[0]:,} | {sums[3]:,} | {sums[4]:,} | {sums[3] / sums[4]:.2f} ", end="")
    print(f"| {sums[2]:.0f}, {sums[5]:.0f} |", flush=True)


def print_cpu(folder: Path, data: Path) -> None:
    """Print the processor time of a key, before and after in turns in one program each."""
    rounds = {"Datasets ↓ and ↑": (DOWN, "\x1b[A") * 10, "F1 and esc": (F1, ESC) * 5}
    lines = {}
    for cells in ("0", "1"):
        home = folder / f"cpu{cells}"
        write_config(home, "http://127.0.0.1:9/v1")
        lines[cells] = Line(home, str(data), **{VARIABLE: cells})
        lines[cells].see("Example 1 of", seconds=120)
        lines[cells].settle()
    for name, keys in rounds.items():
        used = {"0": [0.0] * 3, "1": [0.0] * 3}
        for turn in range(3):
            for cells, line in lines.items():
                before = cpu_ms(line.pid)
                for key in keys:
                    line.send(key)
                    line.look(5)  # until it shows
                    line.settle(0.3)
                used[cells][turn] = (cpu_ms(line.pid) - before) / len(keys)
        most, least = (sorted(used[cells])[1] for cells in ("0", "1"))
        print(f"{name}: {most:.1f} ms a key before, {least:.1f} after (median of 3)", flush=True)
    for line in lines.values():
        line.__exit__()


def print_slow(folder: Path, data: Path, cells: str) -> None:
    """Print how long the keys of the session take on a slow line."""
    home = folder / f"slow{cells}"
    write_config(home, "http://127.0.0.1:9/v1")
    with Line(home, str(data), rate=SLOW, delay=DELAY_S, **{VARIABLE: cells}) as line:
        line.see("Example 1 of", seconds=120)
        line.settle()
        print("| key | shows first after | whole after |\n|---|--:|--:|")
        for name, key in SESSION:
            _print_times(line, name, key)
        _print_times(line, f"{HELD} times ↓ at once", DOWN * HELD)
        for key in (F1, ESC):  # while one frame is still being written
            line.send(key)
            line.look_for(0.4)
        _print_times(line, "F1, esc and ↓ within a second", DOWN)


def _print_times(line: Line, name: str, key: str) -> None:
    before = line.emulator.cells()
    began = last = time.monotonic()
    first = 0.0
    line.send(key)
    while time.monotonic() < last + (QUIET_S if first else LONGEST_S / 4):
        if line.look(0.02):
            last = time.monotonic()
            if not first and line.emulator.cells() != before:
                first = last - began
    print(f"| {name} | {first:.2f} s | {last - began:.2f} s |", flush=True)


class Streaming(Provider):
    """Notes when nobody reads its answer any more."""

    ended: float | None = None

    def do_POST(self) -> None:  # noqa: N802
        try:
            super().do_POST()
        except OSError:
            Streaming.ended = time.monotonic()


def print_stream(folder: Path, cells: str) -> None:
    """Print when `esc` has reached a server that streams over a slow line."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Streaming)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = folder / f"stream{cells}"
    write_config(home, f"http://127.0.0.1:{server.server_port}/v1", "timeout = 10")
    Streaming.ended = None
    with Line(home, rate=SLOW, delay=DELAY_S, **{VARIABLE: cells}) as line:
        line.see("Datasets", seconds=120)
        line.settle()
        line.send("4")
        line.see("base-one", seconds=60)
        line.settle()
        line.send("go\r")
        line.look_for(8)
        pressed, reached, start = time.monotonic(), 0.0, len(line.raw)
        line.send(ESC)
        last = pressed
        while time.monotonic() < last + QUIET_S + 1:
            if line.look(0.02):
                last = time.monotonic()
            if Streaming.ended and not reached:
                reached = Streaming.ended - pressed
        print(f"esc reaches the server after {reached:.2f} s, all shows after {last - pressed:.2f}")
        print(f"{len(line.raw) - start:,} bytes after it")
    server.shutdown()


def print_rest(folder: Path, data: Path) -> None:
    """Print what is written while nobody does anything."""
    home = folder / "rest"
    write_config(home, "http://127.0.0.1:9/v1")
    with Line(home, str(data)) as line:
        line.see("Example 1 of")
        line.settle()
        for name, key in SESSION:
            line.send(key)
            line.settle(3 * QUIET_S)
            start = len(line.raw)
            line.look_for(5)
            if written := len(line.raw) - start:
                print(f"at rest after {name}: {written:,} bytes in 5 s", flush=True)


def main() -> None:
    """Print all of it, or the parts that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = ("bytes", "cpu", "slow", "stream", "rest")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(parts)}; all, where none is named")
    chosen = parser.parse_args()
    chosen.parts = chosen.parts or [*parts]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data.jsonl"
        data.write_bytes(chat_lines(40))
        if "bytes" in chosen.parts:
            print_bytes(folder, data)
        if "cpu" in chosen.parts:
            print_cpu(folder, data)
        for cells, words in (("1", "after"), ("0", "before")):
            if "slow" in chosen.parts:
                print(f"\n{SLOW} bytes a second, {words}")
                print_slow(folder, data, cells)
            if "stream" in chosen.parts:
                print(f"\n{SLOW} bytes a second, a streamed answer, {words}")
                print_stream(folder, cells)
        if "rest" in chosen.parts:
            print_rest(folder, data)


if __name__ == "__main__":
    main()
