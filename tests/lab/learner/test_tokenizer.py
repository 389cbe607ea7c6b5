"""Any text survives the tokenizer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.lab.learner import bpe, tokenizer


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    words = tokenizer.shared()
    ids = words.encode(text)
    assert words.decode(ids) == text
    assert all(token >= tokenizer.FIRST_BYTE for token in ids)


def test_a_lone_surrogate_is_counted_not_refused() -> None:
    assert tokenizer.shared().decode(tokenizer.shared().encode("a\ud800b")) == "a?b"


def test_special_tokens_cannot_be_written() -> None:
    assert min(tokenizer.shared().encode("<|end|><|user|>\x00\x01")) >= tokenizer.FIRST_BYTE


def test_frequent_english_is_short_and_the_rest_falls_back_to_bytes() -> None:
    encode = tokenizer.shared().encode
    assert len(encode("What is the best tea?")) <= 7
    assert len(encode("你")) <= 3
    assert len(encode("x" * 20_000)) <= 20_000


def test_half_a_character_is_shown_as_hexadecimal() -> None:
    assert tokenizer.shared().token_text(tokenizer.FIRST_BYTE + 0xE4) == "\\xe4"


def test_merges_are_learned_by_frequency() -> None:
    merges = bpe.learn_merges("abab abab ab ac ac", 3)
    a, b = tokenizer.FIRST_BYTE + ord("a"), tokenizer.FIRST_BYTE + ord("b")
    assert merges[0] == (a, b)
    assert tokenizer.Tokenizer(merges).encode("ab") == [tokenizer.FIRST_MERGE]
