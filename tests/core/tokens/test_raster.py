"""The bars as a PNG: whole chunks, and the bars where they belong."""

from __future__ import annotations

import struct
import zlib

from tui.core.tokens.distribution import Bin, Histogram
from tui.core.tokens.raster import bars_as_png


def pixels(png: bytes) -> list[bytes]:
    """Read a PNG of the kind we write back into its lines."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at : at + 8])
        data = png[at + 8 : at + 8 + size]
        (checksum,) = struct.unpack(">I", png[at + 8 + size : at + 12 + size])
        assert zlib.crc32(name + data) == checksum
        chunks[name] = data
        at += 12 + size
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    lines = zlib.decompress(chunks[b"IDAT"])
    assert len(lines) == height * (width + 1)
    return [lines[row * (width + 1) + 1 : (row + 1) * (width + 1)] for row in range(height)]


def test_bars_stand_beside_each_other_and_those_over_the_limit_have_another_colour() -> None:
    bars = (Bin(0, 10, 4), Bin(10, 20, 2), Bin(20, 30, 1))
    rows = pixels(bars_as_png(Histogram(bars, 15, 1)))
    tall = [sum(row[x] in {1, 2} for row in rows) for x in (100, 300, 600)]
    assert tall[0] == 2 * tall[1] == 4 * tall[2] > 0
    assert {1, 3} <= {*rows[258][:200]} <= {0, 1, 3}
    assert 2 in rows[258][500:]


def test_without_values_there_is_a_picture_too() -> None:
    assert len(pixels(bars_as_png(Histogram((), None, 0)))) == 300
