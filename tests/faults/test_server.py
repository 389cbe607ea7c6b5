"""The misbehaving provider itself: it ends with its test, whatever a client has left open."""

from __future__ import annotations

import http.client
import threading
from urllib.parse import urlsplit

from tests.faults.server import FaultServer


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
