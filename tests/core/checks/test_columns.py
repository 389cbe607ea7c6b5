"""Packed reports say the same as the reports they were made of."""

from __future__ import annotations

import random
from array import array
from importlib import resources

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.checks.examples import LINES
from tui.core.checks import (
    RULES,
    Columns,
    FileFacts,
    check_columns,
    check_row,
    check_whole,
    survey_row,
)
from tui.core.checks.columns import KINDS
from tui.core.checks.repeats import _plain_repeats, _sorted_repeats

SAMPLE = (resources.files("tui.data") / "samples" / "flawed.jsonl").read_bytes().split(b"\n")
RULE_IDS = [*RULES]


def test_columns_keep_which_rules_found_something_in_order() -> None:
    reports = [check_row(n, line) for n, line in enumerate(SAMPLE, 1)]
    columns = Columns()
    for report in reports:
        columns.append(report)
    again = Columns.from_bytes(columns.to_bytes())
    assert [KINDS[kind] for kind in again.kinds] == [report.facts.kind for report in reports]
    for number, report in zip(again.signs, reports, strict=True):
        assert [RULE_IDS[n] for n in again.signatures[number]] == [i.rule for i in report.issues]


def test_surveying_a_line_says_which_rules_checking_it_names() -> None:
    examples = [line for bad, good in LINES.values() for line in (*bad, *good)]
    for number, line in enumerate([*SAMPLE, *examples], 1):
        signature, facts = survey_row(number, line)
        report = check_row(number, line)
        assert facts == report.facts
        assert [RULE_IDS[n] for n in signature] == [issue.rule for issue in report.issues]


def test_columns_filled_piece_by_piece_and_rearranged_give_the_same_issues() -> None:
    lines = SAMPLE * 3
    reports = [check_row(n, line) for n, line in enumerate(lines, 1)]
    facts = FileFacts("x.jsonl", 10, b"", ends_with_newline=True)
    whole = Columns(len(lines))
    for at in range(0, len(lines), 7):
        piece = Columns()
        for report in reports[at : at + 7]:
            piece.append(report)
        whole.put(at, Columns.from_bytes(piece.to_bytes()))
    assert check_columns(whole, facts) == check_whole(reports, facts)
    order = random.Random(3).sample(range(len(lines)), len(lines))
    mixed = [reports[at] for at in order]
    assert check_columns(whole.take(order), facts) == check_whole(mixed, facts)


@settings(deadline=None)  # the first loads numpy
@given(st.lists(st.integers(0, 9), max_size=60))
def test_both_ways_of_finding_repeats_agree(numbers: list[int]) -> None:
    column = array("Q", numbers)
    assert _sorted_repeats(column) == _plain_repeats(column)
