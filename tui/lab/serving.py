"""Serve one lab until it is asked to end, or has been idle for long enough."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from tui.lab.app import build_app
from tui.lab.http.request_timeout import PatientProtocol
from tui.lab.idle import end_when_idle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.lab.composition import Lab

HOST = "127.0.0.1"
_OPEN_FILES = 8192
_QUEUE = 1024  # connections that wait to be taken


def bind(port: int) -> socket.socket:
    """Return a listening socket on loopback; port 0 takes a free one. Raises OSError."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((HOST, port))
        sock.listen(128)
    except BaseException:  # whatever it was goes on; the port is free again
        sock.close()
        raise
    return sock


def base_url(sock: socket.socket) -> str:
    """Return the address clients need for a bound socket."""
    return f"http://{HOST}:{sock.getsockname()[1]}/v1"


class _Server(uvicorn.Server):
    """Says when it really serves, and leaves signals to us."""

    def __init__(self, config: uvicorn.Config, serving: Callable[[], None]) -> None:
        super().__init__(config)
        self._serving = serving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for sock in sockets or ():
            sock.listen(_QUEUE)  # asyncio lets as many queue as it takes at once
        self._serving()
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(lab: Lab, sock: socket.socket, serving: Callable[[], None]) -> None:
    """Serve until the end; then stop all training after it has saved its state."""
    # One thread a generation is enough for models this small, and leaves room for training.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ[name] = "1"
    _allow_open_files()
    config = uvicorn.Config(
        build_app(lab),
        http=PatientProtocol,
        # This many connections are taken at once before the oldest give way: with more, nothing
        # could be opened meanwhile, and what is half imported then stays so.
        backlog=32,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # Longer than clients keep a connection, so that they never write into a closed one.
        timeout_keep_alive=90,
        timeout_graceful_shutdown=3,
    )
    try:
        asyncio.run(_serve(lab, _Server(config, serving), sock))
    finally:
        lab.scheduler.close()
        lab.store.close()


def _allow_open_files() -> None:
    # Often 1,024 by default: a thousand connections would leave none for the files of the lab.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(lab: Lab, server: _Server, sock: socket.socket) -> None:
    def end() -> None:
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    # Whoever started us may have held back what came before there was anybody to listen.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    lab.scheduler.start()
    idle = asyncio.create_task(end_when_idle(lab, end))
    await server.serve([sock])
    idle.cancel()


def _warm_up() -> None:
    # The learner takes a moment to import; nobody has to wait for it if it is done now.
    from tui.lab import learner  # noqa: F401
