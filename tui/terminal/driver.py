"""Textual's driver with our way of reading keys, of suspending and of resuming."""

from __future__ import annotations

import os
import selectors
import signal
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.keys import KeyParser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.message import Message

_READ = 1 << 12
_LOOK_S = 0.1  # between looks for an escape key that nothing followed, and for the end


class TerminalDriver(LinuxDriver):
    """Reads keys with `KeyParser`, ends with its terminal, and is whole again after a stop.

    The app it drives may have `terminal_gone()`, called when nothing more can be typed.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self._file is not None:
            self._file = cast("Any", _Forgiving(self._file))
        self._away = False  # stopped, or in the background: the terminal is somebody else's

    def write(self, data: str) -> None:
        """Write to the terminal, while it is ours."""
        if not self._away:
            super().write(data)

    # -- stopping and going on ---------------------------------------------------------

    # Handlers only ask the loop: the code they interrupt may hold what stopping waits for.

    def _sigtstp_application(self, *_: object) -> None:
        if self._auto_restart:
            self._loop.call_soon_threadsafe(self._stop)
        else:  # another program, such as an editor, has the terminal
            os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart:
            self._loop.call_soon_threadsafe(self._go_on)

    def _stop(self) -> None:
        if not self._away:
            self.suspend_application_mode()
            self._away = True
            if (keep := getattr(self._app, "keep_typed", None)) is not None:
                keep()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        if not self._away:  # stopped without having been told, and the terminal used meanwhile
            self.suspend_application_mode()
        self._away, self._writer_thread = False, None
        self._must_signal_resume = True
        self.resume_application_mode()
        self._away = self._writer_thread is None  # still in the background

    # -- reading -----------------------------------------------------------------------

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
                        self._input_ended()
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

    def _input_ended(self) -> None:
        if (gone := getattr(self._app, "terminal_gone", None)) is not None:
            self._loop.call_soon_threadsafe(gone)


class _Forgiving:
    """The terminal's file. What cannot be written, because it has gone, is nobody's loss."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
        except (OSError, ValueError):
            return

    def flush(self) -> None:
        try:
            self._file.flush()
        except (OSError, ValueError):
            return

    def fileno(self) -> int:
        return cast("int", self._file.fileno())

    def isatty(self) -> bool:
        return cast("bool", self._file.isatty())


def _messages(parser: KeyParser, text: str) -> Iterable[Message]:
    # An empty text would tell the parser that nothing more comes: part of a character has come.
    return parser.feed(text) if text else ()
