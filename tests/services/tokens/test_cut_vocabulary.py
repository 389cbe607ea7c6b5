"""Counting with what a text can hold of a vocabulary, beside counting with all of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.strings import generated
from tests.services.tokens.test_vocabularies import PIECES
from tui.services.tokens import vocabularies
from tui.services.tokens.counting.encoders import PlainCounter
from tui.services.tokens.counting.fast.cut_vocabulary import CutCounter

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("vocab")
NAMES = ["o200k_base", "cl100k_base"]
SURROGATES = ["\ud83c\udf31", "\ud83c", "a\udf31", "\udf31\ud83c"]
text = st.text(max_size=60) | st.lists(
    st.sampled_from([*PIECES, *SURROGATES, "ab", "bc", "aaaa"]), max_size=20
).map("".join)


@pytest.fixture(scope="module", autouse=True)
def unpacked_once() -> Iterator[None]:
    """Read each vocabulary's file once: every count takes of it what it needs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabularies, "_tokens", cache(vocabularies._tokens))
        yield


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None)
@given(texts=st.lists(text, max_size=8))
def test_a_cut_vocabulary_counts_the_same(name: str, texts: list[str]) -> None:
    assert CutCounter(name).counts(texts) == PlainCounter(name).counts(texts)


@pytest.mark.parametrize("name", NAMES)
def test_many_texts_and_each_alone(name: str) -> None:
    texts = [*generated(300, seed=5), " " * 150_000 + "word", ""]
    whole, cut = PlainCounter(name), CutCounter(name)
    expected = whole.counts(texts)
    assert cut.counts(texts) == expected
    for at in range(0, 300, 60):
        assert cut.counts([texts[at]]) == [expected[at]]
