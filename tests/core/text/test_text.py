"""Text from outside is only text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.text.text import blanks_shown, one_line, size_words, visible


@given(st.text())
def test_no_control_character_is_left(text: str) -> None:
    for char in visible(text):
        hidden = unicodedata.category(char) in {"Cc", "Cs", "Co", "Zl", "Zp"}
        assert not hidden or char in "\n\t"


def test_escape_sequences_are_shown_not_sent() -> None:
    assert visible("\x1b]52;c;aGk=\x07\x9b31m") == "␛]52;c;aGk=␇⟨U+009B⟩31m"
    assert visible("a\u202eb") == "a⟨U+202E⟩b"
    assert visible("merhaba 你好 👩‍💻 [/b]") == "merhaba 你好 👩‍💻 [/b]"


def test_a_joiner_that_joins_nothing_is_shown() -> None:
    assert visible("👨\u200d") == "👨⟨U+200D⟩"
    assert visible("\u200da \u200db") == "⟨U+200D⟩a ⟨U+200D⟩b"
    assert visible("می\u200cخواهم 👨‍👩‍👧") == "می\u200cخواهم 👨‍👩‍👧"
    assert visible("👩\u200d\u202e") == "👩⟨U+200D⟩⟨U+202E⟩"
    assert one_line("a👩\u200d👩", 4) == "a👩\u200d👩"
    assert one_line("a👩\u200d👩", 3) == "a👩…"


@given(st.text(), st.integers(1, 50))
def test_one_line_is_one_short_line(text: str, limit: int) -> None:
    flat = one_line(text, limit)
    assert "\n" not in flat
    assert len(flat) <= limit


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (536_000_000, "536 MB"), (None, "–")],
)
def test_sizes_in_words(count: int | None, words: str) -> None:
    assert size_words(count) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("spaced  ", "spaced··"),
        (" a\n\tb", "·a\n→b"),
        ("two  here", "two··here"),
        ("odd\xa0one", "odd⍽one"),
        ("\n\nend\n", "↵\n↵\nend↵\n"),
    ],
)
def test_blanks_that_one_does_not_see_are_drawn(text: str, shown: str) -> None:
    assert blanks_shown(text) == shown
