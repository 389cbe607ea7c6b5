"""Lines, arrays, objects one after another and tables become rows; bad ones say why."""

from __future__ import annotations

import json

import pytest

from tui.core.formats.detection.containers import UnreadableError, container_of, records_of
from tui.core.formats.detection.delimited import ABOVE


@pytest.mark.parametrize(
    ("name", "head", "container"),
    [
        ("a.jsonl", b'{"a": 1}\n{"a": 2}\n', "jsonl"),
        ("a.jsonl", b'[{"a": 1}]', "json"),
        ("a.json", b'{\n "a": 1\n}', "json"),
        ("a.json", b'{"a": 1}\n', "json"),
        ("a.csv", b"a,b\n", "csv"),
        ("a.TSV", b"a\tb\n", "tsv"),
        ("a", b"PAR1....", "parquet"),
        ("a.feather", b"ARROW1..", "arrow"),
        ("a.xlsx", b"PK\x03\x04", "xlsx"),
        ("a.jsonl", '{"a": 1}\n'.encode("utf-16"), "jsonl"),
    ],
)
def test_containers_are_told_by_content_and_name(name: str, head: bytes, container: str) -> None:
    assert container_of(name, head) == container


def values(data: bytes, container: str) -> list[object]:
    return [r.value or r.problem for r in records_of(data, container)]  # type: ignore[arg-type]


def test_lines_keep_their_numbers_and_bytes() -> None:
    records = list(records_of(b'\xef\xbb\xbf{"a": 1}\r\n\n{"a": }\n[2]', "jsonl"))
    assert [r.position for r in records] == [1, 3, 4]
    assert records[0].raw == b'{"a": 1}'
    assert records[1].problem.startswith("not JSON")
    assert records[1].excerpt == '{"a": }'


def test_arrays_wrappers_and_objects_in_a_row() -> None:
    assert values(b'[{"a": 1}, {"a": 2}]', "json") == [{"a": 1}, {"a": 2}]
    row, beside = records_of(b'{"data": [{"a": 1}], "version": 3}', "json")
    assert row.value == {"a": 1}
    assert (beside.beside, beside.value) == ("version", 3)
    assert values(b'{"questions": [{"a": 1}]}', "json") == [{"a": 1}]
    talk = b'[{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]'
    assert values(talk, "json") == [json.loads(talk)]  # one conversation, not two rows
    assert values(b'{\n"a": 1\n}\n{\n"a": 2\n}', "json") == [{"a": 1}, {"a": 2}]


def test_a_broken_array_gives_what_it_can() -> None:
    first, broken, last = records_of(b'[{"a": 1},\n{"a": oops},\n{"a": 3}', "json")
    assert first.value == {"a": 1}
    assert broken.problem.startswith("not JSON")
    assert "oops" in broken.excerpt
    assert last.value == {"a": 3}


def test_tables() -> None:
    assert values(b'q,a\n"x, y","1\n2"\n', "csv") == [{"q": "x, y", "a": "1\n2"}]
    assert values("q;a\nä;2\n".encode("utf-8-sig"), "csv") == [{"q": "ä", "a": "2"}]
    assert values(b"q\ta\n1\n", "tsv") == [{"q": "1", "a": ""}]
    (long,) = records_of(b"q,a\n1,2,3\n", "csv")
    assert long.problem == "3 cells where the header has 2"
    with pytest.raises(UnreadableError, match="UTF-8"):
        list(records_of(b"q,a\n\xe4,2\n", "csv"))


@pytest.mark.parametrize("container", ["jsonl", "json"])
@pytest.mark.parametrize("space", ["", " "])
def test_a_key_that_stands_twice_is_not_lost(container: str, space: str) -> None:
    line = f'{{"a"{space}: {{"b": "x", "b": "y"}}, "a": 1, "c": "\\\\\\":"}}'.encode()
    (row,) = values(line, container)
    assert row == {"a": {"b": "x", "b (2)": "y"}, "a (2)": 1, "c": '\\":'}


@pytest.mark.parametrize(("container", "by"), [("csv", ","), ("csv", ";"), ("tsv", "\t")])
def test_a_quote_that_nothing_closes_swallows_no_rows(container: str, by: str) -> None:
    rows = ["q@a", 'three@"x', '""y"', 'one@"open', "two@b", "four@d", ""]
    data = "\n".join(rows).replace("@", by).encode()
    found = values(data, container)
    assert found == [
        {"q": "three", "a": 'x\n"y'},
        "a quote that nothing closes",
        {"q": "two", "a": "b"},
        {"q": "four", "a": "d"},
    ]
    assert [*records_of(data, container)][1].text == f'one{by}"open'  # type: ignore[arg-type]


