"""Clients that mean harm, on raw sockets: what they may not reach, send, hold or leave open."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
import uvicorn

from tests.lab_process import LabProcess, chat_lines, command, environment
from tui.lab.http.request_timeout import PatientProtocol
from tui.lab.serving import bind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.types import Receive, Scope, Send


def place(lab: LabProcess) -> tuple[str, int]:
    host, port = lab.base_url.removeprefix("http://").removesuffix("/v1").split(":")
    return host, int(port)


def request(lab: LabProcess, line: str, *headers: str, body: bytes = b"", key: str = "") -> bytes:
    head = [f"{line} HTTP/1.1", f"Authorization: Bearer {key or lab.api_key}", "Connection: close"]
    if not any(header.lower().startswith("host:") for header in headers):
        head.append("Host: 127.0.0.1")
    if body:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*head, *headers, "", "")).encode("latin-1") + body


def answer(lab: LabProcess, sent: bytes) -> bytes:
    """Send bytes and return all that comes until the lab closes the connection."""
    with socket.create_connection(place(lab), timeout=60) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        got = bytearray()
        with contextlib.suppress(ConnectionResetError):
            while data := connection.recv(65536):
                got += data
    return bytes(got)


def test_it_listens_on_loopback_alone(lab: LabProcess) -> None:
    _, port = place(lab)
    with open("/proc/net/tcp") as table, open("/proc/net/tcp6") as table6:  # noqa: PTH123 - no files
        lines = [line.split() for line in (*table, *table6)]
    listening = {
        line[1].split(":")[0]
        for line in lines
        if line[3] == "0A" and line[1].endswith(f":{port:04X}")
    }
    assert listening == {"0100007F"}


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_no_page_of_a_browser_is_let_in(lab: LabProcess, origin: str) -> None:
    asks = ("Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization")
    for line in ("OPTIONS /v1/files", "GET /v1/models", "GET /health"):
        got = answer(lab, request(lab, line, f"Origin: {origin}", *asks))
        assert b"access-control" not in got.lower()
    for host in ("evil.example", "127.0.0.1@evil.example", "localhost.evil.example", "", "[::2]"):
        got = answer(lab, request(lab, "GET /v1/models", f"Host: {host}"))
        assert got.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 400 ")), got
    assert answer(lab, request(lab, "GET /v1/models", key="k")).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 40_000 + b"\r\n",
        b"\x00\x1b[2J\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"fffffffffffffffffffff\r\n",
    ],
    ids=lambda sent: repr(sent[:20]),
)
def test_what_is_no_request_is_refused_and_ended(lab: LabProcess, sent: bytes) -> None:
    got = answer(lab, sent + b"\r\n\r\n")
    assert got == b"" or got.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 ", b"HTTP/1.1 431 "))
    assert answer(lab, request(lab, "GET /v1/models")).startswith(b"HTTP/1.1 200 ")


def test_a_body_over_the_limit_is_refused_told_its_length_or_not(lab: LabProcess) -> None:
    large = b'{"a": "' + b"x" * 40_000_000 + b'"}'
    told = answer(lab, request(lab, "POST /v1/chat/completions", body=large))
    assert told.startswith(b"HTTP/1.1 413 ")
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(large), large)
    head = request(lab, "POST /v1/chat/completions", "Transfer-Encoding: chunked")
    assert answer(lab, head + chunk).startswith(b"HTTP/1.1 413 ")


PATHS = ("../../secret.txt", "..%2f..%2fsecret.txt", "%2e%2e%2fsecret.txt", "..\\secret", "%00",
         "file-x%00.jsonl", "/etc/passwd", "%2fetc%2fpasswd", "~", ".", "..",
         "lab.db", "api_key")  # fmt: skip


def test_nothing_of_a_client_is_a_path(tmp_path: Path) -> None:
    with LabProcess(tmp_path / "deep" / "er" / "lab") as lab:
        before = files_outside(tmp_path, lab)
        key = lab.api_key.encode()
        (tmp_path / "deep" / "secret.txt").write_text("SECRET")
        for one in PATHS:
            for line in (
                f"GET /v1/files/{one}", f"GET /v1/files/{one}/content", f"DELETE /v1/files/{one}",
                f"GET /v1/models/{one}", f"DELETE /v1/models/{one}", f"GET /v1/{one}",
                f"GET /v1/fine_tuning/jobs/{one}", f"GET /v1/fine_tuning/jobs/{one}/events",
                f"POST /v1/uploads/{one}/cancel", f"POST /v1/fine_tuning/jobs/{one}/cancel",
            ):  # fmt: skip
                got = answer(lab, request(lab, line))
                assert b"SECRET" not in got
                assert key not in got
                assert b"root:" not in got
                assert not got.startswith(b"HTTP/1.1 5"), (line, got)
                status = got.split(b" ")[1]
                assert status in {b"400", b"404", b"405", b"307"} or one in {".", ".."}, (line, got)
        for name in ("../../up.jsonl", "/tmp/host-up.jsonl", "..\\up.jsonl", "\r\nX: y.jsonl",
                     "a\x00.jsonl", "\x1b[2J.jsonl"):  # fmt: skip
            body = (
                b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n'
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n'
                b"--b--\r\n" % (name.encode(), chat_lines(1))
            )
            kind = "Content-Type: multipart/form-data; boundary=b"
            got = answer(lab, request(lab, "POST /v1/files", kind, body=body))
            assert got.split(b" ")[1] in {b"200", b"400"}, got
        with lab.client() as client:
            assert all("/" not in one.filename for one in client.files.list())
        (tmp_path / "deep" / "secret.txt").unlink()
        assert files_outside(tmp_path, lab) == before


def files_outside(folder: Path, lab: LabProcess) -> set[Path]:
    return {one for one in folder.rglob("*") if lab.data_dir not in (one, *one.parents)}


def few_files(folder: Path) -> LabProcess:
    """Start a lab that may have 400 files open, whatever this machine allows."""
    lab = LabProcess(folder)
    limited = 'ulimit -n 400; exec "$@"'
    words = ["sh", "-c", limited, "sh", *command(folder, "--json")]
    process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, text=True)
    return lab.take(process)


def test_a_thousand_connections_do_not_exhaust_it(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 1500:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    lab = few_files(tmp_path / "lab")
    kept = request(lab, "GET /health").replace(b"Connection: close\r\n", b"")
    try:
        with contextlib.ExitStack() as opened:
            for number in range(1000):
                one = opened.enter_context(socket.create_connection(place(lab), timeout=60))
                with contextlib.suppress(OSError):  # it may have given way already
                    one.sendall((b"", b"GET /v1/mod", kept)[number % 3])
            assert answer(lab, request(lab, "GET /v1/models")).startswith(b"HTTP/1.1 200 ")
            with lab.client(timeout=60) as client:
                client.files.create(file=("t.jsonl", chat_lines(12)), purpose="fine-tune")
        assert lab.running
    finally:
        lab.stop()


ASKED = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


async def app(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(400):
        piece = {"type": "http.response.body", "body": b"x" * 100_000, "more_body": True}
        await send(piece)
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    """Serve in this process, where the limits can be made short."""
    config = uvicorn.Config(app, http=PatientProtocol, lifespan="off", log_config=None, ws="none")
    server, sock = uvicorn.Server(config), bind(0)
    running = asyncio.create_task(server._serve([sock]))
    try:
        async with asyncio.timeout(30):
            yield sock.getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def test_half_a_body_is_not_awaited_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "BODY_SECONDS", 0.2)
    async with serving() as port:
        for begun in (
            b"Content-Length: 9000\r\n\r\nabc",
            b"Transfer-Encoding: chunked\r\n\r\n9\r\nab",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ASKED + begun)
            assert await reader.read() == b""
            writer.close()
        # One that comes slowly, but comes, is taken.
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED + b"Content-Length: 20480\r\n\r\n")
        for _ in range(10):
            writer.write(b"y" * 2048)
            await asyncio.sleep(0.05)  # the slowness itself, not a wait for something
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_an_answer_that_nobody_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "UNREAD_SECONDS", 0.2)
    async with serving() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(ASKED + b"Content-Length: 0\r\n\r\n")
        lost = asyncio.Event()
        monkeypatch.setattr(
            PatientProtocol, "connection_lost", _and(PatientProtocol.connection_lost, lost)
        )
        await lost.wait()
        with contextlib.suppress(ConnectionResetError):
            assert len(await reader.read()) < 40_000_000
        writer.close()


def _and(lose: object, lost: asyncio.Event) -> object:
    def both(self: PatientProtocol, error: Exception | None) -> None:
        lose(self, error)  # type: ignore[operator]
        lost.set()

    return both


async def test_the_oldest_of_many_that_wait_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "MOST_WAITING", 3)
    async with serving() as port:
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        assert await opened[0][0].read() == b""
        for reader, writer in opened[1:]:
            writer.write(ASKED + b"Content-Length: 0\r\n\r\n")
            assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        for _, writer in opened:
            writer.close()
