"""The user's place: one private file, written when it changes, read whatever stands in it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tui.services.session.holder import Holder
from tui.services.session.session import Session

if TYPE_CHECKING:
    from pathlib import Path

STATE: dict[str, Any] = {"mode": "chat", "screens": {"datasets": {"path": "/a", "row": 3}}}


def kept(folder: Path, state: dict[str, Any]) -> Path:
    one = Session(folder)
    assert one.load() == {}
    one.put(state)
    one.close()
    return folder / "session.json"


def test_it_comes_back_and_is_written_only_when_it_changes(tmp_path: Path) -> None:
    path = kept(tmp_path / "state", STATE)
    assert path.stat().st_mode & 0o777 == 0o600
    one = Session(path.parent)
    assert one.load() == {"version": 1, **STATE}
    before = path.stat()
    called: list[int] = []

    def row() -> int:
        called.append(1)
        return 3

    one.put({"mode": "chat", "screens": {"datasets": {"path": "/a", "row": row}}})
    one.flush()
    assert called
    assert path.stat().st_ino == before.st_ino  # the same, so nothing was written
    one.put({**STATE, "mode": "jobs"})
    one.flush()
    assert json.loads(path.read_text())["mode"] == "jobs"
    one.close()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b"\xff\xfe", b"null", b'{"screens": 3, "version": 99, "mode": []}'],
)
def test_what_is_damaged_or_of_another_version_is_read_as_far_as_it_goes(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "session.json").write_bytes(content)
    one = Session(tmp_path)
    assert isinstance(one.load(), dict)
    one.put(STATE)
    one.close()
    assert json.loads((tmp_path / "session.json").read_text())["mode"] == "chat"


def test_of_two_programs_the_first_keeps_the_place(tmp_path: Path) -> None:
    path = kept(tmp_path, STATE)
    first, second = Session(tmp_path), Session(tmp_path)
    assert first.load()
    assert second.load() == {}
    assert second.held_back
    assert second.other is not None
    assert (second.other.pid, second.other.is_here) == (os.getpid(), False)  # no other process
    second.put({"mode": "jobs"})
    second.flush()
    assert json.loads(path.read_text())["mode"] == "chat"
    first.close()
    assert second.take()  # the first has ended
    second.close()
    assert json.loads(path.read_text())["mode"] == "jobs"


def test_a_lock_left_by_a_kill_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "session.lock").write_bytes(b'{"pid": 1, "host": "elsewhere", "since": 0}')
    one = Session(tmp_path)
    one.load()
    assert not one.held_back
    one.close()


@pytest.mark.parametrize("data", [b"", b"{}", b'{"pid": -1, "host": "a"}', b'{"pid": "x"}', b"["])
def test_what_names_nobody_is_no_holder(data: bytes) -> None:
    assert Holder.parse(data) is None


def test_a_holder_is_told_with_its_machine() -> None:
    me = Holder.me()
    assert Holder.parse(me.data) == me
    assert f"process {me.pid}, since " in me.words
    assert Holder(7, "other-box", 0.0).words == "process 7 on other-box"


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    one = Session(tmp_path / "state")
    assert one.load() == {}
    one.put(STATE)
    one.close()
