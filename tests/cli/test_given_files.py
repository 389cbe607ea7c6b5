"""Files that a command is given: without end, of another kind, too large; pipes that wait."""

from __future__ import annotations

import json
import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from tests import forks
from tests.cli.test_chats_to_data import chats, home
from tests.lab_process import wait_for
from tui.services import given_files, pipes
from tui.services.errors import InputError
from tui.services.jobs.drafts import read_grader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.home import Home

__all__ = ["chats", "home"]

READ = (
    "chat --model m --messages @",
    "chat --model m --tools @ hi",
    "chat --model m --json-schema @ hi",
    "chat --model m --image @ hi",
    "compare --models m --messages @",
    "compare --models m --tools @ hi",
    "compare --models m --dataset @",
    "compare --models m --judge j --rubric @ hi",
    "chats export 1 --as chats --append --to @",
    "jobs create --training-file @ --model m",
    "files upload @",
    "check @",
    "check {data} --against @",
    "fix @",
    "redact @",
    "edit @ --shuffle",
    "dedupe @",
    "convert @",
    "split @",
    "diff @ {data}",
    "stats @",
    "tokens @",
)
PIPED = (
    "chat --model m --messages @",
    "chat --model m @",
    "compare --models m --messages @",
    "compare --models m --dataset @",
    "files upload @",
    "check @",
    "fix @",
    "convert @",
    "split @ -o a b",
    "tokens @",
)


def written(path: Path, count: int) -> Path:
    with path.open("w") as file:
        for number in range(count):
            turns = [("user", f"Which way to {number}?"), ("assistant", "Left.")]
            messages = [{"role": role, "content": text} for role, text in turns]
            file.write(json.dumps({"messages": messages}) + "\n")
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a dataset that fills a pipe; it is only read."""
    return written(tmp_path_factory.mktemp("given") / "data.jsonl", 3000)


def words_of(command: str, data: Path, given: object) -> list[str]:
    return [word.format(data=data).replace("@", str(given)) for word in command.split()]


@pytest.mark.parametrize("place", ["/dev/zero", "folder", "socketlike"])
def test_what_has_no_end_or_is_no_file_is_refused_in_a_line(
    home: Home, chats: list[str], tmp_path: Path, data: Path, place: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "socketlike").symlink_to("/dev/null")
    given = tmp_path / place  # an absolute place stands for itself
    for command in READ:
        done = home.run(*words_of(command, data, given))
        if command.startswith("convert") and place == "folder":  # it takes a folder of files
            assert "Nothing to import there" in done.stderr
        else:
            kind = "a folder" if place == "folder" else "not a regular file"
            assert f"{given} is {kind}" in done.stderr, command
        assert done.returncode == 2, command
        assert done.stderr.count("\n") == 1, command


@pytest.mark.parametrize("place", ["/dev/zero", "."])
def test_a_grader_is_a_file_with_an_end(place: str) -> None:
    with pytest.raises(InputError, match=r"is (a folder|not a regular file)"):
        read_grader(place)


@pytest.mark.parametrize("option", ["messages", "tools", "json-schema", "image"])
def test_a_huge_file_is_not_read_to_its_end(
    home: Home, tmp_path: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(1 << 40)  # it takes no room
    done = home.run("chat", "--model", "m", f"--{option}", str(huge), "hi")
    assert done.returncode == 2
    assert f"{huge} has more than " in done.stderr
    monkeypatch.setattr(given_files, "MOST_PIPED", 1000)
    with pytest.raises(InputError, match=r"pipe has more than 1.0 kB"):
        given_files.whole(iter([b"x" * 600] * 2), "pipe", "Cannot", given_files.MOST_PIPED)


@pytest.mark.parametrize("command", PIPED)
def test_waiting_for_its_input_it_can_be_ended(
    home: Home, tmp_path: Path, data: Path, command: str
) -> None:
    """The input begins and has no end; once all of it is taken, the command waits for more."""
    reading, writing = os.pipe()
    process = forks.start("tui.cli", *words_of(command, data, "-"), env=home.environ, stdin=reading)
    os.write(writing, b"[")
    wait_for(lambda: _taken(reading))
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=60)
        assert process.returncode == 143
    finally:
        process.kill()
        os.close(reading)
        os.close(writing)


def _taken(pipe: int) -> bool:
    import array
    import fcntl
    import termios

    waiting = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, waiting)
    return waiting[0] == 0


@pytest.mark.parametrize(
    "command", ["chat --model m --messages @", "compare --models m --messages @"]
)
def test_a_named_pipe_is_read_and_waited_for_until_a_signal(
    home: Home, tmp_path: Path, data: Path, command: str
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = forks.start("tui.cli", *words_of(command, data, pipe), env=home.environ)
    try:
        writer = _opened(pipe)  # it waits
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 143
        os.close(writer)
        again = forks.start("tui.cli", *words_of(command, data, pipe), env=home.environ)
        writer = _opened(pipe)
        os.write(writer, b'{"a": 1}')
        os.close(writer)
        said = again.communicate(timeout=60)[1]
    finally:
        process.kill()
    assert "holds no list of messages" in said


def _opened(pipe: Path) -> int:
    """Open a pipe for writing as soon as somebody reads it."""
    found: list[int] = []

    def opened() -> bool:
        try:
            found.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:  # nobody reads it yet
            return False
        return True

    wait_for(opened)
    return found[0]


WRITE = (
    "chats export 1 --out @",
    "fix {data} -o @",
    "redact {data} -o @",
    "edit {data} --shuffle -o @",
    "dedupe {data} -o @",
    "convert {data} -o @",
    "convert {data} --to sharegpt -o @",
    "split {data} -o @ b.jsonl",
    "tokens {data} --report @",
    "tokens {data} --per-example @",
)


def test_places_that_cannot_be_written_are_told_with_the_same_code(
    home: Home, chats: list[str], tmp_path: Path
) -> None:
    data = written(tmp_path / "data.jsonl", 60)
    for command in WRITE:
        for place in (tmp_path, "/dev/full", tmp_path / "none" / "x"):
            done = home.run(*words_of(command, data, place))
            assert done.returncode == 5, (command, done.stderr)
            assert f"{place}: " in done.stderr, command
            assert "Traceback" not in done.stderr
    assert not [*tmp_path.glob("**/*.tmp")]


@pytest.mark.parametrize("command", WRITE)
def test_a_pipe_whose_reader_stops_is_given_up_at_a_signal(
    home: Home, chats: list[str], tmp_path: Path, data: Path, command: str
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    words = words_of(command, data, pipe)
    if "export" in command or "report" in command:  # too short to fill a pipe: nobody reads it
        os.close(reader)
        ended = threading.Thread(target=pipes.give_up)
        pipes.begin()
        ended.start()
        with pytest.raises(InterruptedError):
            pipes.write_pieces(pipe, [b"x"])
        ended.join()
        return
    process = forks.start("tui.cli", *words, env=home.environ)
    try:
        wait_for(lambda: not _taken(reader))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 143
    finally:
        process.kill()
        os.close(reader)


def test_a_pipe_closed_by_its_reader_is_told(home: Home, tmp_path: Path, data: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def look_and_go() -> None:
        with pipe.open("rb") as file:
            file.read(10)

    reader = threading.Thread(target=look_and_go)
    reader.start()
    done = home.run("fix", str(data), "-o", str(pipe))
    reader.join(timeout=60)
    assert done.returncode == 5
    assert "Broken pipe" in done.stderr


@pytest.fixture(autouse=True)
def _pipes() -> Iterator[None]:
    yield
    pipes.begin()
