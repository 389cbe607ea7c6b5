"""How much is under way: little on a slow line, all that fits on a quick one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.screens.conftest import use_profile
from tests.terminal.program import Program
from tui.terminal.cells.pacing import ASK, Pacing
from tui.terminal.keys import STATUS, KeyParser

if TYPE_CHECKING:
    from pathlib import Path

STEP_S = 0.005


@dataclass
class Line:
    """A line with a terminal at its end, on a clock of its own."""

    rate: float  # bytes a second
    idle_s: float  # until an answer is back when nothing else is under way
    answers: bool = True
    over: int = 0  # bytes that a piece is larger than it was to be: rows are written whole
    pacing: Pacing = field(default_factory=Pacing)
    now: float = 1.0
    free: float = 0.0  # when it has carried all that was written
    carried: int = 0
    to_come: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def ask(self) -> None:
        self.pacing.sent(len(ASK))
        self.write(len(ASK))
        if self.answers:
            self.to_come.append(self.free + self.idle_s)

    def write(self, count: int) -> None:
        self.free = max(self.free, self.now) + count / self.rate
        self.carried += count

    def run(self, seconds: float, *, busy: bool = True) -> None:
        """Let time pass; with always more to write, or nothing."""
        end = self.now + seconds
        while self.now < end:
            self.now += STEP_S
            while self.to_come and self.to_come[0] <= self.now:
                self.to_come.pop(0)
                self.pacing.answered(self.now)
            if not busy:
                continue
            room = self.pacing.room(self.now)
            if room:
                self.pacing.sent(room + self.over)
                self.write(room + self.over)
                if self.pacing.asks(self.now, True):
                    self.ask()
            elif room == 0 and not self.pacing.waiting:
                self.pacing.ask(self.now)
                self.ask()
            self.waits.append(max(0.0, self.free - self.now))

    def begin(self) -> None:
        self.pacing.begin()
        self.pacing.ask(self.now)
        self.ask()
        self.run(1 + self.idle_s, busy=False)


@pytest.mark.parametrize("idle_s", [0.01, 0.15, 0.6])
@pytest.mark.parametrize(("rate", "over"), [(1000, 0), (2000, 0), (2000, 120), (20_000, 300)])
def test_on_a_slow_line_little_is_under_way_and_none_of_it_stands_still(
    rate: float, over: int, idle_s: float
) -> None:
    line = Line(rate, idle_s, over=over)
    line.begin()
    line.run(6)
    line.waits.clear()
    before = line.carried
    line.run(20)
    assert max(line.waits) < idle_s + 0.4  # how long a key may have to wait
    assert line.carried - before > (0.8 if idle_s < 0.5 else 0.6) * 20 * rate


@pytest.mark.parametrize("idle_s", [0.002, 0.15])
def test_a_quick_line_takes_whole_screens(idle_s: float) -> None:
    line = Line(5_000_000, idle_s)
    line.begin()
    line.run(3)
    assert not line.pacing.slow
    before = line.carried
    line.run(2)
    assert line.carried - before > 200_000


def test_a_terminal_that_never_answers_is_not_limited() -> None:
    line = Line(2000, 0.1, answers=False)
    line.begin()
    assert line.pacing.room(line.now) is None
    line.pacing.sent(50_000)
    assert line.pacing.room(line.now) is None


def test_an_answer_that_is_lost_does_not_stop_it_for_good() -> None:
    line = Line(20_000, 0.05)
    line.begin()
    line.run(2)
    line.answers = False
    line.run(1)
    line.to_come.clear()
    line.answers = True
    before = line.carried
    line.run(30)
    assert line.carried - before > 100_000


def test_after_something_large_of_another_kind_it_goes_on() -> None:
    line = Line(20_000, 0.05)
    line.begin()
    line.run(3)
    line.pacing.sent(30_000)  # what is copied, by OSC 52
    line.write(30_000)
    before = line.carried
    line.run(6)
    assert line.carried - before > 20_000


def test_an_answer_is_no_key() -> None:
    came: list[int] = []
    parser = KeyParser(on_status=lambda: came.append(1))
    keys = [str(one) for one in parser.feed(f"a{STATUS}b{STATUS[:2]}")]
    keys += [str(one) for one in parser.feed(STATUS[2:])]
    assert len(came) == 2
    assert len(keys) == 2


def test_no_answer_is_left_to_the_shell(tmp_path: Path) -> None:
    home = tmp_path / "home"
    use_profile(home, "http://127.0.0.1:9/v1")
    # What is typed when the program has ended, or taken for it, in octal.
    shell = '"$@"; stty -icanon -echo min 0 time 5; echo "left: $(od -An -c)"; echo over'
    with Program(home, answers_after=0.8, shell=shell) as program:
        program.see("take the tour")
        program.send("\x1bOP")
        program.see("Help: Datasets")
        program.send("\x1b")
        program.see("take the tour")
        program.send("\x11")
        program.see("over")
        assert program.wait() == 0
        assert bytes(program.raw).count(ASK.encode()) > 1
        assert "left: \r\n" in program.text()
