"""Files in parts: what was taken is never sent again, and what is lost starts over, said so."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import ACT_AND_DROP, DROP, HANG, problem, reply
from tests.faults.uploads import UploadServer, form
from tests.home import Home
from tests.lab_process import chat_lines, wait_for
from tests.served import served
from tests.until import until
from tui.services.errors import InputError, Refused, Unanswered
from tui.services.files import part_uploads
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tui.core.provider.transfers import Progress

PART = 1000
COUNT = 6
SIZES = f"timeout = 0.6\nfile_bytes = 500\npart_bytes = {PART}"
PARTS = "POST /uploads/upload-1/parts"
TAKEN = reply(200, None, act=True)
COMPLETE = "POST /uploads/upload-1/complete"


server = served(UploadServer)


@pytest.fixture
async def workspace(server: UploadServer, tmp_path: Path) -> AsyncIterator[Workspace]:
    one = await Workspace.open(environ=write_config(tmp_path, server.url, SIZES))
    yield one
    await one.close()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_uploads, "AGAIN_S", (0.0,))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    one = tmp_path / "data.jsonl"
    one.write_bytes(chat_lines(40)[:-1].ljust(PART * COUNT - 301) + b"\n")
    return one


async def test_it_arrives_whole_and_the_next_time_is_free(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    told: list[Progress] = []
    info, reused = await workspace.files.ensure(path, told.append)
    assert not reused
    assert server.contents[info.id] == path.read_bytes()
    assert [len(part) for part in server.parts.values()] == [PART] * (COUNT - 1) + [PART - 300]
    assert form(server.seen[1])["data"][0] == "data.jsonl"
    sending = [one for one in told if one.stage == "sending"]
    assert [one.sent for one in sending] == sorted(one.sent for one in sending)
    assert all("expires in 1:00:00" in one.words(one.expires - 3600) for one in sending)
    assert told[-1].stage == "finishing"
    assert await workspace.files.unfinished() == []
    assert await workspace.files.ensure(path) == (await workspace.files.retrieve(info.id), True)
    assert server.sent() == COUNT


async def test_a_lost_line_and_then_the_rest(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.fault(PARTS, TAKEN, DROP, DROP)
    with pytest.raises(Unanswered) as caught:
        await workspace.files.upload(path)
    assert "part 2 of 6" in caught.value.title
    [upload] = await workspace.files.unfinished()
    assert (upload.count, upload.taken, dict(upload.parts)) == (COUNT, PART, {0: "part-1"})
    told: list[Progress] = []
    before = server.sent()
    info = await workspace.files.upload(path, watch=told.append)
    assert server.sent() - before == COUNT - 1
    assert told[-1].note == "going on: 1 of 6 parts were there"
    assert server.contents[info.id] == path.read_bytes()


async def test_cut_off_at_its_beginning_it_leaves_a_trace(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.fault("POST /uploads", HANG)
    sending = asyncio.create_task(workspace.files.upload(path))
    await until(lambda: server.count("POST /uploads"))
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert await workspace.files.unfinished() == []
    [asked] = await workspace.files.unanswered()
    assert (asked.path, asked.purpose, asked.size) == (str(path), "fine-tune", path.stat().st_size)
    server.fault("POST /uploads", reply(400, problem("no")))
    with pytest.raises(Refused):  # its outcome is known
        await workspace.files.upload(path)
    assert await workspace.files.unanswered() == []
    server.fault(PARTS, DROP, DROP)
    with pytest.raises(Unanswered):
        await workspace.files.upload(path)
    assert await workspace.files.unanswered() == []  # begun: its parts tell of it
    assert len(await workspace.files.unfinished()) == 1


async def test_what_fails_in_passing_is_asked_again(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.fault("POST /uploads", reply(500, problem("boom")))
    server.fault(PARTS, reply(429, problem("slowly"), retry_after="0"), ACT_AND_DROP)
    # The second fault meets the repetition: raised, since only one is made here.
    with pytest.raises(Unanswered):
        await workspace.files.upload(path)
    server.fault(COMPLETE, reply(503, problem("busy")))
    info = await workspace.files.upload(path)
    assert server.contents[info.id] == path.read_bytes()


@pytest.mark.parametrize("state", ["expired", "cancelled"])
async def test_an_upload_that_is_gone_begins_anew(
    workspace: Workspace, server: UploadServer, path: Path, state: str
) -> None:
    server.fault(PARTS, DROP, DROP)
    with pytest.raises(Unanswered):
        await workspace.files.upload(path)
    server.uploads["upload-1"]["status"] = state
    told: list[Progress] = []
    info = await workspace.files.upload(path, watch=told.append)
    assert "is gone" in told[-1].note
    assert state in told[-1].note
    assert server.contents[info.id] == path.read_bytes()


async def test_one_that_has_run_out_is_not_even_tried(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.lifetime = 3
    server.fault(PARTS, DROP, DROP)
    with pytest.raises(Unanswered):
        await workspace.files.upload(path)
    server.lifetime = 3600
    told: list[Progress] = []
    await workspace.files.upload(path, watch=told.append)
    assert "has expired" in told[-1].note
    assert server.count("POST /uploads/upload-1/parts") == 2


async def test_the_answer_to_completing_is_lost(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.fault(COMPLETE, ACT_AND_DROP)
    info = await workspace.files.upload(path)
    assert server.contents[info.id] == path.read_bytes()
    assert len(server.files) == 1


async def test_completed_by_an_attempt_that_never_heard_of_it(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.fault(COMPLETE, ACT_AND_DROP)
    server.fault("GET /files", *[reply(403, problem("no"))] * 2)
    server.fault(COMPLETE, DROP)
    with pytest.raises(Unanswered):
        await workspace.files.upload(path)
    before = server.sent()
    info = await workspace.files.upload(path)
    assert (list(server.files), server.sent()) == ([info.id], before)


async def test_a_server_without_parts_gets_it_in_one(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.fault("POST /uploads", reply(404, {"detail": "Not Found"}))
    told: list[Progress] = []
    await workspace.files.upload(path, watch=told.append)
    assert "in one request" in told[-1].note
    assert server.count("POST /files") == 1


async def test_another_content_is_another_upload(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.fault(PARTS, DROP, DROP)
    with pytest.raises(Unanswered):
        await workspace.files.upload(path)
    path.write_bytes(path.read_bytes().swapcase())
    info = await workspace.files.upload(path)
    assert server.contents[info.id] == path.read_bytes()
    assert server.count(PARTS) == 2
    [old] = await workspace.files.unfinished()
    await workspace.files.abandon(old)
    assert server.uploads["upload-1"]["status"] == "cancelled"
    assert await workspace.files.unfinished() == []


async def test_a_file_written_to_meanwhile_is_not_completed(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    def write(progress: Progress) -> None:
        if progress.stage == "sending":
            with path.open("ab") as file:
                file.write(b"more")

    with pytest.raises(InputError, match="was written to"):
        await workspace.files.upload(path, watch=write)
    assert server.count(COMPLETE) == 0


async def test_a_refusal_says_why_and_keeps_the_parts(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.fault(COMPLETE, reply(403, problem("over the quota of this project")))
    with pytest.raises(Refused, match="over the quota"):
        await workspace.files.upload(path)
    await workspace.files.upload(path)
    assert server.sent() == COUNT


async def test_cancelling_keeps_what_was_taken(
    workspace: Workspace, server: UploadServer, path: Path
) -> None:
    server.fault(PARTS, TAKEN, HANG)
    task = asyncio.create_task(workspace.files.upload(path))
    await until(lambda: server.sent() == 2)
    assert [one.path for one in workspace.files.transfers.current] == [path]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert workspace.files.transfers.current == ()
    await workspace.files.upload(path)
    assert server.sent() == COUNT + 1


def test_kill_9_sends_no_finished_part_again(
    server: UploadServer, path: Path, tmp_path: Path
) -> None:
    write_config(tmp_path, server.url, SIZES)
    home = Home(tmp_path)
    server.fault(PARTS, TAKEN, TAKEN, TAKEN, HANG)
    process = home.start("files", "upload", str(path))
    try:
        wait_for(lambda: server.sent() == 4)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = home.run("files", "upload", str(path))
    assert done.returncode == 0, done.stderr
    assert "going on: 3 of 6 parts were there" in done.stderr
    assert server.contents[done.stdout.strip()] == path.read_bytes()
    assert server.sent() == COUNT + 1  # the one that hung, and each of the six once
