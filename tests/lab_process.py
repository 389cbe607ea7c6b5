"""A real lab in a process of its own, for tests that talk to one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tests import forks

if TYPE_CHECKING:
    from collections.abc import Callable

    from openai import AsyncOpenAI, OpenAI
    from openai.types.fine_tuning import FineTuningJob

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]


def wait_for(condition: Callable[[], T], seconds: float = 60.0) -> T:
    """Return what the condition gives once that is true. Raises AssertionError after `seconds`.

    It looks more and more rarely: a look is mostly a request, which costs both ends something.
    """
    deadline, pause = time.monotonic() + seconds, 0.02
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {condition}")
        time.sleep(pause)
        pause = min(pause * 1.25, 0.15)
    return value


class LabProcess:
    """One lab on a free port. Start it again on the same folder as often as you like."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        self.data_dir = data_dir
        self.arguments = arguments
        self.base_url = ""
        self.api_key = ""
        self._process: forks.Forked | None = None

    def start(self) -> LabProcess:
        """Return once it serves."""
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        with (self.data_dir.parent / f"{self.data_dir.name}.stderr").open("a") as errors:
            self._process = forks.start(
                "tui.lab",
                *("--data-dir", str(self.data_dir), "--json", *self.arguments),
                stderr=errors,
                env=environment(),
            )
        return self.take(self._process)

    def take(self, process: Any) -> LabProcess:
        """Be the lab that a process runs, once it serves."""
        self._process = process
        line = process.stdout.readline()
        if not line:
            self._end()
            raise AssertionError(f"the lab did not start: {self.stderr()}")
        told = json.loads(line)
        self.base_url, self.api_key = told["base_url"], told["api_key"]
        return self

    def stop(self) -> int:
        """End it cleanly and return its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._end()

    def kill(self) -> None:
        """End it as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def wait(self, seconds: float = 60.0) -> int:
        """Wait until it ends by itself and return its exit code."""
        return self._end(seconds)

    @property
    def pid(self) -> int:
        """Return the process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Return whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def stderr(self) -> str:
        """Return all it has said on stderr."""
        return (self.data_dir.parent / f"{self.data_dir.name}.stderr").read_text()

    def client(self, **options: Any) -> OpenAI:
        """Return a client of it that never retries; close it after use."""
        from openai import OpenAI

        return OpenAI(
            **{"base_url": self.base_url, "api_key": self.api_key, "max_retries": 0, **options}
        )

    def async_client(self, **options: Any) -> AsyncOpenAI:
        """Return an async client of it that never retries; close it after use."""
        from openai import AsyncOpenAI

        return AsyncOpenAI(
            **{"base_url": self.base_url, "api_key": self.api_key, "max_retries": 0, **options}
        )

    def _end(self, seconds: float = 60.0) -> int:
        assert self._process is not None
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError("the lab did not end") from None
        finally:
            if self._process.stdout is not None:
                self._process.stdout.close()
        return code

    def __enter__(self) -> LabProcess:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.running:
            self.stop()
        elif self._process is not None:
            self._end()  # it has ended by itself, as a lab nobody uses does; its pipe is ours


def command(data_dir: Path, *arguments: str) -> list[str]:
    """Return the command that starts a lab on a folder."""
    return [sys.executable, "-m", "tui.lab", "--data-dir", str(data_dir), *arguments]


def environment() -> dict[str, str]:
    """Return an environment in which only the checkout's package is found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


def chat_lines(count: int = 12, answer: str = "Arr, {}.") -> bytes:
    """Return a small training file: chats whose answers can be learned."""
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return b"".join(
        json.dumps(
            {
                "messages": [
                    {"role": "user", "content": f"Say {words[n % 10]} {n}"},
                    {"role": "assistant", "content": answer.format(words[n % 10])},
                ]
            }
        ).encode()
        + b"\n"
        for n in range(count)
    )


def preference_lines(count: int = 10) -> bytes:
    """Return a small preference file."""
    return b"".join(
        json.dumps(
            {
                "input": {"messages": [{"role": "user", "content": f"Hello {n}"}]},
                "preferred_output": [{"role": "assistant", "content": "Good day."}],
                "non_preferred_output": [{"role": "assistant", "content": "What?"}],
            }
        ).encode()
        + b"\n"
        for n in range(count)
    )


def finished(client: OpenAI, job_id: str, status: str = "succeeded") -> FineTuningJob:
    """Wait for the end of a job, which must be `status`."""

    def ended() -> FineTuningJob | None:
        job = client.fine_tuning.jobs.retrieve(job_id)
        return job if job.status in {"succeeded", "failed", "cancelled"} else None

    job = wait_for(ended, 60)
    assert job is not None
    assert job.status == status, job.error
    return job
