"""Textual's driver with our way of reading keys, of suspending and of resuming."""

from __future__ import annotations

import os
import selectors
import signal
import threading
import time
from codecs import getincrementaldecoder
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.cells.glyphs import glyphs
from tui.terminal.cells.painter import Painter
from tui.terminal.cells.switch import erases_in_color, is_on
from tui.terminal.contrast import system_named
from tui.terminal.keys import KeyParser
from tui.terminal.typed_ahead import TypedAhead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.message import Message

_READ = 1 << 12
_ANSWERED_S = 1.0  # how long to wait for what the terminal still has to say
_LOOK_S = 0.1  # between looks for an escape key that nothing followed, and for the end


class TerminalDriver(LinuxDriver):
    """Reads keys with `KeyParser`, ends with its terminal, and is whole again after a stop.

    The app it drives may have `terminal_gone()`, called when nothing more can be typed.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._written = _Written(self._wake)
        if self._file is not None:
            self._file = cast("Any", _Forgiving(self._file, self._written))
        self._away = False  # stopped, or in the background: the terminal is somebody else's
        self._left = False  # given back: what the app still paints while it ends is not shown
        self._answers, self._ahead = _Answers(), TypedAhead()
        system = system_named(self._app.console.color_system)
        # Writes only what changed; None when that is switched off.
        self.painter: Painter | None = None
        if is_on(os.environ):
            erases, shown = erases_in_color(os.environ), glyphs(os.environ)
            self.painter = Painter(self, system, erases, shown)

    def write(self, data: str) -> None:
        """Write to the terminal, while it is ours."""
        if not self._away:
            if self.painter is not None:
                self.painter.pacing.sent(len(data))
            self._written.queued += 1
            super().write(data)

    # -- writing only what changed -------------------------------------------------------

    def write_frame(self, data: str) -> None:
        """Write what the painter has made; it has counted that."""
        if not self._away and not self._left:
            self._written.queued += 1
            super().write(data)

    def write_question(self, data: str) -> None:
        """Ask the terminal for what it answers with `keys.STATUS`."""
        if not self._away and not self._left:
            self._answers.asked()
            self.write_frame(data)

    def is_idle(self) -> bool:
        """Whether all has been written; if not, the painter goes on when it has been."""
        return not self._away and self._writer_thread is not None and self._written.all_written()

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call something on the loop after a time."""
        self._loop.call_later(seconds, call)

    def _wake(self) -> None:  # in the thread that writes
        self._soon(self._go_on_painting)

    def _go_on_painting(self) -> None:
        if self.painter is not None:
            self.painter.write_on()

    def _answered(self) -> None:  # in the thread that reads
        self._answers.came()
        if self.painter is not None:
            self._soon(partial(self.painter.answered, time.monotonic()))

    def _soon(self, call: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(call)

    def start_application_mode(self) -> None:
        """Take the terminal, of which nothing is known."""
        self._left = False
        self._ahead.look(self.fileno)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self.painter is not None and self._writer_thread is not None:
            self.painter.begin()

    def stop_application_mode(self) -> None:
        """Give the terminal back, with no answer under way that a shell would take for typed."""
        if self.painter is not None:
            self._answers.wait(_ANSWERED_S)
            self.write("\x1b[m")
            if os.environ.get("TERM") == "linux":  # it has no other screen to leave
                self.write("\x1b[H\x1b[2J")
        super().stop_application_mode()
        self._left = True

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
        parser = KeyParser(self._debug, self._answered)
        decode = getincrementaldecoder("utf-8")("replace").decode
        self._ahead.taken(self.fileno)  # the mode has just been changed, and nothing read yet
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
            return self._ahead.as_typed(os.read(self.fileno, _READ))
        except OSError:  # the terminal has gone
            return b""

    def _input_ended(self) -> None:
        if (gone := getattr(self._app, "terminal_gone", None)) is not None:
            self._loop.call_soon_threadsafe(gone)


class _Written:
    """Counts what was handed over and what has been written."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._waited_for = False
        self.queued = self.written = self.flushed = 0

    def all_written(self) -> bool:
        """Whether all has been written; if not, `wake` is called when it has been."""
        self._waited_for = True  # before looking: the other thread looks after writing
        if self.flushed < self.queued:
            return False
        self._waited_for = False
        return True

    def flush(self) -> None:
        """Note that what was written has left the buffer."""
        self.flushed = self.written
        if self._waited_for and self.flushed >= self.queued:
            self._waited_for = False
            self._wake()


class _Answers:
    """Counts questions put to the terminal and its answers, in two threads."""

    def __init__(self) -> None:
        self._open = 0
        self._ever = False
        self._first: float | None = None  # when the first question was put
        self._change = threading.Condition()

    def asked(self) -> None:
        with self._change:
            self._open += 1
            if self._first is None:
                self._first = time.monotonic()

    def came(self) -> None:
        with self._change:
            self._ever = True
            self._open = max(0, self._open - 1)
            self._change.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until no answer is to come any more, of a terminal that gives any.

        One that has given none for this many seconds since it was first asked is not waited for.
        """
        with self._change:
            if not self._ever and self._first is not None:
                left = self._first + seconds - time.monotonic()
                self._change.wait_for(lambda: self._ever, max(0.0, left))
            if self._ever:
                self._change.wait_for(lambda: not self._open, seconds)
            self._open = 0


class _Forgiving:
    """The terminal's file. What cannot be written, because it has gone, is nobody's loss."""

    def __init__(self, file: Any, written: _Written) -> None:
        self._file = file
        self._written = written

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._file.write(text)
        self._written.written += 1

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._file.flush()
        self._written.flush()

    def fileno(self) -> int:
        return cast("int", self._file.fileno())

    def isatty(self) -> bool:
        return cast("bool", self._file.isatty())


def _messages(parser: KeyParser, text: str) -> Iterable[Message]:
    # An empty text would tell the parser that nothing more comes: part of a character has come.
    return parser.feed(text) if text else ()
