"""Rows of every format in random mixtures: no text is absent from the output and the report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tests.any_format import CONTAINERS, FORMATS, TEXTS, AnyFile, absent, files, numbered, row
from tests.exploring import tried
from tui.core.formats import READERS, WRITERS, ConvertedRows, Record, convert, export, sniff
from tui.core.formats.detection.containers import container_of, records_of
from tui.core.formats.detection.foreign import foreign_format
from tui.core.formats.row_reader import ReadOptions

TALK = CONTAINERS["transcript"](["Is it fine?"]).encode()
READABLE = [f.id for f in READERS if f.id != "table"]


def said(*made: ConvertedRows) -> str:
    return json.dumps([one.to_json() for one in made])


def converted(file: AnyFile, name: str, options: ReadOptions) -> ConvertedRows:
    records = list(records_of(file.data, container_of("x", file.data)))
    found = sniff([record.value for record in records if not record.beside])
    asked = name or found.format or "openai"
    columns = found.columns if asked == "table" else None
    return convert(records, asked, columns=columns, options=options)


@tried(48)
@given(file=files())
def test_no_text_is_lost_on_the_way_to_any_target(file: AnyFile) -> None:
    pairs, chats = (converted(file, "", ReadOptions(pairs=pairs)) for pairs in (True, False))
    for target in WRITERS:
        first = pairs if target.id == "preference" else chats
        last = export(first.lines, target.id)
        assert absent(file.data, *last.lines, said(first, last)) == [], target.id


@tried(32)
@given(file=files())
def test_no_text_is_lost_whatever_the_format_is_taken_for(file: AnyFile) -> None:
    options = ReadOptions(frozenset({"label", "meta"}), "Say it.", pairs=False)
    for name in READABLE:
        made = converted(file, name, options)
        assert absent(file.data, *made.lines, said(made)) == [], name


# A shape whose rows are of a format, for each that is read.
SHAPES = {
    "openai": "openai", "sharegpt": "sharegpt", "alpaca": "alpaca", "completion": "completion",
    "preference": "preference", "kto": "kto", "hf": "hugging_face", "anthropic": "anthropic",
    "gemini": "gemini", "verl": "verl", "log": "completion_log", "oasst": "open_assistant",
    "chatgpt": "chatgpt", "claude": "claude", "slack": "slack", "text": "bare_text",
    "table": "question_answer",
}  # fmt: skip


def read_as(one: Any, name: str) -> bool:
    found = sniff([one])
    # A message of Slack's is read with its thread.
    return found.format == name and (not found.problem or name == "slack")


def test_rows_of_every_format_are_made() -> None:
    assert {f.id for f in READERS} == SHAPES.keys() | {"transcript"}
    for format_, shape in SHAPES.items():
        found = find(
            FORMATS[shape](TEXTS),
            lambda one, name=format_: read_as(one, name),
            settings=settings(phases=[Phase.generate], max_examples=2000),
        )
        made = convert([Record(1, found)], format_, columns=sniff([found]).columns)
        assert made.lines or format_ == "slack", format_
    assert sniff([one.value for one in records_of(TALK, container_of("x", TALK))]).format == (
        "transcript"
    )


ONE_ROW = {shape: make(TEXTS).map(numbered) for shape, make in FORMATS.items()}


@pytest.mark.parametrize("shape", FORMATS)
@tried(16)
@given(data=st.data())
def test_a_format_told_for_certain_is_read_and_one_that_is_named_or_says_why_not(
    shape: str, data: st.DataObject
) -> None:
    one = data.draw(ONE_ROW[shape])
    found = sniff([one])
    if found.confidence == 1 and not found.columns.is_spoken:  # a row of those is no example
        made = convert([Record(1, one)], found.format, columns=found.columns)
        assert len(made.lines) == 1
    named = foreign_format(one, tried=True)
    if named is not None and not named.problem and named.asked is None:
        columns = found.columns if named.format == "table" else None
        if columns is not None and columns.is_spoken:
            return
        made = convert([Record(1, one)], named.format, columns=columns)
        # What was judged bad alone is not learned, and said to be so.
        assert len(made.lines) == 1 or [d.why for d in made.dropped] == ["bad"], made.dropped


@tried(40)
@given(one=row().map(numbered))
def test_a_pair_is_only_made_of_what_was_judged(one: Any) -> None:
    name = sniff([one]).format
    if name in {"", "table"}:
        return
    made = convert([Record(1, one)], name, options=ReadOptions(pairs=True))
    assert all("preferred_output" in json.loads(line) for line in made.lines)
