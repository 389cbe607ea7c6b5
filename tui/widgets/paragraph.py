"""A few lines of wrapped text that change often: only changed lines are repainted."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Paragraph(Widget):
    """Shows a text wrapped to its width, cut at its height; it never asks for a layout."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.content = Text()
        self._lines: list[Text] = []

    def update(self, content: Text) -> None:
        """Show another text; lines that stay the same are not painted."""
        self.content = content
        before, self._lines = self._lines, self._wrapped()
        for y in range(max(len(before), len(self._lines))):
            old = before[y] if y < len(before) else None
            new = self._lines[y] if y < len(self._lines) else None
            if old is None or new is None or old.markup != new.markup:
                self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        """Wrap for the new size."""
        self._lines = self._wrapped()
        self.refresh()

    def _wrapped(self) -> list[Text]:
        width = self.size.width
        return list(self.content.wrap(self.app.console, width)) if width else []

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, base = self.size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[y].copy()
        if y == self.size.height - 1 and y + 1 < len(self._lines):
            line.append("…")
        segments = line.render(self.app.console)
        strip = Strip(Segment(s.text, base + (s.style or Style())) for s in segments if s.text)
        return strip.adjust_cell_length(width, base)
