"""Keys typed before the program has the terminal: it is still in the mode of a shell's line.

In that mode the terminal makes a new line of enter; read later, it would be ctrl+j.
"""

from __future__ import annotations

import fcntl
import struct
import termios
from contextlib import suppress


class TypedAhead:
    """Knows how much was typed before, and gives it back as it was typed."""

    def __init__(self) -> None:
        self._left = 0  # bytes that are still to be read
        self._in_lines = False  # whether the terminal made new lines of enter until it was taken

    def look(self, descriptor: int) -> None:
        """Note what is waiting in whole lines, before the terminal's mode is changed."""
        self._left, self._in_lines = 0, False
        with suppress(OSError, termios.error):
            modes = termios.tcgetattr(descriptor)
            self._in_lines = bool(modes[3] & termios.ICANON and modes[0] & termios.ICRNL)
            self._count(descriptor)

    def taken(self, descriptor: int) -> None:
        """Note what has come since, up to the change of the mode and right after it.

        An enter of those is a new line or not, by the moment it came; a real ctrl+j typed in that
        moment would count as enter, too.
        """
        with suppress(OSError):
            self._count(descriptor)

    def _count(self, descriptor: int) -> None:
        if self._in_lines:
            waiting = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
            self._left = struct.unpack("i", waiting)[0]

    def as_typed(self, data: bytes) -> bytes:
        """Return what was read, with enter where it was pressed before."""
        if not self._left:
            return data
        before, after = data[: self._left], data[self._left :]
        self._left -= len(before)
        return before.replace(b"\n", b"\r") + after
