"""The user's place: one private file, written when it changes, read whatever stands in it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.limits import largest_file
from tui.services.session.holder import Holder
from tui.services.session.session import Session
from tui.services.settings.state_trouble import StateTrouble
from tui.services.settings.typed_texts import TypedTexts

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


def test_a_damaged_file_is_kept_beside_and_told_once(tmp_path: Path) -> None:
    told: list[str] = []
    trouble = StateTrouble()
    trouble.follow(told.append)
    for content, name in ((b"{", "session.json.damaged"), (b"[1]", "session.json.damaged2")):
        (tmp_path / "session.json").write_bytes(content)
        one = Session(tmp_path, trouble)
        assert one.load() == {}
        one.put(STATE)
        one.close()
        assert (tmp_path / name).read_bytes() == content
    path = tmp_path / "session.json"
    assert told == [
        f"Where you were is not known: {path} cannot be read (it is damaged). "
        "It is kept as session.json.damaged."
    ]
    assert Session(tmp_path / "none yet", trouble).load() == {}
    assert len(told) == 1


@pytest.mark.parametrize("kept", ["session", "typed"])
def test_a_full_disk_is_told_once_and_written_when_it_has_room(tmp_path: Path, kept: str) -> None:
    told: list[str] = []
    trouble = StateTrouble()
    session, typed = Session(tmp_path, trouble), TypedTexts(tmp_path / "typed", trouble)
    session.load()
    state: dict[str, Any] = {"mode": "x" * 9000}
    session.put(state)
    typed._texts = {"chat prompt": "x" * 9000}  # what it is told of is written on the event loop
    flush = session.flush if kept == "session" else typed.flush
    with largest_file(4000):
        assert not flush()
        assert not flush()
    trouble.follow(told.append)  # what was said before anybody listened is told, too
    assert len(told) == 1
    assert str(tmp_path) in told[0]
    assert told[0].endswith("File too large. Free some space, or make it writable.")
    assert flush()
    written = [*tmp_path.glob("session.json"), *(tmp_path / "typed").glob("*.json")]
    assert any("x" * 9000 in path.read_text() for path in written)
    session.close()
    typed.close()


def test_damaged_texts_are_kept_beside(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"chat prompt": "half a')
    (tmp_path / "a.lock").touch()
    (tmp_path / "b.json").write_text('{"chat prompt": "whole"}')
    (tmp_path / "b.lock").touch()
    told: list[str] = []
    trouble = StateTrouble()
    trouble.follow(told.append)
    typed = TypedTexts(tmp_path, trouble)
    typed.load()
    assert typed.get("chat prompt") == "whole"
    assert (tmp_path / "a.json.damaged").read_text() == '{"chat prompt": "half a'
    assert ["a.json.damaged" in one for one in told] == [True]
    typed.close()


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


def test_a_folder_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    (tmp_path / "session.json").write_text('{"mode": "chat"}')
    (tmp_path / "session.lock").mkdir()  # as little to be opened as on a disk that is read-only
    one = Session(tmp_path)
    assert one.load() == {"mode": "chat"}
    one.put({"mode": "jobs"})
    one.close()
    assert (tmp_path / "session.json").read_text() == '{"mode": "chat"}'


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    one = Session(tmp_path / "state")
    assert one.load() == {}
    one.put(STATE)
    one.close()
