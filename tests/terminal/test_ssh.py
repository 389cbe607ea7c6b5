"""Over a real SSH line that drops: all that was typed and edited is there after the next login."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lab_process import ROOT, wait_for
from tests.screens.conftest import use_profile
from tests.terminal.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(
    SSHD is None or not shutil.which("ssh") or not shutil.which("ssh-keygen"),
    reason="needs sshd, ssh and ssh-keygen",
)


class Sshd:
    """An SSH server on loopback, with keys of its own, which takes this user's logins alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)
        for name in ("host", "user"):
            words = ["-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(["ssh-keygen", *words], check=True, timeout=30)
        shutil.copy(folder / "user.pub", folder / "authorized")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = (
            f"Port {self.port}", "ListenAddress 127.0.0.1", f"HostKey {folder / 'host'}",
            f"AuthorizedKeysFile {folder / 'authorized'}", "StrictModes no", "UsePAM no",
            "PermitRootLogin yes", "PasswordAuthentication no", f"PidFile {folder / 'pid'}",
            "KbdInteractiveAuthentication no", "PrintMotd no", "PrintLastLog no",
        )  # fmt: skip
        (folder / "sshd_config").write_text("\n".join(config) + "\n")
        host = (folder / "host.pub").read_text().split()
        (folder / "known").write_text(f"[127.0.0.1]:{self.port} {host[0]} {host[1]}\n")
        client = (
            "Host box", "HostName 127.0.0.1", f"Port {self.port}", f"User {getpass.getuser()}",
            f"IdentityFile {folder / 'user'}", "IdentitiesOnly yes", "BatchMode yes",
            f"UserKnownHostsFile {folder / 'known'}", "StrictHostKeyChecking yes",
            "ControlMaster no", "EscapeChar none",
        )  # fmt: skip
        (folder / "ssh_config").write_text("\n".join(client) + "\n")
        self._made = Path("/run/sshd") if os.geteuid() == 0 else None
        if self._made is not None and not self._made.exists():
            self._made.mkdir(mode=0o755)  # as its service does; only root's needs it
        else:
            self._made = None
        with (folder / "log").open("wb") as log:
            words = [str(SSHD), "-D", "-e", "-f", str(folder / "sshd_config")]
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        wait_for(lambda: (folder / "pid").is_file() or self._process.poll() is not None)
        if self._process.poll() is not None:
            pytest.skip(f"sshd does not start here: {(folder / 'log').read_text()[-300:]}")

    def login(self, home: Path, *words: str) -> Program:
        """Run the program there, on a terminal of its own."""
        there = f"cd {ROOT} && FINETUI_HOME={home} exec"
        # What the program is given follows as words of the command that is run there.
        return Program(
            home, *words, shell=f"exec ssh -tt -F {self.folder}/ssh_config box '{there}' \"$@\""
        )

    def end(self) -> None:
        """End it with all its sessions, which are its children."""
        self._process.terminate()
        self._process.wait(10)
        if self._made is not None:
            with contextlib.suppress(OSError):  # another server uses it
                self._made.rmdir()


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    one = Sshd(tmp_path / "ssh")
    yield one
    one.end()


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_dropped_line_loses_nothing(sshd: Sshd, tmp_path: Path) -> None:
    home, data = tmp_path / "home", tmp_path / "data.jsonl"
    use_profile(home, "http://127.0.0.1:9/v1")
    turns = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]
    data.write_text((json.dumps({"messages": turns}) + "\n") * 12)
    before = data.read_bytes()
    with sshd.login(home, str(data)) as program:
        program.see("Example 1 of 12")
        program.send("jjd")
        program.see("Example 3 of 11")  # an edit that is not saved
        program.send("4")
        program.see("Ask the model something.")
        program.send("Is tap water")
        program.see("Is tap water")
        there = json.loads((home / "state" / "session.lock").read_bytes())["pid"]
        os.kill(program.pid, signal.SIGKILL)  # the client: the server sees the line end
        program.wait()
        wait_for(lambda: not runs(there))
    assert data.read_bytes() == before

    with sshd.login(home) as program:
        program.see("Is tap water")
        program.see("cannot be reached")
        program.send("\x1b")
        program.send("\x1b")
        program.send("1")
        program.see("Example 3 of 11")
        program.see("modified")
        program.send("\x13")
        program.see("Saved")
        program.send("\x11")
        assert program.wait() == 0
        assert program.restored()
    assert data.read_bytes().count(b"\n") == 11
