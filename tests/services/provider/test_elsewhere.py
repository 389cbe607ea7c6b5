"""Requests to addresses that a provider names: nothing of the profile goes there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import ACT_AND_DROP, FaultServer, html, reply
from tests.served import served
from tui.services.errors import (
    InputError,
    Malformed,
    ReadOnly,
    Refused,
    Unanswered,
    Unreachable,
)
from tui.services.files.uploads import LocalFile, Outgoing
from tui.services.provider.elsewhere import open_elsewhere
from tui.services.provider.requests import Call
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PUT = "PUT /bucket/data"
HEADERS = "X-Gateway: gate-secret"


other = served(FaultServer)


@pytest.fixture
async def keyed(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Workspace]:
    """Give a profile whose environment has headers of its own too."""
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", HEADERS)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    one = await Workspace.open(environ=write_config(tmp_path, server.url))
    yield one
    await one.close()


def address(other: FaultServer) -> str:
    return f"{other.url.removesuffix('/v1')}/bucket/data?signature=abc"


class Teller:
    """Hears what is sent."""

    def __init__(self) -> None:
        self.bytes = 0

    def sent(self, done: int) -> None:
        self.bytes = done

    def remark(self, text: str) -> None:
        raise AssertionError(text)


async def test_an_upload_elsewhere_carries_the_bytes_and_nothing_of_the_profile(
    keyed: Workspace, server: FaultServer, other: FaultServer, tmp_path: Path
) -> None:
    other.always[PUT] = reply(200, "")
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"x" * 600_000)
    await keyed.jobs.list()  # the profile's own client is made, with its key
    file, teller = LocalFile(path), Teller()
    outgoing = Outgoing(file, "fine-tune", teller)  # type: ignore[arg-type]
    body = outgoing.plain("application/x-ndjson")
    call = Call("PUT", address(other), "upload data.jsonl", content=body.body(),
                headers=body.headers)  # fmt: skip
    async with keyed.provider.elsewhere(call) as response:
        assert response.status_code == 200
    file.close()
    [seen] = other.seen
    assert (seen.method, seen.body, seen.query) == ("PUT", path.read_bytes(), {"signature": "abc"})
    assert seen.headers["content-length"] == "600000"
    assert seen.headers["content-type"] == "application/x-ndjson"
    text = repr(seen.headers).lower()
    for secret in ("authorization", "sk-fault", "gate-secret", "org-secret", "cookie"):
        assert secret not in text
    assert teller.bytes == 600_000
    digests = outgoing.digests()
    assert digests is not None
    assert len(digests.sha256) == 64
    assert keyed.provider.on_their_way == []
    assert all("bucket" not in one.path for one in server.seen)


async def test_no_redirect_is_followed(keyed: Workspace, other: FaultServer) -> None:
    other.always[PUT] = reply(302, "", location=f"{other.url}/further")
    with pytest.raises(Refused, match="redirects"):
        async with keyed.provider.elsewhere(Call("PUT", address(other), "upload")):
            pass
    assert len(other.seen) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (ACT_AND_DROP, Unanswered),
        (reply(403, "<Error>expired</Error>"), Refused),
        (html(500), Refused),
    ],
)
async def test_its_failures_are_told_without_the_signature(
    keyed: Workspace, other: FaultServer, fault: object, kind: type[Exception]
) -> None:
    other.always[PUT] = fault  # type: ignore[assignment]
    with pytest.raises(kind) as caught:
        async with keyed.provider.elsewhere(Call("PUT", address(other), "upload data.jsonl")):
            pass
    assert "signature" not in str(vars(caught.value))
    assert "Cannot upload data.jsonl" in str(vars(caught.value))
    assert len(other.seen) == 1


async def test_a_reading_fault_of_whoever_reads_stays_what_it_is(
    keyed: Workspace, other: FaultServer
) -> None:
    other.always["GET /bucket/data"] = reply(200, "rows")
    with pytest.raises(OSError, match="full"):
        async with keyed.provider.elsewhere(Call("GET", address(other), "download")):
            raise OSError("the disk is full")


async def test_a_server_that_is_gone_was_not_reached(keyed: Workspace, other: FaultServer) -> None:
    other.close()
    with pytest.raises(Unreachable):
        async with keyed.provider.elsewhere(Call("PUT", address(other), "upload")):
            pass


async def test_addresses_that_nothing_is_sent_to(keyed: Workspace, other: FaultServer) -> None:
    far = replace(keyed.profile, base_url="https://api.example.com/v1")
    for where, profile, kind in (
        ("file:///etc/passwd", keyed.profile, Malformed),
        ("ftp://h/x", keyed.profile, Malformed),
        ("http://bucket.example/x?s=1", far, InputError),  # could be read on the way
        (address(other), far, Malformed),  # from far away into this machine
    ):
        with pytest.raises(kind):
            async with open_elsewhere(profile, Call("PUT", where, "upload")):
                pass
    assert other.seen == []


async def test_a_read_only_profile_sends_nothing_elsewhere(
    server: FaultServer, other: FaultServer, tmp_path: Path
) -> None:
    environ = write_config(tmp_path, server.url, "read_only = true")
    workspace = await Workspace.open(environ=environ)
    try:
        with pytest.raises(ReadOnly):
            async with workspace.provider.elsewhere(Call("PUT", address(other), "upload")):
                pass
    finally:
        await workspace.close()
    assert other.seen == []


async def test_statuses_that_are_expected_are_answers(
    keyed: Workspace, server: FaultServer
) -> None:
    server.always["POST /files"] = reply(
        302, "", location="https://bucket.example/x", X_Together_File_Id="file-9"
    )
    call = Call("POST", "/files", "upload", body={}, expects=frozenset({302, 409}))
    told = await keyed.provider.exchange(call)
    assert (told.status, told.headers["location"]) == (302, "https://bucket.example/x")
    assert told.headers["x-together-file-id"] == "file-9"
    assert told.value is None
    server.always["POST /files"] = reply(409, {"file_id": "file-8"})
    told = await keyed.provider.exchange(call)
    assert (told.status, told.value) == (409, {"file_id": "file-8"})
    server.always["POST /files"] = reply(400, {"error": {"message": "no"}})
    with pytest.raises(Refused, match="no"):
        await keyed.provider.exchange(call)
    assert keyed.provider.on_their_way == []
