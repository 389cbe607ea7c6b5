"""Uploads and downloads: streamed, measured, all or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import (
    ACT_AND_DROP,
    ACT_AND_TRUNCATE,
    HANG,
    Fault,
    FaultServer,
    problem,
    reply,
)
from tests.faults.uploads import UploadServer, form
from tests.until import until
from tui.services.errors import InputError, Refused, Unanswered
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.provider.transfers import Progress

UPLOAD = "POST /files"


async def test_what_arrives_is_what_was_on_disk(
    workspace: Workspace, server: FaultServer, tmp_path: Path
) -> None:
    path = tmp_path / 'a "quoted" näme.jsonl'
    data = os.urandom(700_000) + b"\nend"
    path.write_bytes(data)
    progress: list[Progress] = []
    info = await workspace.files.upload(path, watch=progress.append)
    assert info.id == "file-1"
    seen = server.seen[0]
    assert "transfer-encoding" not in seen.headers
    assert seen.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert f"\r\n\r\n{'fine-tune'}\r\n".encode() in seen.body
    assert data in seen.body
    assert 'filename="a %22quoted%22 näme.jsonl"'.encode() in seen.body
    assert form(seen)["purpose"][1].strip() == b"fine-tune"
    assert (progress[-1].sent, progress[-1].percent) == (len(data), 100)
    assert [one.sent for one in progress] == sorted(one.sent for one in progress)
    assert workspace.files.transfers.current == ()
    [kept] = await workspace.store.files.all("fault")
    assert kept.digest == hashlib.sha256(data).hexdigest()
    assert (kept.name, kept.size) == (path.name, len(data))


async def test_an_empty_file_arrives_empty(
    workspace: Workspace, server: FaultServer, tmp_path: Path
) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    await workspace.files.upload(path)
    assert form(server.seen[0])["file"][0] == "empty.jsonl"


async def test_the_same_content_is_not_sent_twice(
    workspace: Workspace, server: FaultServer, tmp_path: Path
) -> None:
    one, same = tmp_path / "one.jsonl", tmp_path / "same.jsonl"
    one.write_text("{}\n")
    same.write_text("{}\n")
    first, reused = await workspace.files.ensure(one)
    assert not reused
    again, reused = await workspace.files.ensure(same)
    assert (again.id, reused) == (first.id, True)
    del server.files[first.id]  # deleted somewhere else
    third, reused = await workspace.files.ensure(one)
    assert (third.id, reused) == ("file-2", False)
    one.write_text("{} \n")
    assert (await workspace.files.ensure(one))[0].id == "file-3"
    assert server.count(UPLOAD) == 3


@pytest.mark.parametrize("fault", [ACT_AND_DROP, ACT_AND_TRUNCATE], ids=["drop", "truncated"])
async def test_a_lost_answer_is_not_repeated(
    workspace: Workspace, server: FaultServer, tmp_path: Path, fault: Fault
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text("{}\n")
    server.fault(UPLOAD, fault)
    with pytest.raises(Unanswered) as caught:
        await workspace.files.upload(path)
    assert "look before" in caught.value.next_step
    server.fault(UPLOAD, reply(413, problem("too large")))
    with pytest.raises(Refused) as refused:
        await workspace.files.upload(path)
    assert "smaller" in refused.value.next_step
    assert server.count(UPLOAD) == 2
    assert await workspace.store.files.all("fault") == []


async def test_after_a_lost_answer_the_file_that_was_made_is_used(tmp_path: Path) -> None:
    """A loop that uploads until it works leaves one file behind, not one a turn."""
    server = UploadServer()
    workspace = await Workspace.open(environ=write_config(tmp_path, server.url))
    path = tmp_path / "data.jsonl"
    path.write_text("{}\n")
    try:
        server.fault("GET /files", *[reply(503, problem("busy"))] * 3)  # one look, its repeats
        server.fault(UPLOAD, ACT_AND_DROP)
        with pytest.raises(Unanswered):
            await workspace.files.ensure(path)
        server.add_file("data.jsonl", content=b"longer\n")  # another one of that name
        info, reused = await workspace.files.ensure(path)
        assert (info.id, reused) == ("file-1", True)
        assert (await workspace.files.ensure(path))[0].id == "file-1"
        assert server.count(UPLOAD) == 1
        # Written to since: another content, which is sent.
        server.fault("GET /files", *[reply(503, problem("busy"))] * 3)
        server.fault(UPLOAD, ACT_AND_DROP)
        path.write_text("{ }\n")
        with pytest.raises(Unanswered):
            await workspace.files.ensure(path)
        path.write_text("[ ]\n")
        assert (await workspace.files.ensure(path))[1] is False
        assert server.count(UPLOAD) == 3
    finally:
        await workspace.close()
        server.close()


async def test_cancelling_stops_it(
    workspace: Workspace, server: FaultServer, tmp_path: Path
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text("{}\n")
    server.fault(UPLOAD, HANG)
    task = asyncio.create_task(workspace.files.upload(path))
    await until(lambda: server.seen)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    [asked] = await workspace.files.unanswered()
    assert (asked.path, asked.size) == (str(path), 3)
    assert (await workspace.files.upload(path)).id == "file-1"
    assert await workspace.files.unanswered() == []


async def test_what_cannot_be_read(
    workspace: Workspace, server: FaultServer, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "missing.jsonl", tmp_path, pipe):
        with pytest.raises(InputError) as caught:
            await workspace.files.upload(path)
        assert str(path) in caught.value.cause
    assert server.seen == []


async def test_a_file_cut_short_meanwhile(
    workspace: Workspace, server: FaultServer, tmp_path: Path
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"x" * 1_000_000)

    def shorten(_progress: Progress) -> None:
        os.truncate(path, 300_000)

    with pytest.raises(InputError, match="became shorter"):
        await workspace.files.upload(path, watch=shorten)


async def test_a_download_is_whole_or_not_there(
    workspace: Workspace, server: FaultServer, tmp_path: Path
) -> None:
    from tests.faults.server import Fault

    content = "GET /files/file-1/content"
    target = tmp_path / "out.csv"
    server.fault(content, reply(200, "step,train_loss\n1,2\n"))
    assert await workspace.files.download("file-1", target) == target
    assert target.read_text() == "step,train_loss\n1,2\n"
    server.fault(content, Fault("truncate", body="step,train_loss\n1,3\n"))
    with pytest.raises(Unanswered):
        await workspace.files.download("file-1", target)
    assert target.read_text() == "step,train_loss\n1,2\n"
    assert [path.name for path in tmp_path.glob("*out*")] == ["out.csv"]
    with pytest.raises(InputError):
        await workspace.files.download("file-1", tmp_path / "no" / "folder")


async def test_a_name_that_is_no_text(
    workspace: Workspace, server: FaultServer, tmp_path: Path
) -> None:
    path = tmp_path / os.fsdecode(b"data\xff.jsonl")
    try:
        path.write_bytes(b"{}")
    except OSError:
        pytest.skip("this file system has names of text only")
    made = await workspace.files.upload(path)
    found = await workspace.files.find_upload(path)
    assert found is not None
    assert found.id == made.id
