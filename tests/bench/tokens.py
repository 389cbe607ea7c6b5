"""Counting one file in every way, each in processes of its own, and how the times compare.

    python -m tests.bench.tokens FILE [--skip notebook]

The sides: ours cold (nothing remembered) and ours again (all remembered), a bare loop of orjson
and gigatoken and a plain one of orjson and tiktoken on one core, and the loop of OpenAI's
notebook. Wall time from the start of the process to its end, and processor time and peak memory
of it and its children together.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

SIDES = ("ours", "again", "bare", "plain", "notebook")


def plain(path: Path) -> tuple[int, int]:
    """Count with orjson and tiktoken, line by line: the script people write."""
    import orjson

    from tui.services.tokens.vocabularies import encoder

    encode = encoder("o200k_base").encode
    examples = tokens = 0
    with path.open("rb") as file:
        for line in file:
            examples += 1
            tokens += 3
            for message in orjson.loads(line)["messages"]:
                tokens += 3
                for key, value in message.items():
                    if isinstance(value, str):
                        tokens += len(encode(value)) + (key == "name")
                for call in message.get("tool_calls") or ():
                    function = call["function"]
                    tokens += len(encode(function["name"])) + len(encode(function["arguments"]))
    return examples, tokens


def bare(path: Path) -> tuple[int, int]:
    """Count with orjson and gigatoken, many lines at once: the fastest script there is."""
    import orjson

    from tui.services.tokens.counting.encoders import FastCounter

    counter = FastCounter("o200k_base")
    examples = tokens = 0
    texts: list[str] = []
    with path.open("rb") as file:
        for line in file:
            examples += 1
            tokens += 3
            for message in orjson.loads(line)["messages"]:
                tokens += 3 + ("name" in message)
                texts += [value for value in message.values() if isinstance(value, str)]
                for call in message.get("tool_calls") or ():
                    function = call["function"]
                    texts += [function["name"], function["arguments"]]
            if len(texts) > 10_000:
                tokens += sum(counter.counts(texts))
                texts.clear()
    return examples, tokens + sum(counter.counts(texts))


def notebook(path: Path) -> tuple[int, int]:
    """Count as "Data preparation and analysis for chat model fine-tuning" does, whole."""
    from tui.services.tokens.vocabularies import encoder

    encode = encoder("o200k_base").encode
    with path.open(encoding="utf-8") as file:
        dataset = [json.loads(line) for line in file]
    wrong = 0
    for example in dataset:
        for message in example["messages"]:
            wrong += "role" not in message or "content" not in message
            wrong += any(
                key not in {"role", "content", "name", "function_call", "weight"} for key in message
            )
            wrong += message.get("role") not in {"system", "user", "assistant", "function"}
    lengths, answers, counts = [], [], []
    for example in dataset:
        messages = example["messages"]
        counts.append(len(messages))
        total = 3
        for message in messages:
            total += 3
            for key, value in message.items():
                if isinstance(value, str):
                    total += len(encode(value)) + (key == "name")
        lengths.append(total)
        answers.append(
            sum(
                len(encode(message["content"]))
                for message in messages
                if message["role"] == "assistant" and isinstance(message.get("content"), str)
            )
        )
    return len(lengths), sum(lengths)


def ours(path: Path) -> tuple[int, int]:
    """Count as the program does, with the cache under $FINETUI_HOME."""
    from tui.services.settings.locations import Locations
    from tui.services.tokens.service import TokenService
    from tui.services.workers import Pool

    async def count() -> tuple[int, int]:
        began = time.perf_counter()
        workers = Pool()
        service = TokenService(workers, locations=Locations.standard(os.environ))
        gaps = [0.0]

        async def tick() -> None:
            while True:
                at = time.perf_counter()
                await asyncio.sleep(0.005)
                gaps.append(time.perf_counter() - at - 0.005)

        ticking = asyncio.create_task(tick())
        memory = [0]
        over = threading.Event()
        threading.Thread(target=weigh, args=(workers, memory, over), daemon=True).start()
        report = await service.report_file(str(path), "gpt-4.1")
        done = time.perf_counter() - began
        ticking.cancel()
        over.set()
        peaks = [_memory(pid, "VmHWM") for pid in (*workers.processes, os.getpid())]
        await service.close()
        workers.close()
        print(
            f"  report after {done:.2f} s, "
            f"longest stall {max(gaps) * 1000:.0f} ms, all processes {max(memory)} MB "
            f"(their peaks, with what they share in each: {sum(peaks)} MB), "
            f"by {report.counter or 'memory'}",
            file=sys.stderr,
        )
        return report.examples, report.context_total

    def weigh(workers: Pool, memory: list[int], over: threading.Event) -> None:
        """Note how much memory all processes hold together, what they share counted once."""
        while not over.wait(0.1):
            pids = (*workers.processes, os.getpid())
            memory.append(sum(_memory(pid, "Pss", "smaps_rollup") for pid in pids))

    return asyncio.run(count())


def _memory(pid: int, what: str, file: str = "status") -> int:
    """Return a memory figure of a process in MB; 0 where the system does not tell."""
    try:
        told = Path(f"/proc/{pid}/{file}").read_text().partition(f"{what}:")[2]
    except OSError:
        return 0
    return int(told.split()[0]) // 1024 if told else 0


def measure(side: str, path: Path, home: str) -> dict[str, Any]:
    """Run one side in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.tokens", str(path), "--one", side]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    ran = subprocess.run(
        command, env={**os.environ, "FINETUI_HOME": home}, stdout=subprocess.PIPE, check=True
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told: dict[str, Any] = json.loads(ran.stdout)
    return told | {"wall": wall, "cpu": cpu}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--skip", action="append", default=[], choices=SIDES)
    parser.add_argument("--one", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run = {"bare": bare, "plain": plain, "notebook": notebook}.get(options.one, ours)
        examples, tokens = run(options.path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak //= 1024 if sys.platform != "darwin" else 1024 * 1024
        print(json.dumps({"examples": examples, "tokens": tokens, "mb": peak}))
        return
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as home:
        for side in SIDES:
            if side not in options.skip:
                found[side] = measure(side, options.path, home)
                print(
                    f"{side:9} {found[side]['wall']:7.2f} s  {found[side]['cpu']:7.2f} s cpu  "
                    f"{found[side]['mb']:5} MB  {found[side]['tokens']:,} tokens  "
                    f"load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
    # The notebook does not look into tool calls.
    if len({told["tokens"] for side, told in found.items() if side != "notebook"}) > 1:
        raise SystemExit("the sides do not count alike")
    for side in ("bare", "plain", "notebook"):
        for mine in ("ours", "again"):
            if side in found and mine in found:
                wall, cpu = (found[side][key] / found[mine][key] for key in ("wall", "cpu"))
                print(f"{mine} is {wall:.1f} times as fast as {side} ({cpu:.1f} by cpu)")


if __name__ == "__main__":
    main()
