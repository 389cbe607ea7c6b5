"""What a streamed answer costs: `python -m tests.bench.chat` prints the figures.

10,000 tokens at 200 a second come into the Chat screen, in a terminal of 120 columns and 36 rows,
from a server in a process of its own; then the same text into Textual's own ways to show it.
Nothing is asserted: times belong to the machine they were taken on. Aims: event-loop lag p99 under
50 ms, under 0.35 of a core, under 60 kB written a second.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown, Static

from tests.bench.datasets import ESCAPES, Terminal
from tests.faults.conftest import write_config

TOKENS, RATE = 10_000, 200
COLUMNS, ROWS = 120, 36
WAYS = ("chat", "markdown-stream", "static")
LAG = "lag.json"
END = "That was all."
_PARTS = re.compile(r"\s*\S{1,6}")


def answer(tokens: int) -> list[str]:
    """Return an answer as models write them, in pieces of the size of tokens."""
    dice = random.Random(7)
    sentence = "water the fern when its soil feels dry to the touch and **never** in `full` sun"
    words = sentence.split()

    def prose(count: int) -> str:
        return " ".join(dice.choice(words) for _ in range(count)).capitalize() + "."

    text, pieces = "", list[str]()
    section = 0
    while len(pieces) < tokens:
        section += 1
        text = f"## Step {section}\n\n{prose(60)}\n\n{prose(90)}\n\n"
        text += "".join(f"- {prose(dice.randrange(6, 20))}\n" for _ in range(6)) + "\n"
        if section % 2:
            lines = "\n".join(f"    value_{n} = measure({n})  # {prose(4)}" for n in range(12))
            text += f"```python\ndef step():\n{lines}\n```\n\n"
        else:
            rows = "".join(f"| {prose(2)} | {n} | {prose(4)} |\n" for n in range(8))
            text += f"| what | how often | why |\n|---|--:|---|\n{rows}\n"
        pieces += _PARTS.findall(text)
    return [*pieces[:tokens], f"\n\n{END}"]


class Provider(BaseHTTPRequestHandler):
    """Lists one model and answers whatever is asked."""

    tokens = TOKENS

    def do_GET(self) -> None:
        self._head("application/json")
        models = [{"id": "base-one", "object": "model", "created": 1, "owned_by": "me"}]
        self.wfile.write(json.dumps({"object": "list", "data": models}).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._head("text/event-stream")
        for piece in paced(answer(self.tokens)):
            self._send({"choices": [{"index": 0, "delta": {"content": piece}}]})
        self._send({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self.wfile.write(b"data: [DONE]\n\n")

    def _head(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()

    def _send(self, chunk: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps({'id': 'c', 'model': 'm'} | chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def paced(pieces: list[str]) -> Iterator[str]:
    """Yield pieces at the rate."""
    began = time.monotonic()
    for at, piece in enumerate(pieces):
        time.sleep(max(0.0, began + at / RATE - time.monotonic()))
        yield piece


def serve(tokens: int) -> None:
    """Serve until the standard input ends."""
    Provider.tokens = tokens
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


# -- the programs measured -----------------------------------------------------------


async def sample_lag(folder: Path) -> None:
    """Note how late each of many short sleeps ends, in ms; write them once a second."""
    late: list[float] = []
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        late.append(round((time.perf_counter() - before - 0.01) * 1000, 2))
        if len(late) % 100 == 0:
            (folder / LAG).write_text(json.dumps(late))


class ByTextual(App[None]):
    """Shows the same answer by Textual's own means."""

    def __init__(self, way: str, pieces: list[str], folder: Path) -> None:
        super().__init__()
        self._way, self._pieces, self._folder = way, pieces, folder

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown() if self._way == "markdown-stream" else Static(markup=False)
        yield Static("Ready", id="end")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).anchor()
        self.run_worker(sample_lag(self._folder), group="lag")
        self.run_worker(self.show(), group="show")

    async def show(self) -> None:
        began, text = time.monotonic(), ""
        stream = shown = None
        if self._way == "markdown-stream":
            stream = Markdown.get_stream(self.query_one(Markdown))
        for at, piece in enumerate(self._pieces):
            await asyncio.sleep(max(0.0, began + at / RATE - time.monotonic()))
            if stream is not None:
                await stream.write(piece)
                continue
            text += piece
            if shown is None or time.monotonic() - shown > 1 / 15:
                self.query_one(VerticalScroll).query_one(Static).update(text)
                shown = time.monotonic()
        if stream is not None:
            await stream.stop()
        self.query_one("#end", Static).update(END)


