"""Problems counted in words."""

from collections import Counter

import pytest

from tui.core.text.problem_words import problem_words


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, "no problems"),
        ({"info": 3}, "3 hints"),
        ({"info": 1, "error": 2}, "2 errors, 1 hint"),
        ({"warning": 1}, "1 warning"),
    ],
)
def test_all_that_was_found_is_counted(counts: dict[str, int], words: str) -> None:
    assert problem_words(Counter(counts)) == words  # type: ignore[arg-type]
