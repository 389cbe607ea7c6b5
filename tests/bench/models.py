"""What a list of many models costs: `python -m tests.bench.models` prints the figures.

A server in a process of its own lists 5,000 fine-tuned models and the jobs that made them, in
pages of 100, and tells when it has sent the list of models. The program shows them in a terminal
of its own; keys are pressed as a person would. Nothing is asserted: times belong to the machine
they were taken on. Aims: first rows within 0.5 s of the answer, no key over 50 ms.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.datasets import spread
from tests.bench.jobs import JobsTerminal, quietly
from tests.faults.conftest import write_config
from tests.faults.server import FaultServer
from tests.lab_process import chat_lines

MODELS, FEW = 5000, 50
BASE = "gpt-4.1-mini-2025-04-14"


def model(number: int, now: int) -> dict[str, Any]:
    """Return a model; the newest has number 0."""
    return {
        "id": f"ft:{BASE}:bench:n{number:04d}:{number:08d}",
        "object": "model",
        "created": now - number * 7200,
        "owned_by": "org-bench",
    }


def job(number: int, now: int) -> dict[str, Any]:
    """Return the job that made it."""
    made = model(number, now)
    return {
        "id": f"ftjob-{number:024d}",
        "status": "succeeded",
        "model": BASE,
        "created_at": made["created"] - 900,
        "finished_at": made["created"],
        "fine_tuned_model": made["id"],
        "trained_tokens": 1_234_567,
        "training_file": f"file-{number % 50}",
    }


def serve(told: Path, count: int) -> None:
    """Serve until the standard input ends; write into `told` when the list was given out."""
    server, now = FaultServer(), int(time.time())
    listed = [{"id": BASE, "shutdown_date": "2027-01-14"}]
    listed += [model(number, now) for number in range(count)]
    server.jobs = [job(number, now) for number in range(count)]

    def give(_: dict[str, str]) -> dict[str, Any]:
        told.write_text(str(time.time()))
        return {"data": listed}

    server.lists["/models"] = give
    print(server.url, flush=True)
    sys.stdin.read()
    server.close()


@contextmanager
def serving(told: Path, count: int) -> Iterator[str]:
    """Run the server in a process of its own and give its address."""
    command = [sys.executable, "-m", "tests.bench.models", "--serve", str(told), str(count)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        assert process.stdin is not None
        process.stdin.close()


def main() -> None:
    """Print all figures, those of few models first: what many cost beside them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(Path(options.serve[0]), int(options.serve[1]))
        return
    few, many = shown(FEW), shown(MODELS)
    print(f"a key in many       {many / few:.2f} times as long as in few")


def shown(count: int) -> float:
    """Print the figures of a list of this many models; return the median of a key in ms."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        with serving(told, count) as url:
            home, file = Path(folder), Path(folder) / "one.jsonl"
            file.write_bytes(chat_lines(10))
            write_config(home, url, "timeout = 20")
            terminal = JobsTerminal(folder, file)
            try:
                return measure(terminal, told, count)
            finally:
                terminal.close()


def measure(terminal: JobsTerminal, told: Path, count: int) -> float:
    """Press the keys, print the figures, and return the median of a key in ms."""
    terminal.until("Example 1 of", fewest=1.0)
    before = terminal.cpu()
    os.write(terminal.fd, b"5")
    after_key = terminal.until("n0000:")
    after_answer = (time.time() - float(told.read_text())) * 1000
    print(f"{count:,} models")
    print(f"  first rows        {after_answer:.0f} ms after the answer was begun")
    print(f"                    {after_key:.0f} ms after the key")
    print(f"                    {terminal.cpu() - before:.0f} ms of processor time since the key")
    quietly(terminal, 6.0)
    downs = [down(terminal, number) for number in range(1, 41)]
    print(f"  down              {spread(downs)}")
    print(f"  end               {terminal.type('G', f':n{count - 1:04d}:'):.0f} ms")
    print(f"  mark              {spread([mark(terminal) for _ in range(20)])}")
    os.write(terminal.fd, b"g")
    quietly(terminal, 1.0)
    os.write(terminal.fd, b"/")
    quietly(terminal, 1.0)
    took = terminal.type(f"n{count - 1:04d} ", "1 shown")
    print(f"  filter            {took:.0f} ms after the last letter")
    print(f"  filter left       {terminal.type(chr(27), f'n{count - 2:04d}:'):.0f} ms")
    print(f"  memory            {terminal.rss():.0f} MB")
    print(f"  load              {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return statistics.median(downs)


def down(terminal: JobsTerminal, number: int) -> float:
    """Go down to a model, with a pause."""
    took = terminal.press("down", f":n{number:04d}:")
    quietly(terminal, 0.1)
    return took


def mark(terminal: JobsTerminal) -> float:
    """Mark the last row; the cursor stays."""
    took = terminal.type(" ", r"\d+ marked|fine-tuned models ")
    quietly(terminal, 0.05)
    return took


if __name__ == "__main__":
    main()
