"""Draw a bar chart as a small PNG, without a library."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.tokens.distribution import Histogram

_WIDTH, _HEIGHT, _EDGE = 720, 300, 40
# White, bars, bars over the limit, axes and digits.
_PALETTE = bytes.fromhex("ffffff2c6fbbc0392b444444")
_BAR, _OVER, _INK = 1, 2, 3
_SCALE = 2
# Three columns and five rows a digit, from the top left, a bit each.
_DIGITS = dict(zip("0123456789", (
    0o75557, 0o26227, 0o71747, 0o71717, 0o55711, 0o74717, 0o74757, 0o71122, 0o75757, 0o75717,
), strict=True)) | {",": 0o00022, "-": 0o00700}  # fmt: skip
_DIGIT_WIDTH = 4 * _SCALE


def bars_as_png(histogram: Histogram) -> bytes:
    """Return a histogram as a PNG: bars, axes, and as digits its ends and its highest count."""
    canvas = [bytearray(_WIDTH) for _ in range(_HEIGHT)]
    floor, room = _HEIGHT - _EDGE, _HEIGHT - 2 * _EDGE
    bars = histogram.bins
    for at, bar in enumerate(bars):
        width = (_WIDTH - 2 * _EDGE) / len(bars)
        left, right = round(_EDGE + at * width), round(_EDGE + (at + 0.9) * width)
        top = floor - round(room * bar.count / (histogram.highest or 1))
        over = histogram.limit is not None and bar.low > histogram.limit
        _fill(canvas, (left, max(left + 1, right)), (top, floor), _OVER if over else _BAR)
    _fill(canvas, (_EDGE, _WIDTH - _EDGE), (floor, floor + 1), _INK)
    _fill(canvas, (_EDGE - 1, _EDGE), (_EDGE, floor), _INK)
    if bars:
        last = f"{bars[-1].high - 1:,.0f}"
        _write(canvas, f"{bars[0].low:,.0f}", _EDGE, floor + 8)
        _write(canvas, last, _WIDTH - _EDGE - len(last) * _DIGIT_WIDTH, floor + 8)
        _write(canvas, f"{histogram.highest:,}", _EDGE, _EDGE - 16)
    return _png(canvas)


def _fill(
    canvas: list[bytearray], columns: tuple[int, int], rows: tuple[int, int], colour: int
) -> None:
    for row in range(*rows):
        canvas[row][columns[0] : columns[1]] = bytes([colour]) * (columns[1] - columns[0])


def _write(canvas: list[bytearray], text: str, left: int, top: int) -> None:
    for character in text:
        bits = _DIGITS[character]
        for at in range(15):
            if bits >> (14 - at) & 1:
                x, y = left + at % 3 * _SCALE, top + at // 3 * _SCALE
                _fill(canvas, (x, x + _SCALE), (y, y + _SCALE), _INK)
        left += _DIGIT_WIDTH


def _png(canvas: list[bytearray]) -> bytes:
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 3, 0, 0, 0)  # 8 bits, by palette
    lines = b"".join(b"\0" + row for row in canvas)
    chunks = ((b"IHDR", head), (b"PLTE", _PALETTE), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
