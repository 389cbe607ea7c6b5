"""A scrolled text that keeps its place when it is wrapped to another width."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.containers import VerticalScroll
from textual.geometry import Region

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.widget import Widget


class _Place(NamedTuple):
    """What stands at the top: a part, how many of its characters come before, lines between."""

    part: Widget
    before: int
    gap: int


class ReadingScroll(VerticalScroll):
    """Scrolls parts of text; what stands at the top stands there in every width, if it can.

    A place is told by the characters before it that are not blank: wrapping changes none of them.
    """

    def __init__(self, *, classes: str | None = None, can_focus: bool | None = None) -> None:
        super().__init__(classes=classes, can_focus=can_focus)
        self._place: _Place | None = None
        self._fitted = 0  # columns for which the place is that of the line at the top
        # Of each part in a size, how many characters stand before its lines, as far as was asked.
        self._counted: dict[Widget, tuple[Size, list[int]]] = {}

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Note what stands at the top now, unless another width has brought it there."""
        super().watch_scroll_y(old_value, new_value)
        if self.size.width == self._fitted:
            self._place = self._at_top()

    def on_resize(self) -> None:
        """Find the place again, once the text is laid out for this width."""
        if self.size.width != self._fitted:
            self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self._fitted, place = 0, self._place
        if place is not None and place.part.is_attached:
            self.scroll_to(y=self._line_of(place), animate=False, immediate=True, force=True)
        self._fitted = self.size.width  # from here on it is the user who scrolls

    def _at_top(self) -> _Place | None:
        top = self.scroll_offset.y
        for part in self.displayed_children:
            region = part.virtual_region
            if top > 0 and region.bottom > top:
                before = self._before(part, max(top - region.y, 0))
                return _Place(part, before, max(region.y - top, 0))
        return None

    def _before(self, part: Widget, line: int) -> int:
        """Return how many characters stand before a line; each line is looked at once."""
        size, sums = self._counted.get(part, (None, []))
        if size != part.outer_size:
            self._counted[part] = part.outer_size, (sums := [0])
        for count in _characters(part, len(sums) - 1, line):
            sums.append(sums[-1] + count)
        return sums[line]

    def _line_of(self, place: _Place) -> int:
        line, before = place.part.virtual_region.y - place.gap, 0
        for count in _characters(place.part, 0, place.part.outer_size.height):
            if before + count > place.before:
                break
            before += count
            line += 1
        return max(line, 0)


def _characters(part: Widget, first: int, end: int) -> list[int]:
    """Return how many characters that are not blank these lines of a part show."""
    if end <= first:
        return []
    strips = part.render_lines(Region(0, first, part.outer_size.width, end - first))
    return [len("".join(strip.text.split())) for strip in strips]
