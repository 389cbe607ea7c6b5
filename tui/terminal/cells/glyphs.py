"""What the text console of Linux shows in place of characters that its fonts do not have.

They hold what the IBM PC had, Latin letters and little more; what is missing is shown as one and
the same mark, so that a box has no corners and a tick cannot be told from a cross.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONSOLES = ("linux",)
_INSTEAD = {
    "╭╮╰╯": "┌┐└┘",
    "━┃┏┓┗┛": "═║╔╗╚╝",
    "┄┅┆┇┈┉┊┋╌╍╎╏": "──││──││──││",
    "▸▶‣▹▷": "►" * 5,
    "◂◀◃◁": "◄" * 4,
    "▾▿": "▼▼",
    "▴▵": "▲▲",
    "✓✔✗✘✕": "√√xxx",
    "…–—−": "~---",
    "“”„‘’‚": '"""\'\',',
    "⟨⟩‹›": "<><>",
    "●⏺◐◑◌◯◉": "•••••••",
    "★☆◆◇": "****",
    "▪▫▣▨□◼": "■" * 6,
    "▁▂▃▅▆▇": "_▄▄███",
    "▔▕▏▎▍▊▋▉": "─│││▌██▌",
    "↪↵⏎↩": "→←←←",
    "⠤⠒⠉⣀": "_~~_",
}
TABLE = {
    ord(one): other
    for these, those in _INSTEAD.items()
    for one, other in zip(these, those, strict=True)
}


def glyphs(environ: Mapping[str, str]) -> Mapping[int, str] | None:
    """Return what is shown in place of characters, by their number; None for all as they are."""
    return TABLE if environ.get("TERM", "") in _CONSOLES else None
