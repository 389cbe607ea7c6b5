"""How the Tokens screen answers keys while a large file is counted.

    python -m tests.bench.tokens_screen FILE

The program runs in a terminal of its own: FILE is opened, its tokens are asked for, and the
cursor of the histogram is moved until all is counted. Then the same again, all remembered.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.bench.datasets import CHECKED, KEYS, Terminal, spread

KEYS |= {"right": b"\x1b[C", "left": b"\x1b[D", "tokens": b"2"}
_BAR = r"tokens?: [\d,]+ examples?"  # what is said of the bar under the cursor
_SECONDS = 6.0


def once(home: str, file: Path) -> None:
    """Open the file, wait for its checks, ask for its tokens, and move about."""
    terminal = Terminal(home, file)
    try:
        terminal.until("Example 1 of")
        terminal.until(*CHECKED)
        print(f"first bars after    {terminal.press('tokens', _BAR):.0f} ms")
        began, times = time.perf_counter(), list[float]()
        while time.perf_counter() - began < _SECONDS:
            # To and fro: at the end of the bars a key has nothing to paint.
            key = "left" if len(times) % 2 else "right"
            times.append(terminal.press(key, _BAR))
        print(f"right and left      {spread(times)}")
    finally:
        terminal.close()


def main() -> None:
    """Print the figures for the file named on the command line."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("nothing remembered", "all remembered"):
            print(name)
            once(home, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
