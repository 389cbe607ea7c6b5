"""The top line: where one is, and the keys to the other places."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget


class ModeBar(Widget):
    """The modes with their keys; the current one stands out by brackets as well as by colour.

    Where there is no room for all of it, the program's name goes, then the others are left
    with their keys: where one is can always be read.
    """

    DEFAULT_CSS = """
    ModeBar { height: 1; background: $panel; color: $text; padding: 0 1; }
    """

    def __init__(self, modes: tuple[tuple[str, str], ...], current: str) -> None:
        super().__init__()
        self._modes, self._current = modes, current

    def render(self) -> Text:
        """Draw the line for the present width."""
        forms = (self._line(name=True), self._line(), self._line(short=True))
        width = self.content_size.width
        return next((line for line in forms if line.cell_len <= width), forms[-1])

    def _line(self, *, name: bool = False, short: bool = False) -> Text:
        text = Text("finetui  " if name else "", style="bold", no_wrap=True, overflow="ellipsis")
        for key, title in self._modes:
            if title == self._current:
                text.append(f"[{key} {title}]", style="bold reverse")
                text.append(" " if short else "")
            else:
                text.append(f"{key} " if short else f" {key} {title} ")
        text.rstrip()
        return text
