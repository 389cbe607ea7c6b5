"""Wrapping: no line too wide, no character lost, growing the same as wrapping at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.wrapping import WrappedText

TEXTS = st.text(st.sampled_from("ab \n日é👍"), max_size=80)
WIDTHS = st.integers(2, 20)


def lines(wrapped: WrappedText) -> list[str]:
    return [wrapped[at] for at in range(len(wrapped))]


@given(TEXTS, WIDTHS)
def test_lines_fit_and_hold_every_word(text: str, width: int) -> None:
    found = lines(WrappedText(text, width))
    assert all(cell_len(line) <= width for line in found)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert len(found) >= text.count("\n") + 1


@given(st.lists(TEXTS, max_size=6), WIDTHS)
def test_growing_ends_where_wrapping_at_once_does(pieces: list[str], width: int) -> None:
    growing = WrappedText("", width)
    for piece in pieces:
        before = lines(growing)
        changed = growing.grow(piece)
        assert lines(growing)[:changed] == before[:changed]
    assert lines(growing) == lines(WrappedText("".join(pieces), width))


def test_words_move_whole_and_long_ones_break() -> None:
    assert lines(WrappedText("one two three", 8)) == ["one two", "three"]
    assert lines(WrappedText("ab abcdefghij", 4)) == ["ab", "abcd", "efgh", "ij"]
