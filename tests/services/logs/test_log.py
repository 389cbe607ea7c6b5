"""The log: one line an entry, keys masked, rotated, its owner's alone, shared by programs."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import pytest

from tests.home import Home
from tests.limits import largest_file
from tui.core.text.log_lines import LogEntry, at_least, parse_log
from tui.core.text.masking import learn
from tui.services.errors import InputError
from tui.services.logs import writing
from tui.services.logs.reading import LogReader
from tui.services.logs.writing import Log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger("tui.tests.log")
KEY = "sk-proj-log-0123456789abcdef"


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Log]:
    """Give a log that is written in the folder for logs of a home."""
    one = Log(tmp_path / "logs", {})
    one.begin()
    yield one
    one.end()


def entries(one: Log) -> list[LogEntry]:
    one.end()  # all of it is written then
    return [*LogReader(one.path).read(100_000)]


def test_an_entry_is_read_as_it_was_written_without_keys_and_controls(logged: Log) -> None:
    learn(KEY)
    log.debug("not at this level")
    log.info("asks with %s\nand \x1b[31mred", KEY)
    try:
        {}[KEY]
    except KeyError:
        log.exception("failed")
    first, second = entries(logged)
    assert first.text == "asks with ••••\nand ␛[31mred"
    assert (first.level, first.source, second.level) == ("INFO", "tui.tests.log", "ERROR")
    assert second.text.splitlines()[-1] == "KeyError: '••••'"
    assert KEY not in logged.path.read_text()
    assert logged.path.stat().st_mode & 0o077 == 0
    assert [one.level for one in at_least([first, second], "WARNING")] == ["ERROR"]
    assert parse_log(["the end of an entry", *second.line.split("\n")]) == [second]


def test_it_is_rotated_and_two_programs_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LARGEST", 4_000)
    monkeypatch.setattr(writing, "KEPT", 50)
    monkeypatch.setattr("tui.services.logs.reading.KEPT", 50)
    files = [writing._File(tmp_path / "finetui.log") for _ in range(2)]
    for number in range(300):
        record = logging.LogRecord("tui.x", logging.INFO, "", 0, "entry %d", (number,), None)
        for one in files:
            one.setFormatter(writing._Lines())
            one.handle(record)
    for one in files:
        one.close()
    found = [int(one.text.split()[1]) for one in LogReader(tmp_path / "finetui.log").read(1_000)]
    assert sorted(found) == sorted([*range(300), *range(300)])
    assert len([*tmp_path.glob("finetui.log.?*")]) > 5
    assert all(path.stat().st_size < 4_500 for path in tmp_path.glob("finetui.log*"))


def test_a_folder_that_cannot_be_written_is_done_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("a file")
    one = Log(tmp_path / "logs", {})
    one.begin()
    log.warning("said to nobody")
    one.end()
    assert capsys.readouterr() == ("", "")
    with pytest.raises(InputError, match="Not a directory"):
        LogReader(one.path).read(1)


def test_a_full_disk_stops_nothing_and_is_written_to_again(tmp_path: Path) -> None:
    one = Log(tmp_path, {})
    one.begin()
    with largest_file(1000):
        for number in range(50):
            log.warning("entry %d", number)
        one.end()
    one.begin()
    log.warning("room again")
    one.end()
    assert "room again" in one.path.read_text()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("bad key sk-proj-Of-Somebody-Else_1234567890.", "bad key ••••."),
        ("auth Bearer abcdefgh12345678, x", "auth Bearer ••••, x"),
        ("at http://me:secret1@host/v1?key=abcdefgh&x=1", "at http://••••@host/v1?key=••••&x=1"),
        ("ft:lab-small:lab::a1 sk-learn-is-a-name-of-code", None),
        ("basic needs, http://127.0.0.1:8000/v1", None),
    ],
)
def test_what_looks_like_a_key_is_not_written(text: str, masked: str | None) -> None:
    record = logging.makeLogRecord({"msg": text, "levelname": "INFO"})
    assert writing._Lines().format(record).endswith(masked or text)


def test_commands_log_what_changes_something_at_a_provider(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.run("profiles", "add", "test", "base_url=http://127.0.0.1:9/v1")
    home.run("profiles", "list")
    assert not (tmp_path / "logs").exists()
    home.run("--profile", "test", "files", "delete", "file-1", "--yes")
    first, *others = [one["text"] for one in home.json("log", "tail")["entries"]]
    assert f"files delete as process {os.getpid()}: profile test" in first
    assert any(one.startswith("DELETE /files/file-1") for one in others)


def test_the_command_prints_where_it_is_and_its_end(logged: Log, tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.json("log", "path") == {"path": str(logged.path), "exists": logged.path.exists()}
    for number in range(5):
        log.info("entry %d", number)
    log.error("the last one")
    logged.end()
    assert home.run("log", "tail", "-n", "2").stdout.split(": ", 1)[1].startswith("entry 4")
    told = home.json("log", "tail", "--level", "warning")["entries"]
    assert [(one["level"], one["text"]) for one in told] == [("ERROR", "the last one")]
    assert home.run("log", "tail", "--follow", "--json").returncode == 2