def test_quotes_within_words_and_line_breaks_in_cells_stay() -> None:
    data = b'q,a\n5" pipe,x\n"two\nlines","say ""hi"""\n6" pipe,"last\nrow"'
    assert values(data, "csv") == [
        {"q": '5" pipe', "a": "x"},
        {"q": "two\nlines", "a": 'say "hi"'},
        {"q": '6" pipe', "a": "last\nrow"},
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_header_below_titles_is_found(delimiter: str) -> None:
    rows = ["Export of 2024-01-02", "", "Made by:@Ann@", "q@a@n", "x@y@1", "z@w@2", ""]
    data = "\n".join(rows).replace("@", delimiter).encode()
    found = [*records_of(data, "csv")]
    assert [one.value for one in found if not one.beside] == [
        {"q": "x", "a": "y", "n": "1"},
        {"q": "z", "a": "w", "n": "2"},
    ]
    assert [one.value for one in found if one.beside == ABOVE] == [
        rows[0],
        f"Made by:{delimiter}Ann",
    ]


@pytest.mark.parametrize(
    "table",
    [
        b"q,a\nYes, it is,so\nNo, it is not,so\n",  # each row has a cell too many
        b",q,a\n0,x,y\n1,z,w\n",  # the index of pandas
        b"q,a,\nx,y,1\nz,w,2\n",
        b"q\nx y\nz w\n",
    ],
)
def test_a_first_row_that_may_be_the_header_is_it(table: bytes) -> None:
    assert not any(one.beside for one in records_of(table, "csv"))


def test_columns_of_one_name_are_told_apart() -> None:
    said, row = records_of(b"q,a,q,a\n1,2,3,4\n", "csv")
    assert row.value == {"q": "1", "a": "2", "q#2": "3", "a#2": "4"}
    assert said.beside.endswith("called q#2, a#2")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (r'"say \"hi\", ok"', 'say "hi", ok'),
        (r'"say \"hi\" \frac{1}{2}, a\\b"', r'say "hi" \frac{1}{2}, a\\b'),
        (r'"\"hi\", ok, C:\\"', '"hi", ok, C:\\'),  # every backslash is doubled
        (r'"{""q"": ""a \""b\"" c""}"', r'{"q": "a \"b\" c"}'),  # JSON in a cell
    ],
)
def test_quotes_after_a_backslash(cell: str, read: str) -> None:
    rows = [*records_of(f"q,a\n{cell},x\ny,z\n".encode(), "csv")]
    assert next(row.value for row in rows if not row.beside) == {"q": read, "a": "x"}


TABLES_BY_CONTENT: tuple[tuple[str, str], ...] = (
    ("Frage\tAntwort\nWie?\tSo\n", "tsv"),
    ("question,answer\nWhy?,So\nWho?,Me\n", "csv"),
    ("id;frage;antwort\n1;a;b\n2;c;d\n", "csv"),
    ('q,a\n"He said \\"hi\\", ok",x\n', "csv"),
    ("Report of May\n\nq,a\nx,y\nz,w\n", "csv"),
    ("Hello, Ann\nSee you, Bob\n", "jsonl"),
    ("2024-01-01,12 started\n2024-01-02,13 ended\n", "jsonl"),
    ("One line, of prose\n", "jsonl"),
    ("def f(a, b):\n    return a, b\n", "jsonl"),
    ('"role":"user","content":"x"}\n"role":"user","content":"y"}\n', "jsonl"),
    ("| a | b |\n|---|---|\n| x | y |\n", "markdown"),
)


@pytest.mark.parametrize(("text", "kind"), TABLES_BY_CONTENT)
@pytest.mark.parametrize("name", ["a.txt", "a", "a.log"])
def test_a_table_is_told_by_what_it_holds(text: str, kind: str, name: str) -> None:
    assert container_of(name, text.encode()) == kind
    assert container_of(name, text.encode("utf-16")) == kind


@pytest.mark.parametrize(
    "table",
    [
        "FAQ export, version 2\nq,a,n\nx,y,1\nz,w,2\n",  # a title with a delimiter in it
        "Company,ACME\nDate,2024-01-02\n\nq,a,n\nx,y,1\nz,w,2\n",
        "# by a tool, at noon\nq,a\nx,y\nz,w\n",
        "#separator:comma\nx,y\nz,w\n",  # Anki's, without a header
        "q, a\nx, y\nz, w\n",
        "q,a\nx,y,\nz,w,\n",
        '"q,a"\n"x,y"\n"z,w"\n',  # each row in one cell
        "\ufeff\ufeffq,a\nx,y\nz,w\n",
        "q,a\nx,y\nq,a\nz,w\n",
    ],
)
def test_the_rows_of_a_table_that_is_not_plain(table: str) -> None:
    read = [one.value for one in records_of(table.encode(), "csv") if not one.beside]
    rows = [row for row in read if isinstance(row, dict)]
    assert [[*row.values()][:2] for row in rows] == [["x", "y"], ["z", "w"]]
    assert len(read) == 2
    assert {next(iter(row)) for row in rows} <= {"q", "column 1"}
