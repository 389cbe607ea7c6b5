"""What watching many jobs costs: `python -m tests.bench.jobs` prints the figures.

A server in a process of its own lists 1,000 jobs, 20 of which run and make a step a second. The
program shows them in a terminal of its own; keys are pressed as a person would. Nothing is
asserted: times belong to the machine they were taken on. Aims: under 5 % of one core, no key
press over 50 ms.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.datasets import Terminal, spread
from tests.faults.conftest import write_config
from tests.faults.server import FaultServer, page
from tests.lab_process import chat_lines

JOBS, RUNNING = 1000, 20
BEGAN = 100  # steps a running job has made when the server starts


def job(number: int, now: int) -> dict[str, Any]:
    """Return a job as OpenAI writes it; half of those that run are new, half are older."""
    runs = number >= JOBS - RUNNING // 2 or (number % 97 == 0)
    status = "running" if runs else ("failed" if number % 11 == 0 else "succeeded")
    at = now - (JOBS - number) * 600
    return {
        "id": f"ftjob-{number:024d}",
        "object": "fine_tuning.job",
        "status": status,
        "model": "gpt-4.1-mini-2025-04-14",
        "created_at": at,
        "finished_at": None if runs else at + 900,
        "fine_tuned_model": None if status != "succeeded" else f"ft:gpt-4.1-mini:me:n{number}:x",
        "user_provided_suffix": f"n{number:04d}",
        "training_file": "file-1",
        "validation_file": "file-2",
        "trained_tokens": None if runs else 1_234_567,
        "hyperparameters": {"n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 1.8},
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
        "seed": 42,
        "error": {},
        "metadata": {"team": "bench", "run": str(number)},
        "result_files": [] if runs else ["file-3"],
        "organization_id": "org-bench",
    }


def events(number: int, seconds: float) -> list[dict[str, Any]]:
    """Return the events of a running job after some seconds, newest first."""
    return [
        {
            "id": f"ftevent-{number}-{step}",
            "object": "fine_tuning.job.event",
            "created_at": int(time.time()) - (BEGAN + int(seconds) - step),
            "level": "info",
            "type": "metrics",
            "message": f"Step {step}/9000: training loss={2 / (1 + step / 50):.3f}",
            "data": {"step": step, "total_steps": 9000, "train_loss": 2 / (1 + step / 50)},
        }
        for step in range(BEGAN + int(seconds), 0, -1)
    ]


def serve() -> None:
    """Serve until the standard input ends."""
    server, began, now = FaultServer(), time.monotonic(), int(time.time())
    server.jobs = [job(number, now) for number in range(JOBS, 0, -1)]
    for number, one in ((JOBS - at, one) for at, one in enumerate(server.jobs)):
        path = f"/fine_tuning/jobs/{one['id']}"
        server.lists[f"{path}/events"] = lambda query, number=number: page(
            events(number, time.monotonic() - began), query
        )
        server.lists[f"{path}/checkpoints"] = lambda query: page([], query)
    print(server.url, sum(one["status"] == "running" for one in server.jobs), flush=True)
    sys.stdin.read()
    server.close()


@contextmanager
def serving() -> Iterator[str]:
    """Run the server in a process of its own and give its address."""
    command = [sys.executable, "-m", "tests.bench.jobs", "--serve"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[0]
        assert process.stdin is not None
        process.stdin.close()


def quietly(terminal: JobsTerminal, seconds: float) -> tuple[float, int]:
    """Return the share of one core and the bytes written in some seconds without a key."""
    cpu, start, written = terminal.cpu(), time.perf_counter(), 0
    while (left := start + seconds - time.perf_counter()) > 0:
        written += terminal.read(left)
    return (terminal.cpu() - cpu) / (seconds * 1000), written


class JobsTerminal(Terminal):
    """A terminal that can also be listened to for some time."""

    def read(self, seconds: float) -> int:
        """Read what comes within some seconds; return how many bytes came at once."""
        import os
        import select

        ready = select.select([self.fd], [], [], seconds)[0]
        return len(os.read(self.fd, 1 << 16)) if ready else 0


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    at_rest(options.seconds)
    with tempfile.TemporaryDirectory() as folder, serving() as url:
        home, file = Path(folder), Path(folder) / "one.jsonl"
        file.write_bytes(chat_lines(10))
        write_config(home, url, "timeout = 10")
        terminal = JobsTerminal(folder, file)
        try:
            measure(terminal, options.seconds)
        finally:
            terminal.close()


def at_rest(seconds: float) -> None:
    """Print what is written while all jobs have ended and nobody presses a key."""
    import os

    server, now = FaultServer(), int(time.time())
    server.jobs = [{**job(1, now), "status": "succeeded"}]
    events_of = f"/fine_tuning/jobs/{server.jobs[0]['id']}"
    for part in ("events", "checkpoints"):
        server.lists[f"{events_of}/{part}"] = lambda query: page([], query)
    server.lists["/files"] = lambda query: page([], query)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.jsonl"
        file.write_bytes(chat_lines(10))
        write_config(Path(folder), server.url, "timeout = 10")
        terminal = JobsTerminal(folder, file)
        try:
            terminal.until("Example 1 of", fewest=1.0)
            for key, words, name in ((b"3", "1 job", "Jobs"), (b"6", "No files", "Files")):
                os.write(terminal.fd, key)
                terminal.until(words)
                quietly(terminal, 5.0)
                lasts = max(seconds, 70.0)  # past the list asked for once a minute
                share, written = quietly(terminal, lasts)
                print(
                    f"at rest, {name:<10} {written} bytes in {lasts:.0f} s, {share:.2%} of a core"
                )
        finally:
            terminal.close()
            server.close()


def measure(terminal: JobsTerminal, seconds: float) -> None:
    """Press the keys and print the figures."""
    import os

    terminal.until("Example 1 of", fewest=1.0)
    os.write(terminal.fd, b"3")
    print(f"1,000 jobs after    {terminal.until('1,000 jobs'):.0f} ms")
    quietly(terminal, 8.0)
    share, written = quietly(terminal, seconds)
    print(f"polling             {share:.1%} of one core, {written / seconds:.0f} bytes a second")
    times = []
    for number in range(JOBS - 1, JOBS - 61, -1):
        times.append(terminal.press("down", f"n{number:04d}"))
        quietly(terminal, 0.15)
    print(f"down                {spread(times)}")
    quietly(terminal, 3.0)
    times = []
    for number in range(JOBS - 61, JOBS - 121, -1):
        times.append(terminal.press("down", f"n{number:04d}"))
    print(f"down, held          {spread(times)}")
    cpu = terminal.cpu()
    for number in range(JOBS - 121, JOBS - 181, -1):
        terminal.press("down", f"n{number:04d}")
    print(f"processor time      {(terminal.cpu() - cpu) / 60:.0f} ms a key, polls between included")
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"memory              {terminal.rss():.0f} MB")


if __name__ == "__main__":
    main()
