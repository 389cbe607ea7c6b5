"""Text from outside is only text on the command line: to a terminal, in a pipe, as JSON."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import re
import sys
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exploring import tried
from tests.faults.conftest import write_config
from tests.home import Home
from tests.hostile import HOSTILE, HostileServer, Speaker, hostile_dataset, unsafe
from tests.served import served
from tui.cli import main
from tui.cli.output import Output
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Terminal(io.StringIO):
    """A stream that says it is a terminal, and encodes as one does."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say so."""
        return True


@contextlib.contextmanager
def terminal() -> Iterator[tuple[Terminal, Terminal]]:
    """Let both streams be terminals."""
    out, err = Terminal(), Terminal()
    with mock.patch.object(sys, "stdout", out), mock.patch.object(sys, "stderr", err):
        yield out, err


@tried(60)
@given(st.lists(HOSTILE, min_size=8, max_size=16))
def test_every_way_of_printing(texts: list[str]) -> None:
    with terminal() as (out, err):
        plain = Output(as_json=False)
        plain.table(("a", "b"), [*itertools.pairwise(texts)])
        for text in texts:
            plain.line(text)
            plain.piece(text)
            plain.note(text)
            plain.say(ServiceError(text, text, text, request_id=text))
            plain.traceback(ValueError(text))
    for stream in (out, err):
        assert unsafe(stream.getvalue(), "\n\t") == []
        stream.getvalue().encode()
    with terminal() as (out, _):
        Output(as_json=True).document({"": texts})
    assert unsafe(out.getvalue(), "\n") == []
    assert json.loads(out.getvalue()) == json.loads(json.dumps({"": texts}))


hostile = served(HostileServer, scope="module")


@pytest.fixture
def home(tmp_path: Path, hostile: HostileServer) -> Home:
    write_config(tmp_path / "home", hostile.url, "timeout = 30")
    return Home(tmp_path / "home")


def check(home: Home, *words: str) -> None:
    """Run a command on a terminal, and with --json; judge all that it writes."""
    with terminal() as (out, err):
        environ = mock.patch.dict("os.environ", home.environ, clear=True)
        with environ, contextlib.suppress(SystemExit):
            main(words)
        progress = "\r" if words[0] == "compare" else ""
        assert unsafe(out.getvalue() + err.getvalue(), f"\n\t{progress}") == [], words
        assert "Traceback" not in err.getvalue(), words
        assert out.getvalue() or err.getvalue()
        out.getvalue().encode()
        err.getvalue().encode()
    done = home.run(*words, "--json")
    assert unsafe(done.stdout + done.stderr, "\n") == [], words
    assert "Traceback" not in done.stderr, words
    json.loads(done.stdout)


def test_what_a_provider_says(home: Home, hostile: HostileServer) -> None:
    job = hostile.jobs[0]["id"]
    for words in ("models list", "files list", "jobs list", "chats list", "jobs unanswered"):
        check(home, *words.split())
    for words in ("show", "checkpoints", "events", "metrics", "result", "cancel", "pause"):
        check(home, "jobs", words, job)
    model = hostile.lists["/models"]({})["data"][0]["id"]
    check(home, "models", "show", model)
    check(home, "models", "show", "none\u202e\x1b[2J")
    check(home, "models", "board")
    check(home, "models", "prune", "--older-than", "1d", "--dry-run")
    for format_ in ("csv", "json", "md"):
        check(home, "models", "export", "--format", format_)
    check(home, "chat", "--model", model, "hi")
    check(home, "compare", "--models", f"a\x1b[2J,{'b' * 3}\u202e", "hi \x1b[2J", "--yes")


def test_what_a_file_holds(home: Home, tmp_path: Path) -> None:
    named = tmp_path / "d\x1b[31m\u202e[@click=app.evil]\udc9b.jsonl"
    file = str(hostile_dataset(named, Speaker(3), 24))
    other = str(hostile_dataset(tmp_path / "other\u202e.jsonl", Speaker(4), 8))
    for words in ("check", "stats", "tokens", "near", "split"):
        check(home, words, file, *(["--dry-run"] if words == "split" else []))
    check(home, "diff", file, other)
    check(home, "fix", file, "-o", str(tmp_path / "fixed\x9b\u202e.jsonl"))
    check(home, "check", str(tmp_path / "none\x1b[2J\u202e.jsonl"))


def test_ten_megabytes_in_a_line(home: Home, tmp_path: Path) -> None:
    long = json.dumps("\x1b[2J\u202e[@click=app.evil]" * 400_000, ensure_ascii=False)
    turns = f'[{{"role":"user","content":{long}}},{{"role":"assistant","content":"a"}}]'
    file = tmp_path / "long.jsonl"
    file.write_text(f'{{"messages":{turns}}}\n')
    assert file.stat().st_size > 10_000_000
    check(home, "check", str(file))
    assert re.search(r"1 example", home.run("stats", str(file)).stdout)
