"""An app that hands what it paints to the painter of its driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.events import Resize
    from textual.screen import Screen

    from tui.terminal.cells.painter import Painter


class Painted(App[None]):
    """Writes only what changed, where its driver can."""

    @property
    def painter(self) -> Painter | None:
        """What paints the terminal; None where Textual does."""
        return getattr(self._driver, "painter", None)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Take the place of Textual's own, which writes all that was painted."""
        painter = self.painter
        if painter is None or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
            if painter is not None and renderable is not None:
                painter.forget()
            return
        if not self._batch_count and self._running and not self._closed:
            painter.sync = self._sync_available
            painter.paint(renderable, self.cursor_place())
        self.post_display_hook()

    def cursor_place(self) -> tuple[int, int]:
        """Return the column and row that the terminal's own cursor stands on."""
        x, y = self.screen.outer_size.clamp_offset(self.cursor_position)
        return x, y

    def on_resize(self, _event: Resize) -> None:
        """Paint all of it: terminals do as they like with what they showed."""
        if (painter := self.painter) is not None:
            painter.forget()
            self.call_after_refresh(painter.write_on)
