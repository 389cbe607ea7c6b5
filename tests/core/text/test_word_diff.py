"""Word diff: the pieces make both texts, and few words are marked."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.core.text.word_diff import MOST_WORDS, Piece, word_diff

TEXTS = st.text(alphabet="ab \n.", max_size=40)


def test_words_not_letters() -> None:
    assert word_diff("a warm bath now", "a cold bath now") == [
        Piece("same", "a "),
        Piece("gone", "warm"),
        Piece("new", "cold"),
        Piece("same", " bath now"),
    ]


def test_changes_a_blank_apart_are_one() -> None:
    pieces = word_diff("one two three", "uno dos three")
    assert [p.text for p in pieces] == ["one two", "uno dos", " three"]


def test_huge_texts_do_not_take_long() -> None:
    one = " ".join(map(str, range(MOST_WORDS * 20)))
    other = one.replace("5", "6")
    pieces = word_diff(one, other)
    assert "".join(p.text for p in pieces if p.kind != "gone") == other


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, TEXTS)
def test_the_pieces_make_both_texts(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(p.text for p in pieces if p.kind != "new") == old
    assert "".join(p.text for p in pieces if p.kind != "gone") == new
    assert all(p.text for p in pieces)
