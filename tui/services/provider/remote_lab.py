"""The lab of another machine, such as one with a GPU, reached through the user's own ssh.

Two connections: one starts the lab there or finds it, and brings its port and its key; the other
is a tunnel from a port of this machine, on loopback, to that one, on loopback there. Both use the
user's configuration of ssh: agent, ProxyJump, ControlMaster. The tunnel ends with this program,
however that ends, since what holds it open there reads from a pipe that goes with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shlex
import socket
import subprocess
import threading
import time
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from tui.core.provider.parsing import as_map, as_text
from tui.core.text.masking import learn, mask
from tui.core.text.text import one_line
from tui.services.errors import LabFailed
from tui.services.provider.child_process import end_command, run_command, start_command
from tui.services.provider.lab_process import LabAddress, answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.settings.profile import Profile

ATTACH_S = 90.0  # a machine far away starts a lab
TUNNEL_S = 30.0
READY = "finetui-tunnel-stands"
_TRIES = 3  # another program may take the port that was free
_OPTIONS = (
    "BatchMode=yes",  # nobody sees a question; the agent has the key
    "ExitOnForwardFailure=yes",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
)
_SHOWN = 300
_LINES = 50


class RemoteLab:
    """Starts or finds the lab of one other machine, and holds the tunnel to it."""

    def __init__(self, profile: Profile, environ: Mapping[str, str]) -> None:
        assert profile.ssh is not None
        self._target, self._program = profile.ssh, profile.ssh_command
        self._environ = environ
        self._tunnel: subprocess.Popen[bytes] | None = None
        self._address: LabAddress | None = None

    async def ensure(self) -> LabAddress:
        """Return the address, on this machine, of a lab that answers.

        Raises LabFailed with what ssh, or the lab there, says.
        """
        if self._address is not None and await asyncio.to_thread(self._stands):
            return self._address
        await self.close()
        far, key = await self._attach()
        for left in reversed(range(_TRIES)):
            port = _free_port()
            try:
                self._tunnel = await self._open(port, far)
                break
            except _PortTakenError:
                if not left:
                    raise
        self._address = LabAddress(f"http://127.0.0.1:{port}/v1", key)
        return self._address

    async def close(self) -> None:
        """End the tunnel; the lab there goes on with its jobs."""
        tunnel, self._tunnel, self._address = self._tunnel, None, None
        if tunnel is not None:
            await asyncio.to_thread(_end, tunnel)

    def _stands(self) -> bool:
        tunnel, address = self._tunnel, self._address
        if tunnel is None or address is None or tunnel.poll() is not None:
            return False
        return answers(address.base_url)

    def command(self, *options: str, remote: str) -> list[str]:
        """Return the words of an ssh command line."""
        settings = [word for option in _OPTIONS for word in ("-o", option)]
        return ["ssh", "-T", *settings, *options, "--", self._target, remote]

    async def _attach(self) -> tuple[int, str]:
        """Return the port of the lab there, and its key."""
        words = self.command(remote=f"{self._program} lab --detach --json")
        try:
            ended = await run_command(words, self._environ, ATTACH_S)
        except TimeoutError:
            raise self._failed(f"no answer within {ATTACH_S:g} s", "") from None
        except OSError as error:
            raise self._failed(f"ssh cannot be started: {error.strerror or error}", "") from error
        told = _last_object(ended.out)
        key, address = as_text(told.get("api_key")), as_text(told.get("base_url"))
        learn(key)
        port = _port_of(address)
        if ended.code == 0 and key and port is not None:
            return port, key
        why = as_map(told.get("error"))
        printed = one_line(mask(ended.err.decode("utf-8", "replace").strip()), _SHOWN)
        said = as_text(why.get("cause")) or printed or f"it ended with {ended.code}"
        raise self._failed(said, as_text(why.get("next_step")))

    async def _open(self, port: int, far: int) -> subprocess.Popen[bytes]:
        """Return the process of a tunnel that stands."""
        forward = f"127.0.0.1:{port}:127.0.0.1:{far}"
        # `cat` ends with our end of its pipe, and the tunnel with it.
        words = self.command("-L", forward, remote=f"echo {READY} && exec cat")
        try:
            process = await asyncio.to_thread(
                start_command, words, self._environ, stdin=subprocess.PIPE
            )
        except OSError as error:
            raise self._failed(f"ssh cannot be started: {error.strerror or error}", "") from error
        lines: list[bytes] = []
        for stream in (process.stdout, process.stderr):
            threading.Thread(target=_watch, args=(stream, lines), daemon=True).start()
        try:
            stands = await asyncio.to_thread(_wait_for_line, process, lines)
        except BaseException:  # whoever waited has gone
            _end(process)
            raise
        if stands:
            return process
        _end(process)
        said = one_line(mask(b"".join(lines).decode("utf-8", "replace").strip()), _SHOWN)
        if "in use" in said:
            raise _PortTakenError(said)
        raise self._failed(said or "the tunnel does not come up", "")

    def _failed(self, cause: str, next_step: str | None) -> LabFailed:
        by_hand = shlex.join(["ssh", self._target, f"{self._program} lab --detach"])
        step = next_step or f"Try it in a shell: {by_hand}"
        return LabFailed(f"The lab of {self._target} cannot be reached", cause, step)


class _PortTakenError(LabFailed):
    """Another program has taken the port meanwhile."""

    def __init__(self, said: str) -> None:
        super().__init__("The tunnel does not come up", said, "Try again.")


def _watch(stream: IO[bytes], lines: list[bytes]) -> None:
    """Keep the first that a tunnel says; the rest fills no pipe that nobody reads."""
    with stream, contextlib.suppress(ValueError, OSError):
        for line in stream:
            if len(lines) < _LINES:
                lines.append(line)


def _wait_for_line(process: subprocess.Popen[bytes], lines: list[bytes]) -> bool:
    """Wait until the tunnel stands; False where it ended or took too long. Blocks."""
    deadline, pause = time.monotonic() + TUNNEL_S, 0.02
    while time.monotonic() < deadline:
        if any(READY.encode() in line for line in [*lines]):
            return True
        if process.poll() is not None:
            time.sleep(0.1)  # what it said last is on its way
            return False
        time.sleep(pause)
        pause = min(pause * 1.3, 0.2)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    end_command(process)
    process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _port_of(address: str | None) -> int | None:
    """Return the port of an address on the loopback of the other machine."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(address or "")
        if parts.hostname in {"127.0.0.1", "localhost"}:
            return parts.port
    return None


def _last_object(out: bytes) -> dict[str, object]:
    """Return the JSON object printed last: what a shell says at its start comes before it."""
    for line in reversed(out.decode("utf-8", "replace").splitlines()):
        if line.startswith("{"):
            with contextlib.suppress(ValueError):
                return dict(as_map(json.loads(line)))
    return {}
