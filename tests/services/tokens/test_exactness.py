"""Every counter against tiktoken on many strings; FINETUI_LONG_TESTS=1 makes them 200,000."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.bench.strings import generated
from tui.services.tokens.counting.encoders import FastCounter, PlainCounter

if TYPE_CHECKING:
    from collections.abc import Callable

    import tiktoken

pytestmark = pytest.mark.xdist_group("vocab")
STRINGS = 200_000 if os.environ.get("FINETUI_LONG_TESTS") else 4_000


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("encoding", "spaces"),
    # tiktoken itself panics at a million; cut elsewhere are all runs beyond a tenth of that.
    [("o200k_base", 1_100_000), ("cl100k_base", 110_000)],
)
def test_counts_equal_tiktoken_string_by_string(
    encoding: str,
    spaces: int,
    reference: Callable[[str], tiktoken.Encoding],
    capfd: pytest.CaptureFixture[str],
) -> None:
    texts = [*generated(STRINGS, seed=11)]
    whole = reference(encoding)
    expected = [len(whole.encode(text, disallowed_special=())) for text in texts]
    long = [f"a{' ' * spaces}word", "x" * 30_000]
    plain = PlainCounter(encoding).counts([*texts, *long])
    assert plain[: len(texts)] == expected
    assert plain[-2] > spaces // 128
    assert capfd.readouterr() == ("", "")  # no panic is printed
    pytest.importorskip("gigatoken.gigatoken_rs")
    assert FastCounter(encoding).counts([*texts, *long]) == plain
