"""Every counter against tiktoken on many strings; FINETUI_LONG_TESTS=1 makes them 200,000."""

from __future__ import annotations

import os

import pytest

from tests.bench.strings import generated
from tui.services.tokens.counting.encoders import FastCounter, PlainCounter
from tui.services.tokens.vocabularies import load_encoding

pytestmark = pytest.mark.xdist_group("vocab")
STRINGS = 200_000 if os.environ.get("FINETUI_LONG_TESTS") else 4_000


# Two that tiktoken itself gives up at, or takes minutes for: the counters agree on them.
LONG = ("a" + " " * 1_100_000 + "b", "x" * 30_000)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
def test_counts_equal_tiktoken_string_by_string(encoding: str) -> None:
    texts = [*generated(STRINGS, seed=11)]
    reference = load_encoding(encoding)
    expected = [len(reference.encode(text, disallowed_special=())) for text in texts]
    plain = PlainCounter(encoding).counts([*texts, *LONG])
    assert plain[: len(texts)] == expected
    pytest.importorskip("gigatoken.gigatoken_rs")
    assert FastCounter(encoding).counts([*texts, *LONG]) == plain
