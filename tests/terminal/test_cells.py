"""Writing only what changed shows what writing all of it shows."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tests.rows import answer, chat, user
from tests.terminal.painting import Beside
from tests.until import until
from tui.app import FinetuiApp
from tui.terminal.cells import display
from tui.terminal.cells.painter import Painter
from tui.terminal.contrast import system_named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.color import ColorSystem
    from rich.console import Console

WORDS = [
    "",
    " ",
    "   ",
    "        ",
    "word",
    "─────",
    "│",
    "●",
    "é",
    "ü ",
    "日本",
    "語",
    "한글",
    "→",
]
WORDS += ["e\u0301", "naïve", "x" * 12, "▁▂▃", "Ж", "×", "½"]
# As wide as Textual takes them in pyte, and perhaps not elsewhere.
UNSURE = ["🙂", "🚀 ", "a\u0308", "n\u0303", "ก็"]
STYLES = [
    "none",
    "color(196)",
    "color(81) on color(17)",
    "on color(17)",
    "bold color(81) on color(17)",
    "dim",
    "underline on color(22)",
    "reverse",
    "italic strike red",
    "bold dim",
    "bright_blue on bright_black",
]


_numbers = itertools.count()


def style(dice: random.Random) -> Style:
    # A new one: Textual keeps with a style how it is written, whatever the colours.
    return Style.parse(dice.choice(STYLES)) + Style(meta={"n": next(_numbers)})


def row(dice: random.Random, width: int, words: Sequence[str]) -> Strip:
    segments = []
    length = 0
    while length < width:
        segment = Segment(dice.choice(words), style(dice))
        segments.append(segment)
        length += segment.cell_length
    return Strip(segments).adjust_cell_length(width)


def changed(dice: random.Random, strip: Strip, words: Sequence[str]) -> Strip:
    """A row that differs from another in a few places, as rows do."""
    width = strip.cell_length
    if dice.random() < 0.2:
        return row(dice, width, words)
    start = dice.randrange(width)
    piece = Strip([Segment(dice.choice(words), style(dice))])
    end = min(width, start + piece.cell_length)
    parts = [strip.crop(0, start), piece.crop(0, end - start), strip.crop(end, width)]
    return Strip.join(parts).adjust_cell_length(width)


class Rows:
    """Rows of a screen, painted as the compositor has them: whole, or as pieces of some rows."""

    def __init__(self, dice: random.Random, width: int, height: int, words: Sequence[str]) -> None:
        self.dice, self.words = dice, words
        self.width = width
        self.strips = [row(dice, width, words) for _ in range(height)]

    def cuts(self) -> list[int]:
        inside = sorted({self.dice.randrange(1, self.width) for _ in range(3)})
        return [0, *inside, self.width]

    def whole(self) -> LayoutUpdate:
        strips = [
            strip.divide(self.cuts()[1:]) if self.dice.random() < 0.5 else [strip]
            for strip in self.strips
        ]
        return LayoutUpdate(list(strips), Region(0, 0, self.width, len(self.strips)))

    def partly(self) -> ChopsUpdate | None:
        """Change some rows, and paint the pieces in which they changed."""
        chops: list[dict[int, Strip | None]] = [{0: None} for _ in self.strips]
        ends = [[self.width] for _ in self.strips]
        spans = []
        for y in range(len(self.strips)):
            if self.dice.random() < 0.7:
                continue
            cuts = self.cuts()
            pieces = dict(zip(cuts[:-1], self.strips[y].divide(cuts[1:]), strict=True))
            at = self.dice.choice(cuts[:-1])
            pieces[at] = changed(self.dice, pieces[at], self.words)
            self.strips[y] = Strip.join(pieces.values())
            chops[y], ends[y] = dict(pieces), cuts[1:]
            end = cuts[cuts.index(at) + 1]
            spans.append((y, at, self.dice.choice([end, self.width])))
        return ChopsUpdate(chops, spans, ends) if spans else None

    def update(self) -> LayoutUpdate | ChopsUpdate | None:
        if self.dice.random() < 0.2:
            self.strips = [
                changed(self.dice, strip, self.words) if self.dice.random() < 0.4 else strip
                for strip in self.strips
            ]
            return self.whole()
        return self.partly()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("system", ["256", "standard"])
def test_random_screens_are_the_same(seed: int, system: str) -> None:
    dice = random.Random(seed)
    words = WORDS if seed % 3 else [*WORDS, *UNSURE]
    width, height = dice.choice([(80, 24), (37, 9), (120, 12)])
    both = Beside(width, height, system=system, erases=seed % 2 == 0)
    rows = Rows(dice, width, height, words)
    both.paint(rows.whole())
    assert not both.differences()
    for number in range(20):
        both.line.busy = dice.random() < 0.3
        if dice.random() < 0.1:
            width, height = dice.randrange(5, 100), dice.randrange(2, 30)
            both.resize(width, height)
            rows = Rows(dice, width, height, words)
            both.paint(rows.whole())
        elif (update := rows.update()) is not None:
            both.paint(update)
        if dice.random() < 0.5:
            assert not both.differences(), number
    assert not both.differences()


def test_the_cursor_stands_where_it_is_put() -> None:
    dice = random.Random(1)
    both = Beside()
    rows = Rows(dice, 80, 24, WORDS)
    whole = rows.whole()
    both.paint(whole)
    both.answer()
    for place in [(3, 4), (79, 23), (0, 0), (3, 4)]:
        both.paint(whole, place)
        assert both.line.emulator.cursor == place
    before = both.line.written
    both.paint(whole, (3, 4))
    assert both.line.written == before


def test_what_has_not_changed_is_not_written() -> None:
    both = Beside()
    update = Rows(random.Random(2), 80, 24, WORDS).whole()
    both.paint(update)
    both.answer()
    before = both.line.written
    both.paint(update)
    assert both.line.written == before


def test_frames_are_dropped_while_the_line_is_busy() -> None:
    both = Beside()
    rows = Rows(random.Random(3), 80, 24, WORDS)
    both.paint(rows.whole())
    assert not both.differences()
    both.line.busy, before = True, both.line.frames
    for _ in range(20):
        rows.strips = [row(rows.dice, 80, WORDS) for _ in rows.strips]
        both.paint(rows.whole())
    assert both.line.frames == before
    assert not both.differences()
    assert both.line.frames <= before + 8  # one frame, in as many pieces as the line takes


@pytest.fixture(autouse=True)
def _colors_of_this_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the codes of styles and strips made again.

    Rich and Textual keep those of the first console that asked, and styles and blank strips live
    on from test to test.
    """
    style_render, strip_render, style_codes = Style.render, Strip.render, Strip.render_style

    def style_anew(style: Style, *arguments: Any, **options: Any) -> str:
        style._ansi = None
        return style_render(style, *arguments, **options)

    def codes_anew(style: Style, text: str, color_system: ColorSystem) -> str:
        style._ansi = None
        return style_codes(style, text, color_system)

    def strip_anew(strip: Strip, console: Console) -> str:
        strip._render_cache = None
        return strip_render(strip, console)

    monkeypatch.setattr(Style, "render", style_anew)
    monkeypatch.setattr(Strip, "render_style", staticmethod(codes_anew))
    monkeypatch.setattr(Strip, "render", strip_anew)


