"""The line at the foot of a dialog: which keys work in it, and what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size


_DOT = " · "


class KeyHints(Static):
    """Keys with a word each: closer where there is little room, in several lines with less."""

    DEFAULT_CSS = """
    KeyHints { height: auto; color: $text-muted; margin: 1 0 0 0; }
    """

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(classes="keys")
        self._keys = keys

    def take(self, other: KeyHints) -> None:
        """Show the keys of another line: what can be done has changed."""
        if self._keys != other._keys:
            self._keys = other._keys
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return how many lines they take."""
        return len(lines_of_keys(self._keys, width))

    def render(self) -> Text:
        """Join them by dots, or by blanks where that would not fit."""
        return Text("\n".join(lines_of_keys(self._keys, self.size.width)))


def lines_of_keys(keys: Sequence[str], width: int) -> list[str]:
    """Return keys in as few lines as hold them; none is broken in two."""
    text = _DOT.join(keys)
    if cell_len(text) <= width:
        return [text]
    lines: list[str] = []
    for key in keys:
        if lines and cell_len(joined := f"{lines[-1]}  {key}") <= width:
            lines[-1] = joined
        else:
            lines.append(key)
    return lines
