"""The line at the foot of a dialog: which keys work in it, and what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence


class KeyHints(Static):
    """Keys with a word each, in one line; they stand closer where there is little room."""

    DEFAULT_CSS = """
    KeyHints { height: 1; color: $text-muted; margin: 1 0 0 0; }
    """

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(classes="keys")
        self._keys = keys

    def render(self) -> Text:
        """Join them by dots, or by blanks where that would not fit."""
        text = " · ".join(self._keys)
        return Text(text if cell_len(text) <= self.size.width else "  ".join(self._keys))