def beside(app: FinetuiApp, monkeypatch: pytest.MonkeyPatch) -> Beside:
    """Show what an app paints in both ways."""
    both = Beside(80, 24)
    monkeypatch.setattr(display, "painter_of", lambda _driver: both)
    both.console = app.console
    both.painter = Painter(both.line, system_named(app.console.color_system), True)
    return both


KEYS = [*"123456789?/jkxyn", "f1", "ctrl+p", "down", "up", "pagedown", "pageup", "end", "home"]
KEYS += ["tab", "shift+tab", "enter", "escape", "escape", "escape", "left", "right", "space", "e"]


@pytest.mark.parametrize("seed", range(2))
async def test_a_session_shows_the_same(
    app_home: Path, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    path = tmp_path / "data.jsonl"
    texts = ["What is a fern?", "日本語の質問", "Ça va ?", "한글", "a\u0308 b", "x " * 60]
    path.write_bytes(
        b"".join(chat(user(dice.choice(texts)), answer("Yes.")) + b"\n" for _ in range(40))
    )
    app = FinetuiApp(str(path))
    both = beside(app, monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for _ in range(40):
            if dice.random() < 0.1:
                size = dice.choice([(80, 24), (120, 36), (60, 20)])
                both.resize(*size)
                await pilot.resize_terminal(*size)
            both.line.busy = dice.random() < 0.2
            await pilot.press(dice.choice(KEYS))
            if dice.random() < 0.5:
                assert not both.differences()
        await pilot.pause()
        assert not both.differences()
        assert both.line.written < both.plain_bytes / 3


async def test_the_cursor_is_where_one_reads_or_types(
    app_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(chat(user(f"Q{n}?"), answer("Yes.")) + b"\n" for n in range(40)))
    app = FinetuiApp(str(path))
    both = beside(app, monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)

        def line() -> str:
            assert not both.differences()
            return both.line.emulator.screen.display[both.line.emulator.cursor[1]]

        await until(lambda: "Q0?" in line(), pilot)
        await pilot.press("down", "down")
        await until(lambda: "Q2?" in line(), pilot)
        await pilot.press("slash", *"Q17")
        await until(lambda: line()[: both.line.emulator.cursor[0]].endswith("Q17"), pilot)
        await pilot.press("escape", "escape", "2")
        await until(lambda: "example" in line(), pilot)  # the histogram tells of its bar
