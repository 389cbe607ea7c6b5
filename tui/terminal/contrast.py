"""A line filter that keeps text readable (WCAG contrast 4.5:1) in any theme and colour depth.

A terminal takes true colours, 256 or 16 (SSH does not forward COLORTERM, so 256 are common), and
what it cannot show becomes the nearest it can. Text is given a contrast of 4.5:1, computed with
the colours as they are displayed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.color import Color as RichColor
from rich.color import ColorSystem, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

MIN_CONTRAST = 4.5  # WCAG 2 AA, for text
_SYSTEMS = {
    "truecolor": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "standard": ColorSystem.STANDARD,
}
_BLACK, _WHITE = ColorTriplet(0, 0, 0), ColorTriplet(255, 255, 255)
_BLUE, _CYAN = 4, 6
_BRIGHT = 8  # from this number on the sixteen colours are the bright ones
_WORD = re.compile(r"\w")
_STEPS = 6  # from the colour wanted to black or white


def system_named(system: str | None) -> ColorSystem:
    """Return what a terminal's colours are, named as Rich names them."""
    return _SYSTEMS.get(system or "", ColorSystem.TRUECOLOR)


class ContrastFilter(LineFilter):
    """Gives text that could not be read another shade, after all else is decided."""

    def __init__(self, system: str | None) -> None:
        super().__init__()
        self._system = system_named(system)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with text that can be read; lines and blocks stay as they are."""
        behind = background.rich_color
        return [self._look_at(segment, behind) for segment in segments]

    def _look_at(self, segment: Segment, behind: RichColor) -> Segment:
        text, style, control = segment
        if style is None or control is not None:
            return segment
        readable = _readable(style, behind, self._system)
        return segment if readable is style or not _WORD.search(text) else Segment(text, readable)


@lru_cache(4096)
def _readable(style: Style, behind: RichColor, system: ColorSystem) -> Style:
    """Return the style, the very same when its text can be read."""
    under, color = style.bgcolor or behind, style.color or RichColor.default()
    if under.is_default:
        return _over_default(style, color)
    shown = _as_displayed(under, system)
    if color.is_default:  # over a colour of ours it may be anything
        return style + Style(
            color=_nearest(RichColor.from_triplet(shown), shown, system), dim=False
        )
    at = _as_displayed(color, system)
    if style.dim:  # only where the terminal's own colours are used: what it makes of it is its own
        style += Style(dim=False)
    return (
        style
        if contrast(at, shown) >= MIN_CONTRAST
        else style + Style(color=_nearest(color, shown, system))
    )


def _over_default(style: Style, color: RichColor) -> Style:
    """Return a style over the terminal's own background, which may be dark or light."""
    number = color.number
    if style.dim and style.reverse:  # the row under the cursor, where there are no colours
        return style + Style(dim=False)
    if style.dim and not color.is_default:  # no colour of its own bears being dimmed as well
        return style + Style(color=RichColor.default())
    if color.is_default or number is None or number >= _BRIGHT:
        return style
    if number == 0:
        return style + Style(color=RichColor.default())
    brighter = contrast(color.get_truecolor(), _BLACK) < MIN_CONTRAST
    if number == _BLUE:  # dark on many terminals, however bright it is called
        number = _CYAN
    return style + Style(color=RichColor.from_ansi(number + _BRIGHT)) if brighter else style


def _nearest(color: RichColor, under: ColorTriplet, system: ColorSystem) -> RichColor:
    """Return the colour nearest to one that can be read over another."""
    towards = max((_BLACK, _WHITE), key=lambda end: contrast(end, under))
    start = color.get_truecolor()
    for step in range(1, _STEPS + 1):
        tried = RichColor.from_triplet(blend_rgb(start, towards, step / _STEPS))
        if contrast(_as_displayed(tried, system), under) >= MIN_CONTRAST:
            return tried
    return RichColor.from_triplet(towards)


def _as_displayed(color: RichColor, system: ColorSystem) -> ColorTriplet:
    """Return what a terminal with such colours shows."""
    return color.downgrade(system).get_truecolor()


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """Return the contrast of two colours by WCAG 2, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: ColorTriplet) -> float:
    parts = [value / 255 for value in color]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
