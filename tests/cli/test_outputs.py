"""Where results go: a pipe that is closed, a full disk, a device; and what comes from a pipe."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

from tests import forks
from tests.home import Home
from tests.lab_process import chat_lines

COMMANDS = (
    ("check", "FILE"),
    ("check", "FILE", "--json"),
    ("fix", "FILE"),
    ("redact", "FILE"),
    ("edit", "FILE", "--shuffle"),
    ("dedupe", "FILE"),
    ("convert", "FILE"),
    ("diff", "FILE", "FILE"),
    ("stats", "FILE"),
    ("split", "FILE", "--dry-run"),
    ("tokens", "FILE", "--per-example", "-"),
    ("--help",),
    ("--version",),
    ("check", "--help"),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(chat_lines(12))
    return path


def run(home: Home, words: tuple[str, ...], rows: Path, **streams: object) -> tuple[int, str]:
    """Run a command with its own streams; return its exit code and what it says."""
    asked = [str(rows) if word == "FILE" else word for word in words]
    done = forks.run("tui.cli", *asked, env=home.environ, **streams)
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_pipe_that_nobody_reads_ends_it_silently(
    home: Home, rows: Path, words: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        code, said = run(home, words, rows, stdout=writing)
    finally:
        os.close(writing)
    assert code == 5
    assert "rror" not in said
    assert "finetui:" not in said


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="only Linux has it")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_full_disk_is_told(home: Home, rows: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        code, said = run(home, words, rows, stdout=full)
    assert code == 5
    assert "Cannot write the output: No space left on device" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "words",
    [
        ("fix", "FILE", "-o"),
        ("redact", "FILE", "-o"),
        ("edit", "FILE", "--shuffle", "-o"),
        ("convert", "FILE", "-o"),
        ("tokens", "FILE", "--report"),
        ("tokens", "FILE", "--per-example"),
        ("tokens", "FILE", "--svg"),
    ],
    ids=" ".join,
)
def test_another_place_is_written_or_has_the_same_code(
    home: Home, rows: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    nowhere = str(tmp_path / "none" / "out")
    code, said = run(home, (*words, nowhere), rows, stdout=subprocess.DEVNULL)
    assert code == 5
    assert f"{nowhere}: No such file or directory" in said
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    code, said = run(home, (*words, str(pipe)), rows, stdout=subprocess.DEVNULL)
    reader.join(timeout=60)
    assert code == 0, said
    assert got
    assert got[0]
    assert pipe.is_fifo(), "it was written to, not replaced by a file"


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (("convert", "FILE"), 1),
        (("fix", "FILE"), 1),
        (("redact", "FILE"), 1),
        (("dedupe", "FILE"), 1),
        (("edit", "FILE", "--shuffle"), 1),
        (("split", "FILE", "--validation", "1"), 2),
        (("models", "export"), 1),
    ],
)
def test_a_file_that_exists_is_replaced_only_after_a_yes(
    home: Home, rows: Path, tmp_path: Path, words: tuple[str, ...], files: int
) -> None:
    targets = [tmp_path / f"out {n}" for n in range(files)]
    targets[-1].write_text("mine")
    asked = [str(rows) if word == "FILE" else word for word in words]
    done = home.run(*asked, "-o", *map(str, targets))
    assert done.returncode == 2
    assert "The file exists" in done.stderr
    assert "--yes to replace it" in done.stderr
    assert targets[-1].read_text() == "mine"
    if files == 2:
        assert not targets[0].exists(), "one part alone"
    assert home.run(*asked, "-o", *map(str, targets), "--yes").returncode == 0
    assert targets[-1].read_text() != "mine"
    before = rows.read_bytes()
    if "FILE" in words:
        itself = home.run(*asked, "-o", *map(str, [*targets[1:], rows]), "--yes")
        assert (itself.returncode, rows.read_bytes()) == (2, before)
        assert "is the input" in itself.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("convert", "FILE", "--to", "sharegpt"),
        ("fix", "FILE"),
        ("edit", "FILE", "--shuffle"),
        ("models", "export"),
    ],
    ids=" ".join,
)
def test_a_hyphen_is_standard_output(
    home: Home, rows: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    asked = [str(rows) if word == "FILE" else word for word in words]
    plain, named = home.spawn(*asked, cwd=tmp_path), home.spawn(*asked, "-o", "-", cwd=tmp_path)
    assert (named.returncode, named.stdout) == (plain.returncode, plain.stdout)
    assert named.stdout
    assert not (tmp_path / "-").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("convert", "FILE", "--dropped", "-"),
        ("split", "FILE", "-o", "-", "x.jsonl"),
        ("tokens", "FILE", "--report", "-"),
        ("tokens", "FILE", "--svg", "-"),
        ("tokens", "FILE", "--png", "-"),
    ],
    ids=" ".join,
)
def test_a_hyphen_where_only_a_file_will_do_is_refused(
    home: Home, rows: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    asked = [str(rows) if word == "FILE" else word for word in words]
    done = home.spawn(*asked, cwd=tmp_path)
    assert done.returncode == 2
    assert "- is not a file" in done.stderr
    assert {one.name for one in tmp_path.iterdir()} <= {"home", "rows.jsonl"}


@pytest.mark.parametrize(
    ("words", "key"),
    [(("check", "-"), "examples"), (("tokens", "-"), "examples"), (("stats", "-"), "examples")],
)
def test_standard_input_is_a_file(home: Home, rows: Path, words: tuple[str, ...], key: str) -> None:
    done = home.spawn(*words, "--json", stdin=rows.read_text())
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["files"]
    assert (one["path"], one[key]) == ("-", 12)
    again = home.spawn("check", "-", "-", stdin=rows.read_text())
    assert again.returncode == 2
    assert "only once" in again.stderr
    against = home.spawn("check", str(rows), "--against", "-", stdin=rows.read_text())
    assert "leakage" in against.stdout


def test_standard_input_can_be_sent(home: Home, rows: Path) -> None:
    secret = rows.read_text().replace("{", '{"key": "sk-proj-4f9AexampleNotARealKey0000", ', 1)
    config = home.path / "config"
    config.mkdir(parents=True)
    config.joinpath("config.toml").write_text(
        '[profiles.far]\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "k"\n'
    )
    asked = ("files", "upload", "-", "--purpose", "user_data", "--profile", "far")
    done = home.spawn(*asked, stdin=secret)
    assert done.returncode == 4
    assert "holds secrets: 1 × API key" in done.stderr
    assert home.spawn(*asked, stdin=rows.read_text()).returncode == 3  # nobody answers there


def test_tokens_are_counted_where_nothing_can_be_kept(home: Home, rows: Path) -> None:
    home.path.mkdir()
    for name in ("cache", "data"):
        (home.path / name).write_bytes(b"")  # a file is no folder, for root neither
    done = home.spawn("tokens", str(rows), "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["files"][0]["examples"] == 12
    assert document["budget"] is None
    assert done.stderr.count("\n") == 1, "one note"
    assert "counts are not kept for the next time" in done.stderr
    assert "the budget is not known" in done.stderr
