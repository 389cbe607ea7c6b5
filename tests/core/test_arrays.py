"""What numpy does with long arrays is what plain Python does with short ones."""

from __future__ import annotations

import random
import sys
from array import array
from typing import TYPE_CHECKING

from tui.core import arrays as large

if TYPE_CHECKING:
    import pytest

NUMBERS = array("q", [random.Random(1).randrange(-9, 60) for _ in range(500)])
SIGNS = array("I", [abs(number) % 7 for number in NUMBERS])


def all_results() -> list[object]:
    column = array("Q", [2**64 - 1 - n for n in range(90)])
    positions = array("q", [abs(number) for number in NUMBERS])
    return [
        large.picked(column, positions),
        large.picked_bytes(bytearray(range(90)), positions),
        large.negatives(NUMBERS),
        large.negatives_replaced(NUMBERS, lambda number: -number * 100),
        large.running_sums(SIGNS, [0, 5, 3, 0, 1, 2, 9]),
        large.counted(SIGNS, 9),
        [*large.tally(NUMBERS).items()],
        large.places_of(SIGNS, {2, 5, 99}),
        large.differing(NUMBERS, array("q", sorted(NUMBERS))),
        large.is_range(NUMBERS, len(NUMBERS)),
        large.is_range(array("q", range(70)), 70),
        large.is_range(array("q", range(70)), 71),
    ]


def test_long_and_short_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    short = all_results()
    monkeypatch.setattr(large, "MANY", 1)
    assert all_results() == short


def test_gaps() -> None:
    assert large.gaps_over(array("q", [5, 6, 11, 20]), 0, 4) == [0, 2, 3]
    assert large.gaps_over(array("q", [5, 6]), 4, 4) == []
    assert large.gaps_over(array("q"), 0, 4) == []


def test_gaps_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    test_gaps()


def test_numbers_from() -> None:
    assert large.numbers_from(3, 6) == array("q", [3, 4, 5])
    assert large.numbers_from(3, 3) == array("q")
    assert large.numbers_from(2, large.MANY + 4) == array("q", range(2, large.MANY + 4))


def test_newlines() -> None:
    assert large.newlines(b"a\n\nbc\nd", 10) == array("q", [12, 13, 16])
    assert large.newlines(b"", 3) == array("q")
    assert large.newlines(b"\n" * large.MANY, 10) == array("q", range(11, large.MANY + 11))
