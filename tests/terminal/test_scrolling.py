"""What has moved is scrolled by the terminal: the same is seen, at once and for fewer bytes."""

from __future__ import annotations

import heapq
import itertools
import random
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tests.terminal.emulator import ANSWERS, Emulator
from tests.terminal.painting import Beside
from tui.terminal.cells import painter as painter_module
from tui.terminal.cells.canvas import Row
from tui.terminal.cells.pacing import ASK
from tui.terminal.cells.painter import Painter
from tui.terminal.cells.scroll import LEAST, find_move

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MARGINS = re.compile(r"\x1b\[(\d+);(\d+)r")
WORDS = ["water", "the", "fern", "when", "its", "soil", "feels", "dry", "日本", "é", "한글"]
UNSURE = ["🙂", "a\u0308", "ก็"]


def prose(dice: random.Random, width: int, words: list[str]) -> str:
    return " ".join(dice.choice(words) for _ in range(dice.randrange(0, max(1, width // 5))))


def frame(width: int, inside: Iterable[Strip], thumb: range = range(0)) -> list[Strip]:
    """Rows in a frame with a scrollbar, of this width altogether."""
    edge = Style.parse("color(81)")
    rows = [Strip([Segment("╭" + "─" * (width - 2) + "╮", edge)])]
    for y, strip in enumerate(inside):
        bar = Segment("█" if y in thumb else " ", Style.parse("color(81) on color(17)"))
        body = strip.adjust_cell_length(width - 4)
        rows.append(Strip([Segment("│ ", edge), *body, bar, Segment("│", edge)]))
    return [*rows, Strip([Segment("╰" + "─" * (width - 2) + "╯", edge)])]


def whole(width: int, rows: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[row] for row in rows], Region(0, 0, width, len(rows)))


class Written:
    """Keeps what a line was given."""

    def __init__(self, both: Beside) -> None:
        self.text = ""
        write = both.line.write_frame

        def keep(data: str) -> None:
            self.text += data
            write(data)

        both.line.write_frame = keep  # type: ignore[method-assign]


class Panes:
    """A screen with a head, one or two framed texts above each other, and a foot."""

    def __init__(self, dice: random.Random, width: int, height: int, words: list[str]) -> None:
        self.dice, self.width, self.height = dice, width, height
        styles = [Style.parse(one) for one in ("none", "bold red", "on color(17)", "reverse")]
        self.texts = [
            [Strip([Segment(prose(dice, width, words), dice.choice(styles))]) for _ in range(99)]
            for _ in range(2)
        ]
        self.at = [40, 40]
        self.split = height - 8 if dice.random() < 0.5 else height - 2
        self.cursor: int | None = None

    def move(self) -> None:
        pane = self.dice.randrange(2)
        self.at[pane] += self.dice.choice([1, 1, 2, -1, -1, -2, 3, 5, -7, 15])
        self.at[pane] %= 70
        if self.dice.random() < 0.3:  # a text that grows
            row = self.dice.randrange(99)
            self.texts[pane][row] = Strip([*self.texts[pane][row], Segment(" and more")])
        self.cursor = self.dice.choice([None, 0, 3, self.split - 4])

    def rows(self) -> list[Strip]:
        heights = (self.split - 2, self.height - self.split - 4)
        rows = [Strip([Segment("Chat")])]
        for text, at, height in zip(self.texts, self.at, heights, strict=True):
            if height > 0:
                shown = text[at : at + height]
                if self.cursor is not None and self.cursor < height:
                    marked = shown[self.cursor].adjust_cell_length(self.width - 4)
                    shown[self.cursor] = marked.apply_style(Style.parse("bold on color(22)"))
                rows += frame(self.width, shown, range(at // 9, at // 9 + 2))
        rows.append(Strip([Segment(f"row {self.at[0]}")]))
        return [row.adjust_cell_length(self.width) for row in rows]


@pytest.mark.parametrize("seed", range(8))
def test_blocks_that_move_show_the_same(seed: int) -> None:
    dice = random.Random(seed)
    width, height = dice.choice([(80, 24), (61, 14), (120, 36)])
    panes = Panes(dice, width, height, WORDS if seed % 3 else [*WORDS, *UNSURE])
    rows = panes.rows()
    both = Beside(width, len(rows), erases=seed % 2 == 0)
    written = Written(both)
    both.paint(whole(width, rows))
    assert not both.differences()
    for number in range(60):
        both.line.busy = dice.random() < 0.3
        panes.move()
        both.paint(whole(width, panes.rows()), (dice.randrange(width), dice.randrange(height - 2)))
        if dice.random() < 0.6:
            assert not both.differences(), number
    assert not both.differences()
    assert len(MARGINS.findall(written.text)) > (5 if height > 14 else 0)
    assert written.text.count("\x1b[r") == len(MARGINS.findall(written.text))


def painted(texts: list[str], width: int = 80) -> LayoutUpdate:
    return whole(width, [Strip([Segment(text)]).adjust_cell_length(width) for text in texts])


@pytest.mark.parametrize(("by", "lines"), [(1, "M"), (3, "3M"), (-1, "L"), (-3, "3L")])
def test_only_what_has_moved_is_scrolled(by: int, lines: str) -> None:
    dice = random.Random(4)
    text = [prose(dice, 80, WORDS) + f" line {n}" for n in range(60)]
    both = Beside()
    written = Written(both)
    head, foot = ["finetui", "─" * 80], ["─" * 80, "⏎ Send", "F1 Help"]
    both.paint(painted([*head, *text[20:39], *foot]))
    assert not both.differences()
    written.text = ""
    both.paint(painted([*head, *text[20 + by : 39 + by], *foot]), (7, 22))
    assert MARGINS.findall(written.text) == [("3", "21")]
    assert f"\x1b[3;21r\x1b[3H\x1b[{lines}\x1b[r" in written.text
    assert len(written.text.encode()) < 100 * abs(by) + 60
    assert both.line.emulator.cursor == (7, 22)
    assert not both.differences()


def rows_of(texts: list[str], width: int = 40) -> list[Row]:
    rows = []
    for text in texts:
        row = Row(width)
        row.chars[: len(text)] = list(text)
        rows.append(row)
    return rows


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("abcd", "bcdx"),  # three rows
        ("abcdefgh", "bcdxefgi"),
        ("abcdefgh", "abcdefgh"),
        ("aaaaaaaa", "bbbbbbbb"),
        ("abcdefghij", "fghixyzuvw"),  # four, but most is new
        ("ab-cd-ef-gh", "xa-yc-ze-ug"),  # between what stays
    ],
)
def test_little_is_not_scrolled(before: str, after: str) -> None:
    shown, wanted = rows_of(list(before)), rows_of(list(after))
    changed = [y for y, row in enumerate(wanted) if not row.same_as(shown[y])]
    assert find_move(shown, wanted, changed) is None


def test_it_does_not_reach_over_what_stays() -> None:
    shown = rows_of(list("HabcdefghijF"))
    wanted = rows_of(list("HbcdefghijxF"))
    move = find_move(shown, wanted, range(1, 11))
    assert move is not None
    assert (move.top, move.bottom, move.by) == (1, 10, 1)
    assert move.bottom - move.top >= LEAST
    unknown = [y for y, row in enumerate(move.applied(shown)) if row.chars[0] is None]
    assert unknown == [*move.new_rows()] == [10]


RATE, DELAY_S, STEP_S = 2000, 0.15, 0.01


class SlowLine:
    """A line of so many bytes a second to an emulator, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 1.0
        self.emulator = Emulator()
        self.carried = 0
        self._free = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self.painter = Painter(self, ColorSystem.EIGHT_BIT, True)

    def write_frame(self, data: str) -> None:
        """Carry it, a few bytes at a time."""
        raw = data.encode()
        self.carried += len(raw)
        for at in range(0, len(raw), 16):
            piece = raw[at : at + 16]
            self._free = max(self._free, self.now) + len(piece) / RATE
            self._at(self._free + DELAY_S / 2, lambda piece=piece: self._arrive(piece))

    write_question = write_frame

    def _arrive(self, piece: bytes) -> None:
        for _ in range(self.emulator.feed(piece).count(ANSWERS[ASK])):
            self._at(self.now + DELAY_S / 2, lambda: self.painter.answered(self.now))

    def is_idle(self) -> bool:
        """Whether it takes something: SSH always does."""
        return True

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call something when so much time has passed."""
        self._at(self.now + seconds, call)

    def _at(self, when: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._due, (when, next(self._order), call))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            self.now, _, call = heapq.heappop(self._due)
            call()
        self.now = end


def streamed(tokens: int) -> Iterator[list[str]]:
    """Yield the lines of an answer as it grows by a token at a time."""
    dice = random.Random(3)
    words = [*WORDS[:8], "and", "never", "in", "full", "sun"]
    lines = [""]
    for number in range(tokens):
        word = dice.choice(words)
        if number % 60 == 59:
            lines += ["", word]
        elif len(lines[-1]) + len(word) < 70:
            lines[-1] = f"{lines[-1]} {word}".strip()
        else:
            lines.append(word)
        yield [*lines]


def chat_screen(lines: list[str], number: int) -> LayoutUpdate:
    """The Chat screen with the end of an answer."""
    rows = [Strip([Segment(" ▌ " + line, Style.parse("on color(17)"))]) for line in lines[-14:]]
    rows += [Strip([Segment("")])] * (14 - len(rows))
    thumb = 14 * 14 // max(14, len(lines))
    framed = frame(80, [row.adjust_cell_length(76) for row in rows], range(14 - thumb, 14))
    prompt = frame(80, [Strip([Segment("Ask the model something.")])] * 3)
    foot = [Strip([Segment(f" slow  {'◐◓◑◒'[number // 25 % 4]} answering")])]
    return whole(80, [row.adjust_cell_length(80) for row in [*framed, *prompt, *foot]])


def test_a_fast_answer_on_a_slow_line_shows_no_line_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    line = SlowLine()
    monkeypatch.setattr(painter_module.time, "monotonic", lambda: line.now)
    line.write_frame("\x1b[?7l")
    line.painter.begin()
    line.run(1)
    twice, samples, behind = [], 0, 0
    for number, lines in enumerate(streamed(1200)):
        line.painter.paint(chat_screen(lines, number), (2, 18))
        line.run(0.02)  # 50 tokens a second
        shown = Counter(text[5:76].rstrip(" █") for text in line.emulator.screen.display[1:15])
        twice += [text for text, count in shown.items() if len(text) > 12 and count > 1]
        samples += 1
        behind += number > 200 and lines[-4] not in shown
    assert not twice
    assert behind < samples / 20
    assert line.carried < 0.85 * RATE * line.now  # it is not full
    line.run(5)
    assert line.emulator.screen.display[14][5:76].startswith(lines[-1])
