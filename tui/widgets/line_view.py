"""The base of widgets that draw lines on demand, and the pane around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from tui.widgets.parts import parts_in

if TYPE_CHECKING:
    from rich.style import Style
    from textual.strip import Strip

_AROUND = 6  # cells of a border beside its title


class LineView(ScrollView):
    """A view of lines drawn on demand, which changes its content without a layout.

    Laying out paints everything on the screen again, which takes longer than a key may wait. So
    the scrollbar has its column always, and cannot be seen where there is nothing to scroll.
    """

    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        scrollbar-size: 1 1; overflow-x: hidden; overflow-y: scroll;
        scrollbar-background: $background 0%;
        scrollbar-background-hover: $background 0%;
        scrollbar-background-active: $background 0%;
    }
    """

    _look: tuple[Style, int] | None = None

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scrollbar (made when first asked for), which is painted only when it changes."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = StillScrollBar(
                vertical=True, name="vertical", thickness=self.scrollbar_size_vertical
            )
            bar.display = False
            self.app._start_widget(self, bar)  # noqa: SLF001 - as Widget.vertical_scrollbar does
        return self._vertical_scrollbar

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines in view; style and width are looked up once for all of them."""
        self._look = self.rich_style, self.scrollable_content_region.width
        try:
            return super().render_lines(crop)
        finally:
            self._look = None

    @property
    def look(self) -> tuple[Style, int]:
        """The style and the width of a line."""
        return self._look or (self.rich_style, self.scrollable_content_region.width)

    def fit(self, width: int, height: int) -> None:
        """Take a content of `height` lines, `width` cells wide."""
        size = Size(width, height)
        if size == self.virtual_size:
            return
        if self.styles.height is None or self.styles.height.is_auto or not self.size:
            self.virtual_size = size
            return
        self.set_reactive(Widget.virtual_size, size)
        self.vertical_scrollbar.window_virtual_size = height


class StillScrollBar(ScrollBar):
    """A scrollbar that is not painted again while its thumb stays where it is.

    In a long list a step moves it by far less than the eighth of a cell that can be shown.
    """

    _painted: object = None

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> StillScrollBar:
        """Paint it again, if it looks different now."""
        looks = self._looks()
        if looks == self._painted and not (regions or layout or recompose):
            return self
        self._painted = looks
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _looks(self) -> tuple[Any, ...]:
        height, total, shown = self.size.height, self.window_virtual_size, self.window_size
        thumb: tuple[int, int] = (0, 0)
        if height and shown < total:
            length = max(1.0, shown * height / total)
            start = (height - length) * self.position / (total - shown)
            thumb = int(start * 8), int(length * 8)
        return height, thumb, self.mouse_over, self.grabbed, self.app.theme


class Pane(Vertical):
    """A box with a border that says what is in it."""

    _labelling = False
    _title = _subtitle = ""

    def label(self, title: str, subtitle: str = "") -> None:
        """Write on the border, above and below; only these two lines are painted again.

        Of a title as many parts stand there as there is room for, each whole.
        """
        self._labelling, self._title, self._subtitle = True, title, subtitle
        if self.outer_size.width:
            title = parts_in(title, self.outer_size.width - _AROUND)
        if title != self.border_title:
            self.border_title = title
        if subtitle != (self.border_subtitle or ""):
            self.border_subtitle = subtitle
        self._labelling = False

    def on_resize(self) -> None:
        """Fit the title again."""
        if self._title:
            self.label(self._title, self._subtitle)

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Pane:
        """Paint it again."""
        if self._labelling and self.size:
            left, top = self.content_offset
            width, height = self.outer_size
            first = Region(-left, -top, width, 1)
            regions = (first, first.translate((0, height - 1)))
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
