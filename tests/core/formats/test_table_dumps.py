"""Tables in one JSON value: pandas' orients and Hugging Face's answers give their rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.rows import answer, user
from tui.core.formats.detection.containers import UnreadableError, container_of, records_of
from tui.core.formats.detection.foreign import foreign_format
from tui.core.formats.detection.table_dumps import table_dump

ROWS = [{"prompt": "Q1", "completion": "A1"}, {"prompt": "Q2", "completion": "A2"}]
TALKS = [[user("Q1"), answer("A1")], [user("Q2"), answer("A2")]]
FIELDS = [{"name": "index", "type": "integer"}, {"name": "prompt", "type": "string"}]
DUMPS: dict[str, Any] = {
    "records": ROWS,
    "columns": {"prompt": {"0": "Q1", "1": "Q2"}, "completion": {"0": "A1", "1": "A2"}},
    "index": {"0": ROWS[0], "1": ROWS[1]},
    "split": {"columns": ["prompt", "completion"], "index": [0, 1],
              "data": [["Q1", "A1"], ["Q2", "A2"]]},
    "table": {"schema": {"fields": FIELDS, "pandas_version": "1.4.0"}, "data": ROWS},
    "list": {"prompt": ["Q1", "Q2"], "completion": ["A1", "A2"]},
    "Hugging Face": {"features": [], "rows": [
        {"row_idx": at, "row": row, "truncated_cells": []} for at, row in enumerate(ROWS)]},
}  # fmt: skip


@pytest.mark.parametrize("name", DUMPS)
@pytest.mark.parametrize("indent", [None, 1])
def test_the_rows_are_taken_out(name: str, indent: int | None) -> None:
    data = json.dumps(DUMPS[name], indent=indent).encode()
    records = records_of(data, container_of("dump.json", data))
    assert [record.value for record in records if not record.beside] == ROWS


@pytest.mark.parametrize("name", ["columns", "index", "split", "table", "Hugging Face"])
def test_a_line_that_is_one_is_named(name: str) -> None:
    found = foreign_format(DUMPS[name])
    assert found is not None
    assert found.format == "completion"
    assert found.reason.startswith("2 rows in one object, as ")


def test_cells_may_hold_conversations() -> None:
    for dump in ({"messages": {"0": TALKS[0], "1": TALKS[1]}}, {"messages": TALKS, "id": [1, 2]}):
        found = table_dump(dump, whole=True)
        assert found is not None
        assert [row["messages"] for row in found.rows] == TALKS


def test_names_of_rows_are_kept_where_they_are_more_than_numbers() -> None:
    for dump in (
        {"prompt": {"7": "Q1", "9": "Q2"}, "completion": {"7": "A1", "9": "A2"}},
        {"7": ROWS[0], "9": ROWS[1]},
    ):
        found = table_dump(dump)
        assert found is not None
        assert found.rows == [{"key": "7", **ROWS[0]}, {"key": "9", **ROWS[1]}]


@pytest.mark.parametrize(
    "row",
    [
        {"messages": TALKS[0]},
        {"prompt": TALKS[0][:1], "completion": TALKS[0][1:]},
        {"question": {"text": "Q", "lang": "en"}, "answer": {"text": "A", "lang": "en"}},
        {"input": {"messages": TALKS[0]}, "metadata": {"messages": 2}},
        {"chosen": TALKS[0], "rejected": TALKS[1]},
        {"tools": [], "messages": TALKS[0]},
    ],
)
def test_a_row_is_no_table(row: dict[str, Any]) -> None:
    assert table_dump(row) is None
    assert table_dump(row, whole=True) is None


def test_an_index_without_a_name_gets_one() -> None:
    records = records_of(b",prompt,completion\n0,Q1,A1\n", "csv")
    assert [record.value for record in records] == [{"Unnamed: 0": "0", **ROWS[0]}]


def test_a_notebook_is_named() -> None:
    cells = [{"cell_type": "code", "source": ["1"], "outputs": []}]
    for notebook in ({"cells": cells, "nbformat": 4}, {"nbformat": 4, "metadata": {}, "cells": []}):
        for indent in (None, 1):
            data = json.dumps(notebook, indent=indent).encode()
            with pytest.raises(UnreadableError, match=r"a Jupyter notebook.*df\.to_json"):
                list(records_of(data, container_of("a.ipynb", data)))
