"""Output that nobody reads: the command waits for its reader, and ends with the first signal."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import termios
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.forks import DEVNULL
from tests.lab_process import chat_lines, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.forks import Forked
    from tests.home import Home

ENDS = [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    try:
        yield read, write
    finally:
        os.close(read)
        os.close(write)


def waiting_in(read: int) -> int:
    """Return how many bytes nobody has read yet."""
    return int(struct.unpack("i", fcntl.ioctl(read, termios.FIONREAD, bytes(4)))[0])


@pytest.fixture
def data(tmp_path: Path) -> str:
    path = tmp_path / "d.jsonl"
    asked = {"role": "user", "content": "word " * 20}
    rows = [{"messages": [asked, {"role": "assistant", "content": str(n)}]} for n in range(3000)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def ended_by(process: Forked, number: int) -> int:
    process.send_signal(number)
    try:
        return process.wait(60)
    finally:
        process.kill()
        process.close_streams()


@pytest.mark.parametrize(("number", "code"), ENDS)
@pytest.mark.parametrize("command", ["convert", "diff", "diff --json"])
def test_the_first_signal_ends_a_command_whose_output_is_not_read(
    home: Home, data: str, tmp_path: Path, command: str, number: int, code: int
) -> None:
    other = tmp_path / "other.jsonl"
    other.write_bytes(chat_lines(1))
    words = {
        "convert": ("convert", data, "--to", "sharegpt"),
        "diff": ("diff", data, str(other)),
        "diff --json": ("diff", data, str(other), "--json"),
    }[command]
    with pipe() as (read, write):
        capacity = fcntl.fcntl(write, fcntl.F_GETPIPE_SZ)
        process = home.start(*words, stdout=write)
        wait_for(lambda: waiting_in(read) > capacity // 2)
        assert ended_by(process, number) == code


@pytest.mark.parametrize(("number", "code"), ENDS)
def test_the_first_signal_ends_a_command_whose_remarks_are_not_read(
    home: Home, data: str, number: int, code: int
) -> None:
    with pipe() as (read, write):
        # Room for the first remark, and not for the second.
        full = fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096) - 70
        os.write(write, bytes(full))
        process = home.start("convert", data, "--to", "sharegpt", stdout=DEVNULL, stderr=write)
        wait_for(lambda: waiting_in(read) > full)
        assert ended_by(process, number) == code
