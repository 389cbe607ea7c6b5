"""Files that are not JSONL yet: what is made of them, and what is said of it."""

from __future__ import annotations

import codecs
import json
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rows import GOOD, says
from tui.core.checks import check_row
from tui.core.fixes import repair

ROWS = [json.loads(GOOD), json.loads(says("Très “bien”, 🌱"))]
LINES = [json.dumps(row, ensure_ascii=False) for row in ROWS]
TEXT = "\n".join(LINES) + "\n"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (codecs.BOM_UTF8 + TEXT.encode(), "bom"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-32"), "utf-16"),
        (TEXT.encode("utf-32-le"), "utf-16"),
        (TEXT.replace("\n", "\r\n").encode(), "crlf"),
        (TEXT.replace("\n", "\r").encode(), "crlf"),
        (TEXT[:-1].encode(), "no-final-newline"),
        (TEXT.replace("\n", "\n\n").encode(), "blank-line"),
        (json.dumps(ROWS, ensure_ascii=False).encode(), "json-array"),
        (json.dumps(ROWS, ensure_ascii=False, indent=2).encode(), "json-array"),
        (f"[\n{','.join(LINES)},\n]".encode(), "json-array"),
        ("\n".join(json.dumps(row, indent=2) for row in ROWS).encode(), "pretty-printed"),
        ("".join(LINES).encode(), "concatenated"),
        (TEXT.replace("“bien”", "bien \ud83c").encode("utf-8", "surrogatepass"), "not-utf8"),
    ],
)
def test_it_becomes_jsonl_and_says_how(data: bytes, rule: str) -> None:
    made = repair(data)
    assert rule in {done.rule for done in made.done}
    assert not made.left
    assert json.loads(made.lines[0]) == ROWS[0]
    assert len(made.lines) == 2
    if rule != "not-utf8":
        assert [json.loads(line) for line in made.lines] == ROWS
    assert not repair(made.data).done
    assert all(done.count and done.text for done in made.done)


def test_comments_and_commas_in_a_pretty_array() -> None:
    text = "[\n  // first\n  {\"messages\": [\n    1, // one\n  ],},\n  {'messages': []} /* x */\n]"
    made = repair(text.encode())
    assert [json.loads(line) for line in made.lines] == [{"messages": [1]}, {"messages": []}]


def test_what_cannot_be_read_is_kept_and_named() -> None:
    data = GOOD + b"\n" + GOOD[:-4] + b"\n" + GOOD + b"\n"
    made = repair(data)
    assert made.data == data
    assert made.left == (2,)
    cut = f"[{LINES[0]}, {LINES[1][:-5]}"
    made = repair(cut.encode())
    assert made.lines[0].decode() == LINES[0]
    assert made.left == (2,)
    assert made.lines[1].decode() == LINES[1][:-5]


def test_a_sound_file_stays_as_it_is() -> None:
    made = repair(TEXT.encode())
    assert made.data == TEXT.encode()
    assert not made.done
    assert repair(b"").lines == ()


def test_the_flawed_sample() -> None:
    data = (resources.files("tui.data") / "samples" / "flawed.jsonl").read_bytes()
    made = repair(data)
    assert {"bom", "blank-line", "trailing-comma", "single-quotes"} <= {d.rule for d in made.done}
    assert "pretty-printed" in {d.rule for d in made.done}
    rules = {i.rule for n in made.left for i in check_row(2, made.lines[n - 1]).issues}
    assert rules == {"truncated", "invalid-json", "not-an-object", "nul-byte", "too-deep"}


values = st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(), min_size=1)


@settings(max_examples=60, deadline=None)
@given(st.lists(values, min_size=1, max_size=4), st.sampled_from([None, 2, "\t"]))
def test_arrays_and_indented_objects_lose_nothing(rows: list[object], indent: int | str) -> None:
    array = json.dumps(rows, ensure_ascii=False, indent=indent).encode("utf-8", "replace")
    assert [json.loads(line) for line in repair(array).lines] == json.loads(array)
    stream = "\n".join(json.dumps(row, indent=indent) for row in rows).encode()
    assert [json.loads(line) for line in repair(stream).lines] == rows
