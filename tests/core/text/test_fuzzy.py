"""Fuzzy search: what is meant comes first, whatever is left out of it."""

from __future__ import annotations

import time

import pytest

from tui.core.text.fuzzy import ranked

TITLES = [
    "save as",
    "save",
    "unsaved",
    "new job",
    "datasets: save",
    "switch view",
    "model: ft:fern",
]
ABOUTS = ["ctrl+s", "", "", "makes a job", "", "saves nothing", "gpt-4.1-mini"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("save", ["save", "save as", "datasets: save", "unsaved", "switch view"]),
        ("nj", ["new job"]),
        ("dssv", ["datasets: save"]),
        ("sav as", ["save as", "datasets: save"]),
        ("job make", ["new job"]),
        ("mini", ["model: ft:fern"]),
        ("frn", ["model: ft:fern"]),
        ("evas", []),
        ("*.[", []),
    ],
)
def test_the_best_comes_first(typed: str, found: list[str]) -> None:
    assert [TITLES[at] for at in ranked(typed, TITLES, ABOUTS)] == found


def test_nothing_typed_leaves_all_as_they_are() -> None:
    assert ranked(" ", TITLES, ABOUTS) == [*range(len(TITLES))]


@pytest.mark.parametrize("typed", ["m", "fern", "frn", "fern 49", "xzq", "mmmmmmmm", "m" * 60])
def test_a_letter_among_thousands_takes_a_moment(typed: str) -> None:
    titles = [f"model: ft:gpt-4.1-mini-2025-04-14:mossbox:fern-{n}:c{n:x}" for n in range(5_000)]
    abouts = ["gpt-4.1-mini-2025-04-14"] * len(titles)
    took = []
    for _ in range(3):
        before = time.thread_time()
        ranked(typed, titles, abouts)
        took.append(time.thread_time() - before)
    assert min(took) < 0.05
