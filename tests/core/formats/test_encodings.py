"""Files that are not UTF-8: read as Windows-1252 and said so, in another encoding when told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.rows import rows_of
from tui.cli import main
from tui.core.fixes.damaged import decoded_text
from tui.core.formats.encodings import as_utf8

if TYPE_CHECKING:
    from pathlib import Path

GERMAN = "Was ist schön?,Der Frühling – “klar” €5"
RUSSIAN = "Что это?,Пример текста на русском языке"
CHAT = '{"messages":[{"role":"user","content":"Schön?"},{"role":"assistant","content":"Ja, süß"}]}'


@pytest.mark.parametrize(
    ("name", "text", "encoding", "asked", "found"),
    [
        ("de.csv", f"question,answer\n{GERMAN}\n", "cp1252", "", "Der Frühling – “klar” €5"),
        ("de.csv", f"question;answer\n{GERMAN.replace(',', ';')}\n", "cp1252", "", "Frühling"),
        ("de.jsonl", f"{CHAT}\n{CHAT}\n", "latin-1", "", "Ja, süß"),
        ("de.json", f"[{CHAT},\n {CHAT}]", "latin-1", "", "Ja, süß"),
        ("de.txt", "User: Schön?\nAssistant: süß\n", "latin-1", "", "süß"),
        ("ru.csv", f"question,answer\n{RUSSIAN}\n", "cp1251", "cp1251", "Пример текста"),
        ("ja.csv", "question,answer\n何?,苔です\n", "shift_jis", "shift_jis", "苔です"),
        ("de.csv", f"question,answer\n{GERMAN}\n", "utf-16", "", "Der Frühling"),
    ],
)
def test_convert_reads_it_and_says_in_which_encoding(
    tmp_path: Path, name: str, text: str, encoding: str, asked: str, found: str, capfd: Any
) -> None:
    path, target = tmp_path / name, tmp_path / "made.jsonl"
    path.write_bytes(text.encode(encoding))
    more = ["--encoding", asked] if asked else []
    assert main(["convert", str(path), "-o", str(target), *more]) == 0
    rows = rows_of(target)
    assert found in rows[0]["messages"][-1]["content"]
    said = asked or ("Windows-1252" if encoding != "utf-16" else "")
    assert f"{name}: read as {said}" in capfd.readouterr().err or not said


@pytest.mark.parametrize("encoding", ["cp1251", "shift_jis", "gb18030", "koi8-r"])
def test_what_cannot_be_windows_1252_is_asked_for(
    tmp_path: Path, encoding: str, capfd: Any
) -> None:
    path = tmp_path / "data.csv"
    text = RUSSIAN if encoding in {"cp1251", "koi8-r"} else "苔は静かです,我们在这里"
    path.write_bytes(f"question,answer\n{text}\n".encode(encoding, "ignore"))
    assert main(["convert", str(path)]) == 2
    assert "--encoding NAME says which" in capfd.readouterr().err
    for wrong in ("ascii", "nothing", "base64"):
        assert main(["convert", str(path), "--encoding", wrong]) == 2
        assert "--encoding NAME" in capfd.readouterr().err


@given(st.binary(max_size=200))
def test_every_byte_is_read_once(data: bytes) -> None:
    text, strange = decoded_text(data)
    assert text.encode().decode() == text  # no half of a character is left
    try:
        assert (text, strange) == (data.decode(), 0)
    except UnicodeDecodeError:
        assert strange > 0


@given(st.text(st.sampled_from("aéüß \n"), min_size=1))
@example("ßßé“")  # the last but one and the last are a character in UTF-8, by chance
def test_windows_1252_comes_back_whole(text: str) -> None:
    data = ("plain words before them all " * 20 + text).encode("cp1252")
    made, said = as_utf8(data)
    try:
        assert made.decode() == data.decode()
    except UnicodeDecodeError:
        assert made.decode() == data.decode("cp1252")
        assert "Windows-1252" in said


def test_a_line_in_another_encoding_leaves_the_others_as_they_are() -> None:
    made, said = as_utf8("schöne Grüße aus Köln\n".encode() + "süß\n".encode("cp1252"))
    assert made.decode() == "schöne Grüße aus Köln\nsüß\n"
    assert "2 bytes are not UTF-8" in said
