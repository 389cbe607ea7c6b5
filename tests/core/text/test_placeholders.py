"""Texts come back from their placeholders exactly, whatever is in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.core.text.placeholders import Placeholders
from tui.core.text.text import hidden

# Surrogates, private characters and breaks far more often than by chance.
HARD = st.sampled_from("\r\n\t\v\f\x1b\x1c\x1e\x00\x85\u2028\u2029\u202e\ufeff\ud800\udfff\ue000␋")
PRIVATE = st.integers(0x100000, 0x100003).map(chr)
TEXTS = st.lists(st.one_of(HARD, PRIVATE, st.characters())).map("".join)


@given(TEXTS, TEXTS)
def test_a_text_and_what_is_put_into_it_come_back(text: str, more: str) -> None:
    held = Placeholders()
    inside = held.hold(text)
    assert held.free(inside) == text
    assert len(inside) == len(text)
    assert inside.splitlines() == inside.removesuffix("\n").split("\n") or not inside
    new = "".join(char for char in more if not "\U00100000" <= char <= "\U0010fffd")
    put = held.hold_more(new)
    assert held.free(f"{inside}{put}{inside}") == f"{text}{new}{text}"
    assert held.hold_more(f"{put}{inside}") == f"{put}{inside}"


@given(TEXTS)
def test_what_is_shown_has_nothing_hidden_and_every_character_in_its_place(text: str) -> None:
    held = Placeholders()
    shown = held.shown(held.hold(text))
    assert len(shown) == len(text)
    assert not any(map(hidden, shown))
    for char, seen in zip(text, shown, strict=True):
        assert hidden(char) or seen == char
