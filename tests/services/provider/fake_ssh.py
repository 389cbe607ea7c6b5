"""Stands in for ssh and the machine at its other end, which is this one with another home.

It forwards as `-L 127.0.0.1:PORT:127.0.0.1:PORT` says, runs the remote command in a shell, and
ends with it. $FAKE_SSH_LOG is told its words and its process; $FAKE_SSH_FAIL makes it fail.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path


def main(words: list[str]) -> int:
    with Path(os.environ["FAKE_SSH_LOG"]).open("a") as log:
        log.write(json.dumps({"words": words, "pid": os.getpid(), "env": dict(os.environ)}) + "\n")
    if failure := os.environ.get("FAKE_SSH_FAIL"):
        sys.stderr.write(f"{failure}\n")
        return 255
    at = words.index("--")
    if "-L" in words:
        here, near, there, far = words[words.index("-L") + 1].split(":")
        assert (here, there) == ("127.0.0.1", "127.0.0.1")
        threading.Thread(target=forward, args=(listening(int(near)), int(far)), daemon=True).start()
    environ = {**os.environ, "FINETUI_HOME": os.environ["FAKE_SSH_HOME"]}
    print("Welcome to the other machine", flush=True)  # as shells say at their start
    command = ["/bin/sh", "-c", " ".join(words[at + 2 :])]
    return subprocess.run(command, env=environ, check=False).returncode


def listening(port: int) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", port))
    one.listen()
    return one


def forward(near: socket.socket, far: int) -> None:
    while True:
        here, _ = near.accept()
        try:
            there = socket.create_connection(("127.0.0.1", far))
        except OSError:
            here.close()
            continue
        for ends in ((here, there), (there, here)):
            threading.Thread(target=pump, args=ends, daemon=True).start()


def pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
