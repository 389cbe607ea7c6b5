"""The results prompt by prompt: order, filter, an earlier run beside them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.core.compare.answers import Answer
from tui.core.compare.listing import Listing, Order, Shown, value_words
from tui.core.compare.measures import Measures
from tui.core.compare.prompts import Prompt
from tui.core.compare.result_row import Row, Slot


def prompt(line: int, text: str = "") -> Prompt:
    return Prompt(line, ({"role": "user", "content": text or f"q{line}"},))


def row(line: int, model: str, similarity: float, text: str = "", seconds: float = 1.0) -> Row:
    measures = Measures(exact=float(similarity == 1), similarity=similarity)
    answer = Answer(text or f"{similarity}")
    made = Row(Slot(line, model, 1), prompt(line).fingerprint, answer, measures=measures)
    return replace(made, latency_s=seconds)


def listing() -> Listing:
    found = Listing(("a", "b"))
    rows = [
        row(1, "a", 1, "same"), row(1, "b", 1, "same", seconds=9),
        row(2, "a", 0.5), row(2, "b", 0.9, "a much longer answer"),
        row(3, "a", 0.9), row(3, "b", 0.2),
        replace(row(4, "a", 0.3), error="refused"), row(4, "b", 0.8),
    ]  # fmt: skip
    found.take([prompt(line) for line in range(1, 6)], rows)
    return found


@pytest.mark.parametrize(
    ("order", "lines"),
    [
        ("line", [1, 2, 3, 4]),
        ("worse", [3, 1, 4, 2]),
        ("lowest", [3, 2, 4, 1]),
        ("slowest", [1, 2, 3, 4]),
        ("longest", [2, 1, 3, 4]),
    ],
)
def test_orders(order: Order, lines: list[int]) -> None:
    found = listing()
    found.order = order
    assert [one.prompt.line for one in found.listed()] == lines


@pytest.mark.parametrize(
    ("shown", "lines"),
    [("all", [1, 2, 3, 4]), ("changed", [2, 3]), ("worse", [3]), ("failed", [4])],
)
def test_filters(shown: Shown, lines: list[int]) -> None:
    found = listing()
    found.shown = shown
    assert [one.prompt.line for one in found.listed()] == lines


def test_measures_that_apply_go_round() -> None:
    found = listing()
    seen = []
    for _ in range(3):
        found.next_measure()
        seen.append(found.measure)
    assert seen == ["exact", "similarity", "exact"]


def test_an_earlier_run_stands_beside_the_same_prompts() -> None:
    found = listing()
    earlier = [
        replace(row(9, "a", 0.1), prompt=prompt(1).fingerprint),
        replace(row(1, "a", 0.2), prompt=prompt(3).fingerprint),
        replace(row(5, "a", 0.3), prompt="nobody asks this now"),
    ]
    found.add_earlier({"a@before": earlier})
    assert found.names == ("a", "b", "a@before")
    values = {line: one.value("a@before", "similarity") for line, one in found.rows.items()}
    assert values == {1: 0.1, 2: None, 3: 0.2, 4: None, 5: None}


def test_values_in_words() -> None:
    cells = [value_words(v, m) for v, m in [(1, "exact"), (0, "exact"), (0.5, "exact"),
                                            (1, "similarity"), (None, "exact")]]  # fmt: skip
    assert cells == ["✓", "✗", "50 %", "100 %", "–"]
