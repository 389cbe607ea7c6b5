"""A painter beside what Textual would have written, each on an emulator of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import ColorSystem
from rich.console import Console

from tests.terminal.emulator import Emulator
from tui.terminal.cells.painter import Painter

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual._compositor import ChopsUpdate, LayoutUpdate

ANSWER = "\x1b[0n"  # to the question of the painter, whether the terminal is there


class Line:
    """A line to an emulator, which takes all at once unless it is busy."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.busy = False
        self.written = 0
        self.frames = 0  # one in several pieces counts for as many
        self.to_come = ""
        self.timers: list[Callable[[], None]] = []

    def write_frame(self, data: str) -> None:
        """Show it."""
        raw = data.encode()
        self.written += len(raw)
        self.frames += 1
        self.to_come += self.emulator.feed(raw)

    write_question = write_frame

    def is_idle(self) -> bool:
        """Whether it takes something."""
        return not self.busy

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Keep it for whoever has the time."""
        self.timers.append(call)


class Beside:
    """Paints the same in two ways."""

    def __init__(
        self, columns: int = 80, rows: int = 24, *, system: str = "256", erases: bool = True
    ) -> None:
        self.plain = Emulator(columns, rows)
        self.line = Line(Emulator(columns, rows))
        self.console = Console(color_system=system, force_terminal=True)  # type: ignore[arg-type]
        colors = {"256": ColorSystem.EIGHT_BIT, "standard": ColorSystem.STANDARD}
        self.painter = Painter(self.line, colors[system], erases)
        self.painter.begin()
        self.plain_bytes = 0
        for emulator in (self.plain, self.line.emulator):
            emulator.feed(b"\x1b[?7l")
        self.answer()

    def resize(self, columns: int, rows: int) -> None:
        """Have another size."""
        self.plain.resize(columns, rows)
        self.line.emulator.resize(columns, rows)
        self.forget()

    def forget(self) -> None:
        """Know nothing of what is shown."""
        self.painter.forget()

    def write_on(self) -> None:
        """Write what is still to be written."""
        self.painter.write_on()

    def show_cursor(self, shown: bool) -> None:
        """Have the terminal show its cursor."""
        self.painter.show_cursor(shown)

    sync = False

    def paint(self, update: LayoutUpdate | ChopsUpdate, cursor: tuple[int, int] = (0, 0)) -> None:
        """Show this in both ways."""
        text = update.render_segments(self.console).replace("\n", "\r\n").encode()
        self.plain_bytes += len(text)
        self.plain.feed(text)
        self.painter.paint(update, cursor)

    def answer(self) -> None:
        """Have the terminal answer all that it was asked."""
        while ANSWER in self.line.to_come:
            self.line.to_come = self.line.to_come.replace(ANSWER, "", 1)
            self.painter.answered(self.now())

    @staticmethod
    def now() -> float:
        """The clock of the painter."""
        import time

        return time.monotonic()

    def differences(self) -> list[str]:
        """Return the cells that are not the same."""
        self.line.busy = False
        for _ in range(99):
            self.painter.write_on()
            if ANSWER not in self.line.to_come:
                break
            self.answer()
        rows = zip(self.plain.cells(), self.line.emulator.cells(), strict=True)
        return [
            f"{x},{y}: {one} is {other}"
            for y, (wanted, shown) in enumerate(rows)
            if wanted != shown
            for x, (one, other) in enumerate(zip(wanted, shown, strict=True))
            if one != other
        ]
