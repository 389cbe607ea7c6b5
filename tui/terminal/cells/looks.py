"""How a cell looks: attributes and colours, and the shortest way from one look to another."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.color import ColorSystem
    from rich.style import Style

# By SGR number: the names that Rich has for attributes. All of a style's, as Textual writes them.
_ON = {
    "bold": 1,
    "dim": 2,
    "italic": 3,
    "underline": 4,
    "blink": 5,
    "blink2": 6,
    "reverse": 7,
    "conceal": 8,
    "strike": 9,
    "underline2": 21,
    "frame": 51,
    "encircle": 52,
    "overline": 53,
}
_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 21: 24, 51: 54, 52: 54}
_OFF[53] = 55
_ON_BLANKS = frozenset({4, 7, 9, 21, 51, 52, 53})  # these can be seen where there is no text
_NO_COLOR, _NO_BACKGROUND = "39", "49"


class Look:
    """Attributes, colours and link of a cell, as SGR parameters. Equal ones are one object."""

    __slots__ = ("attributes", "background", "blank", "color", "link", "marks_blanks")

    blank: Look
    """What can be seen of it in a cell without text."""

    def __init__(self, attributes: frozenset[int], color: str, background: str, link: str) -> None:
        self.attributes = attributes
        self.color = color
        self.background = background
        self.link = link
        self.marks_blanks = bool(link or attributes & _ON_BLANKS)

    def on(self, background: str) -> Look:
        """Return this look over another background."""
        return _look(self.attributes, self.color, background, self.link)


@lru_cache(8192)
def _look(attributes: frozenset[int], color: str, background: str, link: str) -> Look:
    known = _looks.get((attributes, color, background, link))
    if known is None:
        known = _looks[attributes, color, background, link] = Look(
            attributes, color, background, link
        )
        plain = frozenset[int]()
        known.blank = known if known.marks_blanks else _look(plain, "", background, "")
        if not known.marks_blanks and not attributes and not color:
            known.blank = known
    return known


_looks: dict[tuple[frozenset[int], str, str, str], Look] = {}
PLAIN = _look(frozenset(), "", "", "")


@lru_cache(8192)
def look_of(style: Style | None, system: ColorSystem) -> Look:
    """Return the look of a style on a terminal with such colours."""
    if style is None:
        return PLAIN
    attributes = frozenset(number for name, number in _ON.items() if getattr(style, name))
    color = background = ""
    if style.color is not None:
        color = ";".join(style.color.downgrade(system).get_ansi_codes())
    if style.bgcolor is not None:
        background = ";".join(style.bgcolor.downgrade(system).get_ansi_codes(foreground=False))
    return _look(
        attributes,
        "" if color == _NO_COLOR else color,
        "" if background == _NO_BACKGROUND else background,
        style.link or "",
    )


@lru_cache(4096)
def transition(before: Look | None, after: Look) -> str:
    """Return the shortest sequence from one look, None for any, to another."""
    if before is after:
        return ""
    link = ""
    if before is None or before.link != after.link:
        link = f"\x1b]8;;{after.link}\x1b\\" if before is not None or after.link else ""
    anew = [*map(str, sorted(after.attributes)), after.color, after.background]
    anew = [code for code in anew if code]
    fresh = f"\x1b[0;{';'.join(anew)}m" if anew else "\x1b[m"
    if before is None:
        return link + fresh
    changed = ";".join(_changes(before, after))
    step = f"\x1b[{changed}m" if changed else ""
    return link + min(step, fresh, key=len)


def _changes(before: Look, after: Look) -> list[str]:
    off = {_OFF[number] for number in before.attributes - after.attributes}
    # One number ends two attributes: what stays is begun again.
    on = {n for n in after.attributes if n not in before.attributes or _OFF[n] in off}
    codes = [str(number) for number in (*sorted(off), *sorted(on))]
    if before.color != after.color:
        codes.append(after.color or _NO_COLOR)
    if before.background != after.background:
        codes.append(after.background or _NO_BACKGROUND)
    return codes
