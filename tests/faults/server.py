"""A small provider on loopback that misbehaves exactly as it is told."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Fault:
    """What to do instead of answering. With `act` the request is carried out all the same."""

    kind: str  # reply | drop | hang | truncate | stream | endless
    act: bool = False
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def reply(status: int, body: Any, act: bool = False, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault("reply", act, status, body, named)


def html(status: int = 200, act: bool = False) -> Fault:
    page = "<!doctype html><html><head><title>Welcome</title></head></html>"
    return Fault("reply", act, status, page, {"content-type": "text/html"})


DROP = Fault("drop")
ACT_AND_DROP = Fault("drop", act=True)
ACT_AND_HANG = Fault("hang", act=True)
HANG = Fault("hang")
ACT_AND_TRUNCATE = Fault("truncate", act=True)


class FaultServer:
    """Holds jobs, files and a list of faults by "METHOD /path", used up one by one."""

    root = "/v1"  # what paths are told without

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.jobs: list[dict[str, Any]] = []  # newest first
        self.files: dict[str, dict[str, Any]] = {}
        self.lists: dict[str, Callable[[dict[str, str]], Any]] = {}
        self.always: dict[str, Fault] = {}  # by "METHOD /path", never used up
        self.sent_endlessly = 0  # bytes of bodies without end
        self.gone = threading.Event()  # a client left in the middle of a stream
        self._faults: dict[str, deque[Fault]] = {}
        self._release = threading.Event()
        self._ids = itertools.count(1)
        self._connections: set[socket.socket] = set()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = False
        self._http.block_on_close = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}{self.root}"

    @property
    def connections(self) -> int:
        """Count the clients that are connected."""
        return len(self._connections)

    def fault(self, what: str, *faults: Fault) -> None:
        self._faults.setdefault(what, deque()).extend(faults)

    def count(self, what: str) -> int:
        return sum(f"{seen.method} {seen.path}" == what for seen in self.seen)

    def close(self) -> None:
        self._release.set()
        self._http.shutdown()
        # Each connection has a thread that waits for its next request, and would for ever where
        # the client has left one open.
        for connection in tuple(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._http.server_close()
        self._thread.join()

    def new_job(self, asked: dict[str, Any]) -> dict[str, Any]:
        job = {
            "id": f"ftjob-{next(self._ids)}",
            "object": "fine_tuning.job",
            "status": "queued",
            "error": {},
            "result_files": [],
            **asked,
        }
        self.jobs.insert(0, job)
        return job

    def act(self, seen: Seen) -> tuple[int, Any] | tuple[int, Any, dict[str, str]]:
        """Carry a request out; return the status, the body, and headers if there are any."""
        parts = seen.path.strip("/").split("/")
        if (make := self.lists.get(seen.path)) is not None:
            return 200, make(seen.query)
        if seen.path == "/fine_tuning/jobs":
            if seen.method == "POST":
                return 200, self.new_job(json.loads(seen.body))
            return 200, page(self.jobs, seen.query)
        if parts[:2] == ["fine_tuning", "jobs"] and len(parts) == 3:
            found = next((job for job in self.jobs if job["id"] == parts[2]), None)
            return (200, found) if found else (404, problem("no such job"))
        if seen.path == "/files" and seen.method == "POST":
            made = {"id": f"file-{next(self._ids)}", "object": "file", "status": "processed"}
            self.files[made["id"]] = made
            return 200, made
        if parts[0] == "files" and parts[1:] and parts[1] in self.files:
            return 200, self.files[parts[1]]
        return 404, problem(f"nothing at {seen.path}", code="not_found")

    def take(self, seen: Seen) -> Fault | None:
        waiting = self._faults.get(f"{seen.method} {seen.path}")
        return waiting.popleft() if waiting else self.always.get(f"{seen.method} {seen.path}")

    def recover(self) -> None:
        """Forget the faults that were still to come."""
        self._faults.clear()

    def hang(self) -> None:
        self._release.wait(30)

    def release(self) -> None:
        """End every request that hangs, and let none hang any more."""
        self._release.set()

    def _handler(outer) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer._connections.add(self.connection)

            def finish(self) -> None:
                outer._connections.discard(self.connection)
                super().finish()

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                self._answer()

            do_POST = do_DELETE = do_PUT = do_PATCH = do_GET  # noqa: N815 - the names the base class calls

            def handle_one_request(self) -> None:
                # A client that is killed may be gone at any point of its request. Nothing is
                # said of it: commands that run in this process have the same error output.
                try:
                    super().handle_one_request()
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _body(self, length: int) -> bytes:
                body = self.rfile.read(length)
                if len(body) < length:
                    raise ConnectionResetError("the client left in the middle of its request")
                return body

            def _answer(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("content-length", 0))
                seen = Seen(
                    self.command,
                    parts.path.removeprefix(outer.root),
                    {name: values[0] for name, values in parse_qs(parts.query).items()},
                    {name.lower(): value for name, value in self.headers.items()},
                    self._body(length),
                )
                outer.seen.append(seen)
                fault = outer.take(seen)
                if fault is None:
                    self._send(*outer.act(seen))
                    return
                done = outer.act(seen) if fault.act else (fault.status, fault.body)
                status, body = done[0], done[1]
                if fault.kind == "hang":
                    outer.hang()
                if fault.kind in {"drop", "hang"}:
                    self.close_connection = True
                elif fault.kind == "truncate":
                    self._send(status, body, missing=7)
                elif fault.kind == "stream":
                    self._stream(fault)
                elif fault.kind == "endless":
                    self._endless(fault)
                else:
                    body = fault.body if fault.body is not None else body
                    self._send(fault.status, body, fault.headers)

            def _send(
                self, status: int, body: Any, headers: dict[str, str] | None = None,
                missing: int = 0,
            ) -> None:  # fmt: skip
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                own = {"content-type": "application/json", "x-request-id": "req-1"}
                for name, value in (own | (headers or {})).items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[: len(data) - missing])
                if missing:
                    self.close_connection = True

            def _stream(self, fault: Fault) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("connection", "close")
                self.end_headers()
                self.close_connection = True
                for piece in fault.body:
                    self.wfile.write(piece)
                    self.wfile.flush()
                if fault.headers.get("endless"):
                    self._until_gone()

            def _endless(self, fault: Fault) -> None:
                self.send_response(fault.status)
                for name, value in {"connection": "close", **fault.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.close_connection = True
                first, rest, pause = fault.body
                self.wfile.write(first)
                while not outer._release.wait(pause):
                    self.wfile.write(rest)
                    self.wfile.flush()
                    outer.sent_endlessly += len(rest)

            def _until_gone(self) -> None:
                try:
                    for _ in range(3000):
                        self.wfile.write(b": still here\n\n")
                        self.wfile.flush()
                        if outer._release.wait(0.01):
                            return
                except (BrokenPipeError, ConnectionResetError):
                    outer.gone.set()

        return Handler


def page(items: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    """A well-behaved page of a list, newest first."""
    ids = [item["id"] for item in items]
    start = ids.index(query["after"]) + 1 if query.get("after") in ids else 0
    size = int(query.get("limit", 20))
    data = items[start : start + size]
    return {"object": "list", "data": data, "has_more": start + size < len(items)}


def problem(message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    error = {"message": message, "type": "invalid_request_error", "code": code, "param": param}
    return {"error": error}


def stream(*pieces: bytes, endless: bool = False) -> Fault:
    return Fault("stream", body=pieces, headers={"endless": "yes"} if endless else {})


def endless(status: int, first: bytes, rest: bytes, pause: float = 0, **headers: str) -> Fault:
    """A body that goes on with `rest` after each `pause` in seconds, for ever."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault("endless", status=status, body=(first, rest, pause), headers=named)


def sse(**chunk: Any) -> bytes:
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


def said(text: str, finish: str | None = None) -> bytes:
    return sse(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish}])