def run(way: str, tokens: int, folder: Path) -> None:
    """Be one of the programs."""
    if way != "chat":
        ByTextual(way, answer(tokens), folder).run()
        return
    gc.disable()  # as the command line starts it; the app begins to collect when it is shown
    import tui.app

    class Sampled(tui.app.FinetuiApp):
        CSS_PATH = Path(tui.app.__file__).parent / "app.tcss"  # found from this file otherwise

        def on_mount(self) -> None:
            self.run_worker(sample_lag(folder), group="lag")

    Sampled().run()


class WayTerminal(Terminal):
    """One of the programs in a terminal of its own."""

    def __init__(self, home: str, way: str, tokens: int) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ |= {"FINETUI_HOME": home, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            for name in ("OPENAI_API_KEY", "PYTHONDONTWRITEBYTECODE", "NO_COLOR"):
                os.environ.pop(name, None)
            command = [sys.executable, "-m", "tests.bench.chat", "--run", way]
            os.execv(sys.executable, [*command, "--tokens", str(tokens), "--folder", home])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def stream(self, longest: float) -> tuple[float, float, int, list[int]]:
        """Read until the end of the answer: seconds, share of a core, bytes, bytes by second.

        What has not come to its end after `longest` seconds is left there: on a machine that
        others use too, a way that needs most of a core falls behind without end.
        """
        began, cpu, written, seen = time.perf_counter(), self.cpu(), 0, b""
        by_second: list[int] = []
        while (
            END not in ESCAPES.sub(b"", seen).decode("utf-8", "replace")
            and time.perf_counter() - began < longest
        ):
            if select.select([self.fd], [], [], 1)[0]:
                data = os.read(self.fd, 1 << 16)
                seen = seen[-4000:] + data
                written += len(data)
                second = int(time.perf_counter() - began)
                by_second += [0] * (second + 1 - len(by_second))
                by_second[second] += len(data)
        took = time.perf_counter() - began
        return took, (self.cpu() - cpu) / 1000 / took, written, by_second


@contextmanager
def serving(tokens: int) -> Iterator[str]:
    """Run the server in a process of its own and give its address."""
    command = [sys.executable, "-m", "tests.bench.chat", "--serve", "--tokens", str(tokens)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        assert process.stdin is not None
        process.stdin.close()


def measure(way: str, tokens: int) -> None:
    """Print the figures of one way."""
    longest = 2 * tokens / RATE + 5
    with serving(tokens) as url, tempfile.TemporaryDirectory() as home:
        write_config(Path(home), url, "timeout = 10")
        terminal = WayTerminal(home, way, tokens)
        try:
            if way == "chat":
                terminal.until("Datasets", fewest=2.0)
                os.write(terminal.fd, b"4")
                terminal.until("base-one", fewest=1.0)
                os.write(terminal.fd, b"go\r")
                terminal.until("Step", fewest=0.5)
            else:
                terminal.until("Step", fewest=0.5)
            Path(home, LAG).unlink(missing_ok=True)
            took, share, written, by_second = terminal.stream(longest)
            time.sleep(1.2)  # the last of the samples
            late = sorted(json.loads(Path(home, LAG).read_text()))
        finally:
            terminal.close()
    p50, p99 = (late[int(len(late) * part)] for part in (0.5, 0.99))
    ended = "" if took < longest else ", not at the end"
    print(
        f"{way:<16} {took:5.1f} s{ended}  {share:.2f} of a core  "
        f"lag p50 {p50:.1f}, p99 {p99:.1f}, longest {late[-1]:.0f} ms  "
        f"{written / took / 1000:.0f} kB a second, {max(by_second) / 1000:.0f} in the busiest",
        flush=True,
    )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ways", nargs="*", default=WAYS)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    for name in ("--serve", "--run", "--folder"):
        action = "store_true" if name == "--serve" else "store"
        parser.add_argument(name, action=action, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.tokens)
    elif chosen.run:
        run(chosen.run, chosen.tokens, Path(chosen.folder))
    else:
        for way in chosen.ways:
            measure(way, chosen.tokens)
        print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
