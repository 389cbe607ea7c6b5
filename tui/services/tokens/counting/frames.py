"""What goes between this program and its counting processes: a small JSON head, then bytes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

_LENGTHS = struct.Struct("<IQ")


def send(stream: BinaryIO, head: Mapping[str, Any], body: bytes | memoryview = b"") -> None:
    """Write one frame. Raises OSError when nobody reads any more."""
    packed = orjson.dumps(head)
    stream.write(_LENGTHS.pack(len(packed), len(body)) + packed)
    stream.write(body)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Read one frame; None when the other side has ended."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_size, body_size = _LENGTHS.unpack(lengths)
    head, body = stream.read(head_size), stream.read(body_size)
    if len(head) < head_size or len(body) < body_size:
        return None
    return orjson.loads(head), body
