"""The misbehaving provider itself: it ends with its test, whatever a client has left open."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from urllib.parse import urlsplit

import pytest

from tests.faults.server import FaultServer
from tests.lab_process import wait_for

ASKED = b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 9\r\n\r\n"


def test_a_connection_left_open_does_not_keep_it_from_ending() -> None:
    server = FaultServer()
    left = http.client.HTTPConnection(urlsplit(server.url).netloc)
    left.request("GET", "/v1/fine_tuning/jobs")
    assert left.getresponse().read()
    closing = threading.Thread(target=server.close, daemon=True)
    closing.start()
    closing.join(10)
    assert not closing.is_alive()
    left.close()


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("sent", [b"", b"POST /v1/chat/comp", ASKED, ASKED + b'{"mod'])
def test_a_client_killed_in_its_request_counts_for_nothing_and_is_told_nowhere(
    capsys: pytest.CaptureFixture[str], sent: bytes, *, reset: bool
) -> None:
    server = FaultServer()
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port)) as client:
        client.sendall(sent)
        wait_for(lambda: server.connections)
        if reset:  # closing resets the connection then, as the end of a process may
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_for(lambda: not server.connections)
    server.close()
    assert server.seen == []
    # What runs in this process, such as a command under test, has the same error output.
    assert capsys.readouterr().err == ""
