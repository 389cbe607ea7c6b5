"""The top line: where one is, and the keys to the other places."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget


class ModeBar(Widget):
    """The modes with their keys; the current one stands out by brackets as well as by colour.

    Where there is no room for all of it, the others are left with their keys: where one is
    can always be read.
    """

    DEFAULT_CSS = """
    ModeBar { height: 1; background: $panel; color: $text; padding: 0 1; }
    """

    def __init__(self, modes: tuple[tuple[str, str], ...], current: str) -> None:
        super().__init__()
        self._modes, self._current = modes, current

    def render(self) -> Text:
        """Draw the line for the present width."""
        whole = self._line(short=False)
        return whole if whole.cell_len <= self.content_size.width else self._line(short=True)

    def _line(self, *, short: bool) -> Text:
        text = Text("" if short else "finetui  ", style="bold", no_wrap=True, overflow="ellipsis")
        for key, title in self._modes:
            if title == self._current:
                text.append(f"[{key} {title}]", style="bold reverse")
            else:
                text.append(f" {key} " if short else f" {key} {title} ")
        return text
