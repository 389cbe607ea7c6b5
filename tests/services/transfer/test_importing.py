"""Files and folders as sources: told apart, read, and errors in words."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path

import pytest

from tui.core.formats import format_of
from tui.services.errors import InputError
from tui.services.transfer.exporting import write_export
from tui.services.transfer.importing import columns_of, look, look_at_bytes, read

CHAT = {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}
without = pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None or importlib.util.find_spec("openpyxl") is None,
    reason="the extra tables is not installed",
)


def test_a_folder_is_read_file_by_file_and_drops_name_theirs(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "A"}\n\n{"text": 3}\n')
    (tmp_path / "b.json").write_text('[{"text": "B"}]')
    (tmp_path / "notes.md").write_text("no data")
    looked = look(tmp_path)
    made = read(looked, looked.sniffed.format)
    assert [json.loads(line)["messages"][0]["content"] for line in made.lines] == ["A", "B"]
    assert made.dropped[0].where == "a.jsonl:3"
    assert made.remarks[0].count == 2


def test_bytes_from_a_pipe(tmp_path: Path) -> None:
    looked = look_at_bytes("frage;antwort\nQ;A\n".encode("utf-16"), "x.csv")
    columns = columns_of("user=frage,assistant=antwort")
    assert json.loads(read(looked, "table", columns).lines[0]) == CHAT
    with pytest.raises(InputError, match="pipe"):
        look_at_bytes(b"PAR1...")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        look(tmp_path / "gone.jsonl")
    with pytest.raises(InputError, match="Nothing to import"):
        look(tmp_path)
    looked = look_at_bytes(json.dumps(CHAT).encode())
    for name in ("csv", "nothing", "table"):
        with pytest.raises(InputError):
            read(looked, name)
    with pytest.raises(InputError):
        columns_of("user=x")


@pytest.mark.parametrize("suffix", ["parquet", "xlsx", "arrow"])
def test_a_missing_library_names_the_command(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyarrow", "openpyxl"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    path = tmp_path / f"x.{suffix}"
    path.write_bytes({"parquet": b"PAR1", "xlsx": b"PK", "arrow": b"ARROW1"}[suffix])
    with pytest.raises(InputError) as caught:
        look(path)
    assert "pip install 'finetui[tables]'" in caught.value.next_step


@without
def test_parquet_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    other = {"messages": [{"role": "assistant", "content": "B", "weight": 0}]}
    write_export(path, [json.dumps(row).encode() for row in (CHAT, other)], format_of("parquet"))
    looked = look(path)
    assert looked.sniffed.format == "hf"
    made = read(looked, "hf")
    assert [json.loads(line) for line in made.lines] == [CHAT, other]
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(InputError, match="Cannot read the table"):
        look(path)


@without
def test_mixed_contents_fit_no_column(tmp_path: Path) -> None:
    mixed = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Q"}]}]}
    lines = [json.dumps(row).encode() for row in (CHAT, mixed)]
    with pytest.raises(InputError, match="common columns"):
        write_export(tmp_path / "x.parquet", lines, format_of("parquet"))
    assert not list(tmp_path.iterdir())


@without
@pytest.mark.parametrize("stream", [True, False])
def test_arrow(tmp_path: Path, stream: bool) -> None:
    import pyarrow as pa

    table = pa.table({"prompt": ["Q"], "completion": ["A"]})
    path = tmp_path / "x.arrow"
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(path, table.schema) as writer:
        writer.write_table(table)
    looked = look(path)
    assert json.loads(read(looked, looked.sniffed.format).lines[0]) == CHAT


@without
def test_the_first_sheet_of_a_workbook(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["question", "answer", None], ["Q", "A", "x"], [None, None, None], ["Q2", None]):
        book.active.append(row)
    book.create_sheet("more")
    book.save(tmp_path / "x.xlsx")
    looked = look(tmp_path / "x.xlsx")
    assert looked.columns == ("question", "answer", "column 3")
    assert "first of 2 sheets" in looked.notice
    made = read(looked, "table", columns_of("user=question,assistant=answer"))
    assert json.loads(made.lines[0]) == CHAT
    assert [(one.key, one.value) for one in made.left] == [("column column 3", "x")]
    assert made.dropped[0].position == 2


@without
def test_a_workbook_by_any_name_with_titles_and_columns_of_one_name(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    rows = (["Export of May", None, None], ["question", "answer", "answer"], ["Q", "A", "B"])
    for row in (*rows, ["Q", "A", "C"]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    path = (tmp_path / "x.xlsx").rename(tmp_path / "x.bin")
    looked = look(path)
    assert looked.columns == ("question", "answer", "answer#2")
    made = read(looked, "table", columns_of("user=question,assistant=answer#2"))
    assert [json.loads(one)["messages"][1]["content"] for one in made.lines] == ["B", "C"]
    assert ("beside the rows: lines above the header", "Export of May") in {
        (one.key, one.value) for one in made.left
    }


def test_a_folder_of_packed_files_is_read(tmp_path: Path) -> None:
    for number in range(2):
        line = json.dumps(CHAT).encode()
        (tmp_path / f"{number}.jsonl.gz").write_bytes(gzip.compress(line))
    assert len(read(look(tmp_path), "openai").lines) == 2


def test_a_table_is_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    row = {"system": "", "user": "Q, “é”\n2", "assistant": "A"}
    write_export(path, [json.dumps(row).encode()], format_of("csv"))
    looked = look(path)
    assert looked.columns == ("user", "assistant")
    assert looked.first == {"user": "Q, “é”\n2", "assistant": "A"}


def test_azure_gets_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    write_export(path, [b"{}"], format_of("azure"))
    assert path.read_bytes() == b"\xef\xbb\xbf{}\n"
