"""A screen of the app as an SVG: text as text, blocks and lines of boxes as shapes.

Rich draws blocks and lines with the letters of a font, whose height is never quite that of a row:
bars have stripes then, and corners gaps. Nothing is loaded from elsewhere to show the picture.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.color import Color, blend_rgb
from rich.style import Style
from rich.terminal_theme import TerminalTheme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.color_triplet import ColorTriplet
    from textual.app import App
    from textual.strip import Strip

WIDTH, HEIGHT = 8.4, 19.0  # of a cell
SIZE, BASE, EDGE, BAR = 14, 14.2, 10, 30  # of letters, their base line, the frame, its title
# What a terminal's own sixteen colours are taken for.
OWN = TerminalTheme(
    (18, 18, 18),
    (228, 228, 228),
    [
        *((0, 0, 0), (205, 49, 49), (13, 188, 121), (229, 229, 16)),
        *((36, 114, 200), (188, 63, 188), (17, 168, 205), (204, 204, 204)),
    ],
    [
        *((118, 118, 118), (241, 76, 76), (35, 209, 139), (245, 245, 67)),
        *((59, 142, 234), (214, 112, 214), (41, 184, 219), (255, 255, 255)),
    ],
)
_FONTS = "'Fira Code','JetBrains Mono','SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace"
_EIGHTHS_UP, _EIGHTHS_RIGHT = " ▁▂▃▄▅▆▇█", " ▏▎▍▌▋▊▉█"
# From the middle of a cell: up, right, down, left.
_LINES = {
    "─": "rl",
    "━": "rl",
    "│": "ud",
    "┃": "ud",
    "└": "ur",
    "┘": "ul",
    "┌": "rd",
    "┐": "dl",
    "├": "urd",
    "┤": "udl",
    "┬": "rdl",
    "┴": "url",
    "┼": "urdl",
    "╴": "l",
    "╶": "r",
    "┏": "rd",
    "┓": "dl",
    "┗": "ur",
    "┛": "ul",
}
_ROUND = {"╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu"}
_BRAILLE = 0x2800
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))  # column, row of a bit
_HEAVY = "━┃┏┓┗┛"
_HATCH = {"╍": 2, "╌": 2, "┄": 3, "╎": 0}


class Cell(NamedTuple):
    """One character of the screen, as wide as it is."""

    column: int
    text: str
    ink: str
    ground: str
    bold: bool
    italic: bool
    underline: bool


def picture(app: App[object], title: str) -> str:
    """Return what is on the screen as an SVG."""
    size = app.screen.size
    strips = app.screen._compositor.render_strips(size)
    return draw(strips, size.width, title, _hex(_triplet(_background(app), background=True)))


def _background(app: App[object]) -> Color:
    return app.screen.background_colors[1].rich_color


def draw(strips: Sequence[Strip], width: int, title: str, ground: str) -> str:
    """Return lines of cells as an SVG over a ground."""
    wide, high = width * WIDTH + 2 * EDGE, len(strips) * HEIGHT + BAR + EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" '
        f'font-family="{_FONTS}" font-size="{SIZE}" xml:space="preserve">',
        f'<rect width="{wide:g}" height="{high:g}" rx="8" fill="{ground}"/>',
        *(
            f'<circle cx="{16 + 18 * n}" cy="15" r="5.5" fill="{color}"/>'
            for n, color in enumerate(("#ff5f57", "#febc2e", "#28c840"))
        ),
        f'<text x="{wide / 2:g}" y="20" fill="#8a8a8a" text-anchor="middle">{escape(title)}</text>',
        f'<g transform="translate({EDGE},{BAR})">',
    ]
    for row, strip in enumerate(strips):
        cells = [*_cells(strip)]
        top = row * HEIGHT
        parts += _grounds(cells, top, ground)
        parts += _marks(cells, top)
    return "\n".join([*parts, "</g></svg>"]) + "\n"


def _cells(strip: Strip) -> Iterator[Cell]:
    column = 0
    for text, style, control in strip:
        if control is not None:
            continue
        ink, ground = _colors(looks := style or Style())
        for character in text:
            if (width := cell_len(character)) or column == 0:
                how = bool(looks.bold), bool(looks.italic), bool(looks.underline)
                yield Cell(column, character, ink, ground, *how)
            column += width


def _colors(style: Style) -> tuple[str, str]:
    ink = _triplet(style.color, background=False)
    ground = _triplet(style.bgcolor, background=True)
    if style.reverse:
        ink, ground = ground, ink
    if style.dim:
        ink = blend_rgb(ink, ground, 0.34)
    return _hex(ink), _hex(ground)


def _triplet(color: Color | None, *, background: bool) -> ColorTriplet:
    return (color or Color.default()).get_truecolor(OWN, foreground=not background)


def _hex(color: ColorTriplet) -> str:
    return color.hex


def _grounds(cells: list[Cell], top: float, ground: str) -> Iterator[str]:
    for color, group in groupby(cells, key=lambda cell: cell.ground):
        run = [*group]
        if color != ground:
            end = run[-1].column + cell_len(run[-1].text)
            yield _rect(run[0].column * WIDTH, top, (end - run[0].column) * WIDTH, HEIGHT, color)


def _rect(left: float, top: float, width: float, height: float, color: str) -> str:
    # A trifle larger, so that no line shows between neighbours.
    return (
        f'<rect x="{left:.5g}" y="{top:.5g}" width="{width + 0.15:.5g}" '
        f'height="{height + 0.15:.5g}" fill="{color}"/>'
    )


def _marks(cells: list[Cell], top: float) -> Iterator[str]:
    for key, group in groupby(cells, key=_kind):
        run = [*group]
        if key[0] == "shape":
            yield from _shapes(run, top)
        elif key[0] == "text":
            yield from _texts(run, top)


def _kind(cell: Cell) -> tuple[object, ...]:
    if cell.text in _EIGHTHS_UP[1:] or cell.text in _EIGHTHS_RIGHT[1:]:
        return "shape", cell.text, cell.ink
    if cell.text in _LINES or cell.text in _ROUND or cell.text in _HATCH:
        return "shape", cell.text, cell.ink
    if _BRAILLE <= ord(cell.text[0]) < _BRAILLE + 256:
        return "shape", cell.text, cell.ink
    if cell.text == " " and not cell.underline:
        return ("space",)
    # What is not in every font may have another width there: it is placed by itself.
    alone = cell.column if not cell.text.isascii() else -1
    return "text", cell.ink, cell.bold, cell.italic, cell.underline, alone


def _texts(run: list[Cell], top: float) -> Iterator[str]:
    first, last = run[0], run[-1]
    wide = (last.column + cell_len(last.text) - first.column) * WIDTH
    looks = ' font-weight="bold"' * first.bold + ' font-style="italic"' * first.italic
    looks += ' text-decoration="underline"' * first.underline
    length = f' textLength="{wide:.5g}"' if len(run) > 1 else ""
    text = escape("".join(cell.text for cell in run), quote=False)
    yield (
        f'<text x="{first.column * WIDTH:.5g}" y="{top + BASE:.5g}"{length} '
        f'fill="{first.ink}"{looks}>{text}</text>'
    )


def _shapes(run: list[Cell], top: float) -> Iterator[str]:
    """Draw equal neighbours as one."""
    shape, color, left = run[0].text, run[0].ink, run[0].column * WIDTH
    if ord(shape) >= _BRAILLE:
        yield from _dots(run, top)
        return
    if shape in _EIGHTHS_UP:
        high = HEIGHT * _EIGHTHS_UP.index(shape) / 8
        yield _rect(left, top + HEIGHT - high, WIDTH * len(run), high, color)
        return
    for cell in run:
        left = cell.column * WIDTH
        if shape in _EIGHTHS_RIGHT:
            yield _rect(left, top, WIDTH * _EIGHTHS_RIGHT.index(shape) / 8, HEIGHT, color)
    if shape not in _EIGHTHS_RIGHT:
        yield _stroke(run, top)


def _dots(run: list[Cell], top: float) -> Iterator[str]:
    """Draw the dots of Braille: of each cell eight, in two columns."""
    path = ""
    for cell in run:
        bits = ord(cell.text) - _BRAILLE
        for bit, (right, row) in enumerate(_DOTS):
            if bits >> bit & 1:
                x, y = (cell.column + 0.25 + right / 2) * WIDTH, top + (row + 0.5) * HEIGHT / 4
                path += f"M{x - 0.9:.4g} {y:.4g}h1.8"
    yield f'<path d="{path}" stroke="{run[0].ink}" stroke-width="1.8"/>'


def _stroke(run: list[Cell], top: float) -> str:
    shape, middle = run[0].text, top + HEIGHT / 2
    path = ""
    if shape in {"─", "━", *_HATCH} and _HATCH.get(shape) != 0:
        start = run[0].column * WIDTH
        path = f"M{start:.5g} {middle:.5g}h{len(run) * WIDTH:.5g}"
    else:
        for cell in run:
            path += _lines(shape, (cell.column + 0.5) * WIDTH, middle)
    width = 2.4 if shape in _HEAVY else 1.2
    dash = f' stroke-dasharray="{WIDTH / 4:.3g}"' if shape in _HATCH else ""
    return f'<path d="{path}" stroke="{run[0].ink}" stroke-width="{width}" fill="none"{dash}/>'


def _lines(shape: str, x: float, y: float) -> str:
    ends = {
        "u": (x, y - HEIGHT / 2), "d": (x, y + HEIGHT / 2),
        "l": (x - WIDTH / 2, y), "r": (x + WIDTH / 2, y),
    }  # fmt: skip
    if shape in _ROUND:
        (x1, y1), (x2, y2) = (ends[way] for way in _ROUND[shape])
        return f"M{x1:.5g} {y1:.5g}Q{x:.5g} {y:.5g} {x2:.5g} {y2:.5g}"
    ways = _LINES.get(shape, "ud")
    return "".join(f"M{x:.5g} {y:.5g}L{ends[way][0]:.5g} {ends[way][1]:.5g}" for way in ways)
