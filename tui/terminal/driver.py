"""Textual's driver for terminals, with our way of reading keys."""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.keys import KeyParser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.message import Message

_READ = 1 << 12
_LOOK_S = 0.1  # between looks for an escape key that nothing followed, and for the end


class TerminalDriver(LinuxDriver):
    """Reads keys with `KeyParser`; the end of the input ends the program."""

    def run_input_thread(self) -> None:
        """Read what the terminal sends until the driver stops."""
        parser = KeyParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_LOOK_S):
                    data = self._read()
                    if not data:
                        self.input_ended()
                        return
                    for message in _messages(parser, decode(data)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ)
        except OSError:  # the terminal has gone
            return b""

    def input_ended(self) -> None:
        """End the program: nobody can reach it any more."""


def _messages(parser: KeyParser, text: str) -> Iterable[Message]:
    # An empty text would tell the parser that nothing more comes: part of a character has come.
    return parser.feed(text) if text else ()
