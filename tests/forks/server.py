"""The process that has imported everything and forks: `python -m tests.forks.server SOCKET`.

A request is its length in four bytes, with the three streams as descriptors, and then as JSON the
module, its words, its environment and its folder. The answer is two lines: the process id at once,
and the exit code at the end. It ends with its own standard input.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import shutil
import signal
import socket
import sys
import termios
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from tests.forks import in_forks
from tests.short_waits import shorten_waits
from tui.core.catalog import providers, training
from tui.core.catalog.models import ENCODINGS
from tui.core.filtering import languages
from tui.services.tokens.vocabularies import encoder

# What the commands and the lab import, if need be only when it is used.
PACKAGES = ("tui.cli", "tui.services", "tui.lab")
# And what the app does.
SCREENS = ("tui.run", "tui.program", "tui.terminal", "tui.widgets", "tui.screens")
MODULES = ("openai.resources.chat.completions", "openai.resources.fine_tuning", "uvicorn.logging")


def import_all(names: tuple[str, ...]) -> None:
    """Import these modules, and all that the packages among them hold."""
    for name in names:
        root = importlib.import_module(name)
        for one in pkgutil.walk_packages(getattr(root, "__path__", ()), f"{name}."):
            if not one.name.endswith("__main__"):
                importlib.import_module(one.name)


@cache
def load_screens() -> None:
    """Import the app, the first time that somebody wants it: few workers run such tests."""
    import_all(SCREENS)
    gc.collect()
    gc.freeze()


def load() -> None:
    """Import what the forks will use."""
    shorten_waits()
    import_all(PACKAGES)
    for name in MODULES:
        importlib.import_module(name)
    for name in ENCODINGS:
        encoder(name)
    providers.BUILT_IN.all()
    training.parameter_ids()
    languages._detector()
    gc.collect()
    gc.freeze()


def exactly(connection: socket.socket, size: int) -> bytes:
    """Read this many bytes."""
    data = b""
    while len(data) < size:
        if not (more := connection.recv(size - len(data))):
            raise EOFError
        data += more
    return data


def text_stream(number: int, name: str) -> Any:
    """Return a stream of the process as Python makes them."""
    model = getattr(sys, f"__{name}__")
    mode = "r" if name == "stdin" else "w"
    made = open(number, mode, encoding=model.encoding, errors=model.errors, closefd=False)  # noqa: SIM115
    if mode == "w":
        made.reconfigure(line_buffering=name == "stderr" or os.isatty(number))
    return made


def end(code: object) -> NoReturn:
    """End as Python does, save that nothing is taken apart: it is shared, and would be copied."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        if isinstance(code, str):
            print(code, file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = 120
    os._exit(code if isinstance(code, int) else int(code is not None))


def be(module: str, words: list[str], environ: dict[str, str], streams: list[int]) -> NoReturn:
    """Be `python -m MODULE WORDS`, to its end."""
    code: object = None
    try:
        become(module, words, environ, streams)
    except SystemExit as stop:
        code = stop.code
    except KeyboardInterrupt:
        sys.excepthook(*sys.exc_info())
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:  # noqa: BLE001 - it has had no other handler
        sys.excepthook(*sys.exc_info())
        code = 1
    end(code)


def become(module: str, words: list[str], environ: dict[str, str], streams: list[int]) -> None:
    """Be `python -m MODULE WORDS` from here on; returns or raises as that does."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1024)
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        stream = text_stream(number, name)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


class Server:
    """Forks on request."""

    def __init__(self, address: str) -> None:
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(address)
        self.listener.listen(128)
        print("ready", flush=True)
        self.woken, self.wakes = socket.socketpair()
        self.running: dict[int, socket.socket] = {}

    def serve(self) -> None:
        """Fork on request, until nobody is there any more."""
        self.woken.setblocking(False)
        self.wakes.setblocking(False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wakes.fileno())
        while True:
            ready, _, _ = select.select([0, self.listener, self.woken], [], [])
            if 0 in ready:
                return
            if self.woken in ready:
                self.woken.recv(4096)
                self.reap()
            if self.listener in ready:
                self.fork()

    def fork(self) -> None:
        """Fork for one request."""
        connection, _ = self.listener.accept()
        size, streams, _, _ = socket.recv_fds(connection, 4, 3)
        request = json.loads(exactly(connection, int.from_bytes(size, "big")))
        module, words, environ, folder, *apart = request
        if apart == ["terminal"]:
            load_screens()
        pid = os.fork()
        if pid == 0:
            # Their numbers will be those of other files: they are not to be closed by these.
            for one in (self.listener, self.woken, self.wakes, connection, *self.running.values()):
                one.detach()
            os.chdir(folder)
            if apart in (["session"], ["terminal"]):
                os.setsid()
            elif apart == ["group"]:
                os.setpgid(0, 0)
            if apart == ["terminal"]:
                fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
            be(module, words, environ, streams)
        for number in streams:
            os.close(number)
        self.running[pid] = connection
        with suppress(OSError):  # nobody waits for it any more
            connection.sendall(b"%d\n" % pid)

    def reap(self) -> None:
        """Tell the exit code of each process that has ended."""
        while self.running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with suppress(OSError), self.running.pop(pid) as connection:
                connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def main(address: str) -> None:
    """Listen, load, serve, and remove the socket's folder at the end."""
    server = Server(address)  # whoever asks meanwhile waits
    load()
    in_forks.start_all(address)
    server.serve()
    shutil.rmtree(Path(address).parent)


if __name__ == "__main__":
    main(sys.argv[1])
