"""The top line: the modes with their keys, the current one marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events


class ModeBar(Widget):
    """The modes with their keys; the current one stands out by brackets as well as by colour.

    Where there is no room for all of it, the program's name goes, then the others are left
    with their keys: where one is can always be read.
    """

    DEFAULT_CSS = """
    ModeBar { height: 1; background: $panel; color: $text; padding: 0 1; }
    ModeBar > .mode-bar--key { color: $footer-key-foreground; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"mode-bar--key"}

    @dataclass
    class Chosen(Message):
        """A mode's name was clicked."""

        title: str

    def __init__(self, modes: Callable[[], Sequence[tuple[str, str]]], current: str) -> None:
        """Show what `modes` returns when it is drawn: the key, if any, and the title of each."""
        super().__init__()
        self._modes, self._current = modes, current

    def keys_changed(self) -> None:
        """Show the keys in use."""
        self.refresh()

    def render(self) -> Text:
        """Draw the line for the present width."""
        return self._fitting()[0]

    def on_click(self, event: events.Click) -> None:
        """Go where the name clicked leads."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for title, (start, end) in self._fitting()[1].items():
            if start <= offset.x < end:
                self.post_message(self.Chosen(title))

    def _fitting(self) -> tuple[Text, dict[str, tuple[int, int]]]:
        """Return the fullest line that fits, and from which to which column each mode stands."""
        forms = (self._line(name=True), self._line(), self._line(short=True))
        width = self.content_size.width
        return next((form for form in forms if form[0].cell_len <= width), forms[-1])

    def _line(
        self, *, name: bool = False, short: bool = False
    ) -> tuple[Text, dict[str, tuple[int, int]]]:
        places: dict[str, tuple[int, int]] = {}
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append("finetui  " if name else "", style="bold")
        bright = self.get_component_rich_style("mode-bar--key", partial=True)
        for key, title in self._modes():
            start = text.cell_len
            if title == self._current:
                text.append(f"[{f'{key} ' if key else ''}{title}]", style="bold reverse")
                text.append(" " if short else "")
            else:
                shown = key or (title if short else "")
                text.append(f"{'' if short else ' '}{shown}{' ' if shown else ''}", style=bright)
                text.append("" if short else f"{title} ")
            places[title] = (start, text.cell_len)
        text.rstrip()
        return text, places
