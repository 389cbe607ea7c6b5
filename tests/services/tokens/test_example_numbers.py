"""A report of few remembered lines, made without numpy, is that of the same lines by numpy."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui.core.catalog.models import load
from tui.services.tokens.counting.columns import AT, NAMES
from tui.services.tokens.counting.gathering import KINDS
from tui.services.tokens.example_numbers import ArrayNumbers, FewNumbers
from tui.services.tokens.report import MEASURES, make_report

PREFERENCE = KINDS.index("preference")
MODELS = ("gpt-4.1-mini-2025-04-14", "nobody-knows")


KINDS_OF = st.sampled_from(
    [st.sampled_from(kinds) for kinds in (range(len(KINDS)), [PREFERENCE], [0], [0, PREFERENCE])]
)
ROWS = st.one_of(
    [
        st.lists(
            st.lists(st.integers(0, most), min_size=len(NAMES), max_size=len(NAMES)), max_size=12
        )
        for most in (3, 100_000, 2**32 - 1)
    ]
)


@st.composite
def lines(draw: st.DrawFn) -> list[list[int]]:
    """Numbers of some lines: of any kind, of preference pairs alone, or of no example."""
    kinds = draw(KINDS_OF)
    rows = draw(ROWS)
    for row in rows:
        row[AT["kind"]] = draw(kinds)
    return rows


@given(lines(), st.sampled_from(MODELS), st.sampled_from([None, 4]))
def test_both_come_to_the_same(rows: list[list[int]], model: str, epochs: int | None) -> None:
    table = np.array(rows, np.uint32).reshape(-1, len(NAMES))
    facts = load().find(model)
    few = make_report(FewNumbers(table.tobytes()), "a.jsonl", facts, epochs)
    many = make_report(ArrayNumbers(table), "a.jsonl", facts, epochs)
    assert json.dumps(few.to_json()) == json.dumps(many.to_json())
    assert few.lines.tolist() == many.lines.tolist()
    assert few.table.tolist() == many.table.tolist()
    for name in MEASURES:
        assert few.spread(name) == many.spread(name)
        assert few.numbers.listed(name) == many.numbers.listed(name) == many.values(name).tolist()
